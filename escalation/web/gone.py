"""Drafts that are not there any more: sent from another window, gone elsewhere, left alone for too long."""

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from escalation.errors import NotFound, Refused
from escalation.schemas.concern import EXTRAS, QUESTIONS
from escalation.schemas.fields import as_seen
from escalation.services import cases, drafts, submissions
from escalation.services.views import CaseView
from escalation.web import desks
from escalation.web import errors as error_pages
from escalation.web.layout import person
from workflows.vocabulary import FURTHER

Page = str | Response | tuple[str, int]
_CHOSEN = ("agency", "role", "urgency", *FURTHER)
WRITTEN = tuple(n for names in (*QUESTIONS, EXTRAS) for n in names if n not in _CHOSEN)
"""What people write in their own words, in the order in which it is asked."""


def where(address: str) -> Page:
    """A draft that was sent from another window leads to its case; what was typed only here can be copied."""
    draft = desks.known_as(address)
    if not desks.signed_in():
        return redirect(url_for("raising.begin"))
    view = _made_from(draft)
    if view is None:
        return _went_elsewhere(draft) or error_pages.page(404)
    if _typed_here(view):
        words = "This concern has been sent already. What you changed in this window was not."
        return error_pages.refused(Refused("sent_already", words, view))
    flash("This concern has been sent already. It counts once.")
    return redirect(url_for("raising.sent", case=view.public_id))


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
        return redirect(url_for("raising.elsewhere", diversion=made))
    if kept is None:
        return None
    if any(as_seen(request.form.get(n, "")) not in ("", as_seen(kept.answers.get(n, ""))) for n in WRITTEN):
        words = "This was sent already, and it goes elsewhere. What you changed in this window was not kept."
        return error_pages.refused(Refused("sent_already", words))
    return redirect(url_for("raising.elsewhere", diversion=made))


def _typed_here(view: CaseView) -> bool:
    """Whether this form holds words that the case does not."""
    on_record = {"", *(w.text for event in view.events for w in event.written)}
    return any(as_seen(request.form.get(name, "")) not in on_record for name in WRITTEN)
