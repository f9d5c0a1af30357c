"""Raising a concern: five questions, one a page, saved on the server at each step.

Whoever is not signed in is asked the same, and says at the end who they are (see `by_code`).
"""

from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from escalation.errors import InvalidInput, NotAllowed, NotFound, Refused
from escalation.schemas.cautions import cautions
from escalation.schemas.concern import EXTRAS, QUESTIONS, check_answers, concern_from
from escalation.schemas.forms import of_forms
from escalation.schemas.words import CHALLENGED_ROLES, URGENCIES
from escalation.services import advice as asking
from escalation.services import (
    cases,
    concerns,
    diversions,
    drafts,
    following,
    newcomers,
    routing_questions,
)
from escalation.services.views import Draft, RaisePreview
from escalation.web import desks, gone, sending
from escalation.web.forms import asks_of
from escalation.web.layout import of_partnership, person
from escalation.web.sign_in import parked

blueprint = Blueprint("raising", __name__, url_prefix="/raise")

TITLES = (
    "Who is it about?",
    "Whose decision do you challenge?",
    "What was decided, or not done?",
    "Why might this leave someone at risk?",
    "What do you ask for?",
)
LAST = len(QUESTIONS)
_TRIED = "tried"
"""In a draft: its author has tried to settle it, so the first page asks what they tried."""

Page = str | Response | tuple[str, int]


@blueprint.route("", methods=["GET", "POST"])
def begin() -> Page:
    """What will be asked; a press on Start makes the draft."""
    choices = desks.choices()
    if not choices:
        return render_template("raise_/not_here.html"), 403
    if len(choices) == 1:
        of_partnership(choices[0])
    if request.method == "GET":
        return render_template("raise_/begin.html", choices=choices, begun=desks.unsent())
    chosen = request.form.get("partnership") or choices[0].public_id
    if chosen not in {choice.public_id for choice in choices}:
        raise NotFound
    draft = desks.start(chosen)
    if "tried" in request.form:
        desks.save(draft.public_id, {_TRIED: "yes"})
    if "danger" in request.form:
        return redirect(url_for(".danger", draft=draft.public_id))
    return redirect(url_for(".question", draft=draft.public_id, number=1))


@blueprint.get("/advice")
def advice() -> Page:
    """Whom to ask first. Nothing is asked, and nothing is kept."""
    asker = person() if desks.signed_in() else None
    return render_template("raise_/advice.html", advice=asking.whom_to_ask(asker))


@blueprint.post("/from/<case>")
def anew(case: str) -> Page:
    """A new concern from a case whose follow-up said that it made no difference: all filled in."""
    return redirect(url_for(".check", draft=following.start_anew(person(), case).public_id))


@blueprint.route("/<draft>/danger", methods=["GET", "POST"])
def danger(draft: str) -> Page:
    """Somebody may be hurt today: the numbers first. It never blocks going on."""
    kept = _draft(draft)
    if request.method == "GET":
        return render_template("raise_/danger.html", draft=kept)
    desks.save(draft, {"urgency": "today", "called": request.form.get("called", "no")})
    return redirect(url_for(".question", draft=draft, number=1))


@blueprint.route("/<draft>/<int:number>", methods=["GET", "POST"])
def question(draft: str, number: int) -> Page:
    """One question. Every button saves; only "Save and continue" checks the answer."""
    if not 1 <= number <= LAST:
        raise NotFound
    kept = _draft(draft)
    names = _names(kept, number)
    if request.method == "GET":
        answers = {**kept.answers, **(parked(request.path) or {})}
        return _question(kept, number, answers, {})
    given = {name: request.form.get(name, "") for name in names}
    kept = desks.save(draft, given)
    if "later" in request.form:
        return _later()
    try:
        check_answers(given, names)
    except InvalidInput as invalid:
        return _question(kept, number, {**kept.answers, **given}, invalid.errors), 422
    asked = _cautions(given)
    return _question(kept, number, kept.answers, {}, asked) if asked else redirect(_after(draft, number))


def _cautions(given: Mapping[str, str]) -> dict[str, str]:
    """What to ask about these answers before they go on, unless their author has been asked and is sure."""
    return {} if "sure" in request.form else cautions(given)


def _names(draft: Draft, number: int) -> tuple[str, ...]:
    opened = ("attempts",) if number == 1 and _TRIED in draft.answers else ()
    return QUESTIONS[number - 1] + opened


def _after(draft: str, number: int) -> str:
    if number == LAST or request.args.get("from") == "check":
        return url_for(".check", draft=draft)
    return url_for(".question", draft=draft, number=number + 1)


def _question(
    draft: Draft,
    number: int,
    answers: Mapping[str, str],
    errors: Mapping[str, list[str]],
    asked: Mapping[str, str] | None = None,
) -> str:
    back = url_for(".question", draft=draft.public_id, number=number - 1) if number > 1 else url_for(".begin")
    agencies = desks.agencies(draft.partnership.public_id) if number == 2 else ()
    return render_template(
        "raise_/question.html",
        draft=draft,
        number=number,
        last=LAST,
        title=TITLES[number - 1],
        answers=answers,
        errors=errors,
        cautions=asked,
        back=back,
        agencies=agencies,
        roles=CHALLENGED_ROLES,
        so_far=_so_far(draft, number),
        names=_names(draft, number),
    )


def _so_far(draft: Draft, number: int) -> list[tuple[str, str]]:
    names = {a.public_id: a.name for a in desks.agencies(draft.partnership.public_id)}
    shown = [("About", "person_reference"), ("Challenge to", "agency"), ("What was decided", "decision")]
    lines = [(label, draft.answers.get(name, "")) for label, name in shown[: number - 1]]
    return [(label, names.get(text, text)) for label, text in lines if text]


@blueprint.route("/<draft>/check", methods=["GET", "POST"])
def check(draft: str) -> Page:
    """All answers once more, who will be told, and until when they have. Sent twice, it counts once."""
    kept = _draft(draft)
    if request.method == "GET":
        return _check(kept, {**kept.answers, **(parked(request.path) or {})}, {})
    given = {name: request.form.get(name, "") for name in (*EXTRAS, *of_forms(request.form))}
    kept = desks.save(draft, given)
    if "later" in request.form:
        return _later()
    try:
        concern = sending.concern_of(kept)
    except InvalidInput as invalid:
        return _check(kept, kept.answers, invalid.errors), 422
    asked = _cautions(given)
    if asked:
        return _check(kept, kept.answers, {}, asked)
    if not desks.signed_in():
        return redirect(url_for("by_code.who"))
    return sending.placed(kept) or sending.carry_out(kept, concern)


def _later() -> Page:
    """To be finished another time: whoever is not signed in says first whose draft it is."""
    return redirect(url_for("pages.work" if desks.signed_in() else "by_code.who_later"))


def _check(
    draft: Draft,
    answers: Mapping[str, str],
    errors: Mapping[str, list[str]],
    asked: Mapping[str, str] | None = None,
) -> str:
    choices = desks.agencies(draft.partnership.public_id)
    preview, elsewhere = _preview(draft)
    asks = routing_questions.asked_by(draft.partnership.public_id)
    return render_template(
        "raise_/check.html",
        draft=draft,
        answers=answers,
        errors=errors,
        cautions=asked,
        preview=preview,
        elsewhere=elsewhere,
        asks=asks,
        agencies={a.public_id: a.name for a in choices if a.public_id != answers.get("agency")},
        bound=[(form, asks_of(form)) for form in asks.forms],
        agency=next((a.name for a in choices if a.public_id == answers.get("agency")), ""),
        roles=CHALLENGED_ROLES,
        urgencies=URGENCIES,
        titles=TITLES,
    )


def _preview(draft: Draft) -> tuple[RaisePreview | None, str]:
    """Who would be told, if the answers are whole; or why the procedure sends it elsewhere. Nobody's name is
    shown to whoever has not proved who they are, or is not let in yet."""
    if not desks.signed_in():
        return None, ""
    try:
        concern = concern_from(sending.answers_of(draft), draft.partnership.public_id)
        own = draft.answers.get("own_agency") or None
        return concerns.preview(person(), replace(concern, raising_agency=own)), ""
    except (InvalidInput, NotAllowed):
        return None, ""
    except Refused as refused:
        return None, refused.reason


@blueprint.post("/<draft>/discard")
def discard(draft: str) -> Page:
    """Throws a draft away."""
    desks.discard(draft)
    return redirect(url_for("pages.work" if desks.signed_in() else "pages.start"))


@blueprint.get("/sent/<case>")
def sent(case: str) -> Page:
    """The reference, what happens next and by when, and a receipt to copy."""
    view = cases.open_case(case, person())
    of_partnership(view.partnership)
    return render_template("raise_/sent.html", case=view)


@blueprint.get("/elsewhere/<diversion>")
def elsewhere(diversion: str) -> Page:
    """Not for this procedure: where to go, and what was typed, which its author keeps."""
    went = diversions.show(person(), diversion)
    of_partnership(went.partnership)
    try:
        draft = drafts.load(person(), diversion)
    except NotFound:
        draft = None
    typed = {n: t for n, t in draft.answers.items() if n in gone.WRITTEN and t.strip()} if draft else {}
    return render_template("raise_/elsewhere.html", gone=went, draft=draft, typed=typed)


def _draft(public_id: str) -> Draft:
    kept = desks.load(public_id)
    of_partnership(kept.partnership)
    if desks.signed_in() and newcomers.standing(person(), kept.public_id):
        abort(redirect(url_for("by_code.waits", draft=kept.public_id)))
    return kept


@blueprint.errorhandler(NotFound)
def not_found(_: NotFound) -> Page:
    """A draft that is not there (any more) leads to what became of it."""
    return gone.where(str((request.view_args or {}).get("draft", "")))
