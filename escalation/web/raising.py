"""Raising a concern: five questions, one a page, saved on the server at each step."""

from collections.abc import Iterable, Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from escalation.errors import InvalidInput, NotFound, Refused, SentElsewhere
from escalation.schemas.cautions import cautions
from escalation.schemas.concern import EXTRAS, QUESTIONS, check_answers, concern_from
from escalation.schemas.fields import as_seen
from escalation.schemas.forms import filled_in, of_forms
from escalation.schemas.words import CHALLENGED_ROLES, URGENCIES
from escalation.services import advice as asking
from escalation.services import (
    cases,
    concerns,
    diversions,
    drafts,
    following,
    places,
    routing_questions,
    submissions,
)
from escalation.services.views import CaseView, Draft, FormView, RaisePreview
from escalation.web import errors as error_pages
from escalation.web.forms import asks_of
from escalation.web.layout import of_partnership, person
from escalation.web.sign_in import parked
from workflows.vocabulary import FURTHER

blueprint = Blueprint("raising", __name__, url_prefix="/raise")

TITLES = (
    "Who is it about?",
    "Whose decision do you challenge?",
    "What was decided, or not done?",
    "Why might this leave someone at risk?",
    "What do you ask for?",
)
LAST = len(QUESTIONS)
_CHOSEN = ("agency", "role", "urgency", *FURTHER)
_WRITTEN = tuple(n for names in (*QUESTIONS, EXTRAS) for n in names if n not in _CHOSEN)
"""What people write in their own words, in the order in which it is asked."""
_TRIED = "tried"
"""In a draft: its author has tried to settle it, so the first page asks what they tried."""

Page = str | Response | tuple[str, int]


@blueprint.route("", methods=["GET", "POST"])
def begin() -> Page:
    """What will be asked; a press on Start makes the draft."""
    choices = places.may_raise_in(person())
    if not choices:
        return render_template("raise_/not_here.html"), 403
    if request.method == "GET":
        return render_template("raise_/begin.html", choices=choices)
    chosen = request.form.get("partnership") or choices[0].public_id
    if chosen not in {choice.public_id for choice in choices}:
        raise NotFound
    draft = drafts.start(person(), chosen)
    if "tried" in request.form:
        drafts.save(person(), draft.public_id, {_TRIED: "yes"})
    if "danger" in request.form:
        return redirect(url_for(".danger", draft=draft.public_id))
    return redirect(url_for(".question", draft=draft.public_id, number=1))


@blueprint.get("/advice")
def advice() -> Page:
    """Whom to ask first. Nothing is asked, and nothing is kept."""
    return render_template("raise_/advice.html", advice=asking.whom_to_ask(person()))


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
    drafts.save(person(), draft, {"urgency": "today", "called": request.form.get("called", "no")})
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
    kept = drafts.save(person(), draft, given)
    if "later" in request.form:
        return redirect(url_for("pages.work"))
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
    agencies = places.agencies_to_challenge(person(), draft.partnership.public_id) if number == 2 else ()
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
    names = {a.public_id: a.name for a in places.agencies_to_challenge(person(), draft.partnership.public_id)}
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
    kept = drafts.save(person(), draft, given)
    if "later" in request.form:
        return redirect(url_for("pages.work"))
    bound = routing_questions.asked_by(kept.partnership.public_id).forms
    try:
        concern = concern_from(
            _answers(kept),
            kept.partnership.public_id,
            draft=draft,
            follows=kept.answers.get("follows"),
            filled=lambda: filled_in(bound, _of(bound, kept.answers)),
        )
    except InvalidInput as invalid:
        return _check(kept, kept.answers, invalid.errors), 422
    asked = _cautions(given)
    if asked:
        return _check(kept, kept.answers, {}, asked)
    # A draft becomes one case: its own id is the key, from however many windows it is sent.
    try:
        view = concerns.raise_concern(person(), concern, key=draft)
    except SentElsewhere as gone:
        return redirect(url_for(".elsewhere", diversion=gone.diversion.public_id))
    return redirect(url_for(".sent", case=view.public_id))


def _answers(draft: Draft) -> dict[str, str]:
    known = {name for names in (*QUESTIONS, EXTRAS) for name in names}
    # A procedure that was published meanwhile may have no place for another agency, and not ask for it.
    known -= {*FURTHER} - {*routing_questions.asked_by(draft.partnership.public_id).further}
    return {name: text for name, text in draft.answers.items() if name in known}


def _of(bound: Iterable[FormView], answers: Mapping[str, str]) -> dict[str, str]:
    """The answers to these forms: those that an earlier version of the procedure asked for stay behind."""
    return {f.name: answers.get(f.name, "") for form in bound for f in form.fields}


def _check(
    draft: Draft,
    answers: Mapping[str, str],
    errors: Mapping[str, list[str]],
    asked: Mapping[str, str] | None = None,
) -> str:
    choices = places.agencies_to_challenge(person(), draft.partnership.public_id)
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
    """Who would be told, if the answers are whole; or why the procedure sends it elsewhere."""
    try:
        return concerns.preview(person(), concern_from(_answers(draft), draft.partnership.public_id)), ""
    except InvalidInput:
        return None, ""
    except Refused as refused:
        return None, refused.reason


@blueprint.post("/<draft>/discard")
def discard(draft: str) -> Page:
    """Throws a draft away."""
    drafts.discard(person(), draft)
    return redirect(url_for("pages.work"))


@blueprint.get("/sent/<case>")
def sent(case: str) -> Page:
    """The reference, what happens next and by when, and a receipt to copy."""
    view = cases.open_case(case, person())
    of_partnership(view.partnership)
    return render_template("raise_/sent.html", case=view)


@blueprint.get("/elsewhere/<diversion>")
def elsewhere(diversion: str) -> Page:
    """Not for this procedure: where to go, and what was typed, which its author keeps."""
    gone = diversions.show(person(), diversion)
    of_partnership(gone.partnership)
    try:
        draft = drafts.load(person(), diversion)
    except NotFound:
        draft = None
    typed = {n: t for n, t in draft.answers.items() if n in _WRITTEN and t.strip()} if draft else {}
    return render_template("raise_/elsewhere.html", gone=gone, draft=draft, typed=typed)


def _draft(public_id: str) -> Draft:
    kept = drafts.load(person(), public_id)
    of_partnership(kept.partnership)
    return kept


@blueprint.errorhandler(NotFound)
def not_found(_: NotFound) -> Page:
    """A draft that was sent from another window leads to its case; what was typed only here can be copied."""
    draft = str((request.view_args or {}).get("draft", ""))
    view = _made_from(draft)
    if view is None:
        return _went_elsewhere(draft) or error_pages.page(404)
    if _typed_here(view):
        words = "This concern has been sent already. What you changed in this window was not."
        return error_pages.refused(Refused("sent_already", words, view))
    flash("This concern has been sent already. It counts once.")
    return redirect(url_for(".sent", case=view.public_id))


def _made_from(draft: str) -> CaseView | None:
    """The case that this person made from a draft, if they did."""
    made = submissions.result_of(person(), draft)
    try:
        return cases.open_case(made, person()) if made else None
    except NotFound:
        return None


def _went_elsewhere(draft: str) -> Page | None:
    """Where a draft that was sent went instead. Its answers are kept under another address."""
    made = submissions.result_of(person(), draft)
    try:
        kept = drafts.load(person(), made) if made else None
    except NotFound:
        return redirect(url_for(".elsewhere", diversion=made))
    if kept is None:
        return None
    if any(as_seen(request.form.get(n, "")) not in ("", as_seen(kept.answers.get(n, ""))) for n in _WRITTEN):
        words = "This was sent already, and it goes elsewhere. What you changed in this window was not kept."
        return error_pages.refused(Refused("sent_already", words))
    return redirect(url_for(".elsewhere", diversion=made))


def _typed_here(view: CaseView) -> bool:
    """Whether this form holds words that the case does not."""
    on_record = {"", *(w.text for event in view.events for w in event.written)}
    return any(as_seen(request.form.get(name, "")) not in on_record for name in _WRITTEN)
