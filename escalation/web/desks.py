"""Where a concern is written: on a person's own desk, or, until they have said who they are, in the
session of their browser, on the server.

A browser holds one unsent concern, under `UNSENT` instead of an id. It lasts as long as the session;
once its author has proved their address it is a draft like any other, and its old address leads there.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Flask, Response, flash, request, session
from flask_login import current_user
from werkzeug.exceptions import RequestEntityTooLarge

from escalation.errors import NotFound
from escalation.services import arrivals, drafts, places, visitors
from escalation.services.views import AgencyChoice, Draft, PartnershipView
from escalation.services.visitors import UNSENT
from escalation.web.layout import person

_KEPT, _BECAME = "unsent", "unsent_became"
_LONGEST = 500_000
"""Of all that one browser may leave here, in characters."""


def register(app: Flask) -> None:
    """Whoever signs in takes along what they had begun to write in this browser. Registered before sign-in,
    so that it comes when that has let go of the database."""
    app.after_request(_take_along)


def _take_along(response: Response) -> Response:
    account = session.get("account")
    if request.method == "POST" and account is not None and _kept():
        move_to(int(account))
        flash("What you had begun to write here is kept as your draft.")
    return response


def signed_in() -> bool:
    """Whether somebody has said who they are."""
    return bool(current_user.is_authenticated)


def choices() -> tuple[PartnershipView, ...]:
    """The partnerships in which whoever asks may begin to write a concern."""
    return places.may_raise_in(person()) if signed_in() else visitors.partnerships()


def agencies(partnership: str) -> tuple[AgencyChoice, ...]:
    """The agencies that they may challenge there."""
    mine = places.agencies_to_challenge(person(), partnership) if signed_in() else ()
    return mine or visitors.agencies(partnership)


def start(partnership: str) -> Draft:
    """A new draft; in a browser the one that is there already, so that nothing typed is lost."""
    if signed_in():
        return drafts.start(person(), partnership)
    kept = _kept()
    return _keep(partnership, kept["answers"] if kept else {})


def load(draft: str) -> Draft:
    """The draft as last saved. Raises NotFound for what is not theirs."""
    if signed_in():
        return drafts.load(person(), known_as(draft))
    kept = _kept()
    if draft != UNSENT:
        raise NotFound
    if kept is None:
        return _begin_again()
    return visitors.unsent(kept["partnership"], kept["answers"], datetime.fromisoformat(kept["saved_at"]))


def _begin_again() -> Draft:
    """A browser was left alone for too long: what it held is gone, and what was typed last is not. Raises
    NotFound where it is not known for which partnership it was."""
    flash("This page was left alone for too long, and what you had saved here before is gone.")
    places = visitors.partnerships()
    if len(places) != 1:
        raise NotFound
    return _keep(places[0].public_id, {})


def save(draft: str, answers: Mapping[str, str]) -> Draft:
    """Adds answers to it. Raises NotFound for what is not theirs."""
    if signed_in():
        return drafts.save(person(), known_as(draft), answers)
    before = load(draft)
    return _keep(before.partnership.public_id, {**before.answers, **answers})


def discard(draft: str) -> None:
    """Throws it away."""
    if signed_in():
        drafts.discard(person(), known_as(draft))
    else:
        session.pop(_KEPT, None)


def known_as(draft: str) -> str:
    """The id of a draft; of one that was written before its author had said who they are, what it is now."""
    return str(session.get(_BECAME, draft)) if draft == UNSENT else draft


def unsent() -> Draft | None:
    """What this browser holds that nobody has signed in with."""
    return load(UNSENT) if not signed_in() and _kept() else None


def move_to(account: int) -> str | None:
    """What this browser holds becomes a draft of somebody who has said who they are; gives its id."""
    kept = _kept()
    if kept is None:
        return None
    draft = arrivals.keep(account, kept["partnership"], kept["answers"])
    session.pop(_KEPT)
    session[_BECAME] = draft
    return draft


def _kept() -> dict[str, Any] | None:
    return session.get(_KEPT)


def _keep(partnership: str, answers: Mapping[str, str]) -> Draft:
    if len(json.dumps(answers)) > _LONGEST:
        raise RequestEntityTooLarge
    draft = visitors.unsent(partnership, dict(answers))
    session[_KEPT] = {
        "partnership": partnership,
        "answers": dict(answers),
        "saved_at": draft.saved_at.isoformat(),
    }
    return draft
