"""Opening a case without a seat in it, the review of who did, and what is shown only for a reason."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from escalation.errors import InvalidInput, NotFound
from escalation.schemas.glass import GROUNDS, finding_from, reason_from
from escalation.services import cases, glass, glass_review, naming
from escalation.services.views import CaseView
from escalation.web import filled, resolution, step_up
from escalation.web.layout import of_partnership, person

blueprint = Blueprint("glass", __name__)

Page = str | Response | tuple[str, int]


@blueprint.route("/open-a-case", methods=["GET", "POST"])
@step_up.required
def open_case() -> Page:
    """Asks for a reference and a reason; what follows from it is said before it is done."""
    answers = {name: request.form.get(name, "") for name in ("reference", "ground", "reasons")}
    if request.method == "GET":
        return render_template("glass/open.html", grounds=GROUNDS, answers=answers, errors={})
    try:
        given = reason_from(answers)
        public_id = glass.break_glass(given.reference, person(), given.ground, given.reasons)
    except InvalidInput as invalid:
        return _asked_again(answers, invalid.errors)
    except NotFound:
        # The same for a case that is not there and for one that is not theirs: nobody learns which.
        return _asked_again(answers, {"reference": ["There is no such case here, or you may not open it."]})
    return redirect(url_for(".opened", public_id=public_id))


def _asked_again(answers: dict[str, str], errors: dict[str, list[str]]) -> Page:
    return render_template("glass/open.html", grounds=GROUNDS, answers=answers, errors=errors), 422


@blueprint.get("/opened/<public_id>")
def opened(public_id: str) -> Page:
    """The case, to read, while its hour runs."""
    shown = glass.look(public_id, person())
    of_partnership(shown.case.partnership)
    return render_template(
        "glass/opened.html",
        shown=shown,
        case=shown.case,
        resolution=resolution.blocks(shown.case),
        filled=filled.forms_of(shown.case),
    )


@blueprint.get("/board/<partnership>/openings")
def openings(partnership: str) -> Page:
    """Every case that was opened without a seat, for whoever reviews it."""
    return _openings(partnership, {}, {})


@blueprint.post("/board/<partnership>/openings/<public_id>/<int:seq>")
def review(partnership: str, public_id: str, seq: int) -> Page:
    """Says whether it was right."""
    answers = {name: request.form.get(name, "") for name in ("finding", "note")}
    try:
        finding, note = finding_from(answers)
        glass_review.review(person(), public_id, seq, finding, note)
    except InvalidInput as invalid:
        return _openings(partnership, answers, invalid.errors, (public_id, seq)), 422
    flash("Your finding is on record.")
    return redirect(url_for(".openings", partnership=partnership))


def _openings(
    partnership: str,
    answers: dict[str, str],
    errors: dict[str, list[str]],
    of: tuple[str, int] | None = None,
) -> str:
    place, found = glass_review.openings(person(), partnership)
    of_partnership(place)
    return render_template(
        "glass/openings.html",
        grounds=GROUNDS,
        found=found,
        answers=answers,
        errors=errors,
        of=of,
        public_id=partnership,
    )


@blueprint.route("/cases/<public_id>/reference", methods=["GET", "POST"])
def reference(public_id: str) -> Page:
    """The reference for the person, to somebody to whom it is masked, for a reason."""
    case = _case(public_id)
    reason = request.form.get("reason", "")
    if request.method == "GET":
        return _ask_why(case, "reference", reason, {})
    try:
        case = cases.unmask(public_id, person(), reason)
    except InvalidInput as invalid:
        return _ask_why(case, "reference", reason, invalid.errors), 422
    return render_template("glass/reference.html", case=case)


@blueprint.route("/cases/<public_id>/raiser", methods=["GET", "POST"])
@step_up.required
def raiser(public_id: str) -> Page:
    """Lets the other side know who raised it through their safeguarding lead, for a reason."""
    case = _case(public_id)
    reason = request.form.get("reason", "")
    if request.method == "GET":
        return _ask_why(case, "raiser", reason, {})
    try:
        naming.name_raiser(public_id, person(), reason)
    except InvalidInput as invalid:
        return _ask_why(case, "raiser", reason, invalid.errors), 422
    flash("The other side can see the name now. The raiser has been told.")
    return redirect(url_for("cases.show", public_id=public_id))


def _ask_why(case: CaseView, what: str, reason: str, errors: dict[str, list[str]]) -> str:
    return render_template("glass/why.html", case=case, what=what, answers={"reason": reason}, errors=errors)


def _case(public_id: str) -> CaseView:
    case = cases.open_case(public_id, person())
    of_partnership(case.partnership)
    return case
