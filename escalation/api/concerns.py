"""Raising a concern."""

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_smorest import Blueprint

from escalation.api.admission import account, answers, idempotency_key
from escalation.api.document import changes, shape_of
from escalation.errors import InvalidInput, NotFound
from escalation.schemas.case import CaseSchema
from escalation.schemas.concern import ConcernSchema, concern_from
from escalation.schemas.forms import as_sent, filled_in, of_forms
from escalation.services import concerns, places, routing_questions, submissions
from escalation.services.concerns import NewConcern
from escalation.services.views import CaseView, FormView
from workflows.vocabulary import FURTHER

_ADDRESS = {"type": "string", "minLength": 1, "maxLength": 64}
_BODY = shape_of(ConcernSchema(), {"partnership": _ADDRESS}, forms=True)


def add_to(blueprint: Blueprint) -> None:
    """Adds the operations of this file."""

    @changes(blueprint, "/concerns", CaseSchema(), body=_BODY, status=201)
    def raise_concern() -> tuple[CaseView, int, Mapping[str, str]]:
        """Raise a concern. `partnership` and `agency` are public ids; the other answers are the form's."""
        key = idempotency_key()
        concern = _concern(account(), answers(), key)
        case = concerns.raise_concern(account(), concern, key)
        return case, 201, {"Location": url_for("api.read_case", public_id=case.public_id)}


def _concern(asker: int, given: Mapping[str, Any], key: str) -> NewConcern:
    """The concern that was sent. Raises InvalidInput by field, also for places that are not the asker's."""
    said = {name: answer for name, answer in given.items() if name != "partnership"}
    own = {name: answer for name, answer in said.items() if name not in of_forms(said)}
    place = str(given.get("partnership", ""))
    sent_before = submissions.result_of(asker, key) is not None
    concern = concern_from(
        own, place, filled=lambda: as_sent(said) if sent_before else filled_in(_asked_in(place), said)
    )
    if concern.partnership not in {p.public_id for p in places.may_raise_in(asker)}:
        raise InvalidInput({"partnership": ["Name a partnership in which you hold a post"]})
    choices = places.agencies_to_challenge(asker, concern.partnership)
    known = {a.public_id for a in choices}
    for name in ("agency", *FURTHER):
        if said.get(name) and str(said[name]).strip() not in known:
            raise InvalidInput({name: ["Name an agency of this partnership"]})
    return concern


def _asked_in(partnership: str) -> tuple[FormView, ...]:
    """The forms of the procedure in force; none where no such partnership is: that is said elsewhere."""
    try:
        return routing_questions.asked_by(partnership).forms
    except NotFound:
        return ()
