"""A draft becomes a concern: whose it is, for which agency they raise it, and what becomes of it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from flask import redirect, url_for
from werkzeug.wrappers import Response

from escalation.errors import InvalidInput, SentElsewhere
from escalation.schemas.concern import EXTRAS, QUESTIONS, concern_from
from escalation.schemas.forms import filled_in
from escalation.services import arrivals, concerns, places, routing_questions
from escalation.services.arrivals import Place
from escalation.services.concerns import NewConcern
from escalation.services.views import Draft, FormView
from escalation.web import desks
from escalation.web.layout import person
from workflows.vocabulary import FURTHER

Page = str | Response | tuple[str, int]


def send(draft: str) -> Page:
    """Sends a draft whose author has just proved who they are; they had pressed the button already."""
    kept = desks.load(draft)
    try:
        return placed(kept) or carry_out(kept, concern_of(kept))
    except InvalidInput:
        return redirect(url_for("raising.check", draft=draft))


def placed(kept: Draft) -> Page | None:
    """Where somebody has to go first who raises from an agency that they name; nowhere when it is theirs."""
    if "own_agency" not in kept.answers:
        here = {place.public_id for place in places.may_raise_in(person())}
        return None if kept.partnership.public_id in here else redirect(_where(kept))
    place = arrivals.take_place(person(), kept.public_id).place
    if place is Place.WAITS:
        return redirect(url_for("by_code.waits", draft=kept.public_id))
    return redirect(url_for("by_code.agency", draft=kept.public_id)) if place is Place.CHOOSE else None


def _where(kept: Draft) -> str:
    return url_for("by_code.where", draft=kept.public_id)


def carry_out(kept: Draft, concern: NewConcern) -> Page:
    """Sends it, and leads to what became of it."""
    # A draft becomes one case: its own id is the key, from however many windows it is sent.
    try:
        view = concerns.raise_concern(person(), concern, key=kept.public_id)
    except SentElsewhere as gone:
        return redirect(url_for("raising.elsewhere", diversion=gone.diversion.public_id))
    return redirect(url_for("raising.sent", case=view.public_id))


def concern_of(kept: Draft) -> NewConcern:
    """The concern that a draft holds. Raises InvalidInput with messages by field."""
    bound = routing_questions.asked_by(kept.partnership.public_id).forms
    concern = concern_from(
        answers_of(kept),
        kept.partnership.public_id,
        draft=kept.public_id,
        follows=kept.answers.get("follows"),
        filled=lambda: filled_in(bound, _of(bound, kept.answers)),
    )
    return replace(concern, raising_agency=kept.answers.get("own_agency") or None)


def answers_of(draft: Draft) -> dict[str, str]:
    """The answers of a draft that the concern is made of."""
    known = {name for names in (*QUESTIONS, EXTRAS) for name in names}
    # A procedure that was published meanwhile may have no place for another agency, and not ask for it.
    known -= {*FURTHER} - {*routing_questions.asked_by(draft.partnership.public_id).further}
    return {name: text for name, text in draft.answers.items() if name in known}


def _of(bound: Iterable[FormView], answers: Mapping[str, str]) -> dict[str, str]:
    """The answers to these forms: those that an earlier version of the procedure asked for stay behind."""
    return {f.name: answers.get(f.name, "") for form in bound for f in form.fields}
