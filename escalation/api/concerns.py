"""Raising a concern."""

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_smorest import Blueprint

from escalation.api.admission import account, answers, idempotency_key
from escalation.api.document import changes, shape_of
from escalation.errors import InvalidInput
from escalation.schemas.case import CaseSchema
from escalation.schemas.concern import ConcernSchema, concern_from
from escalation.services import concerns, places
from escalation.services.concerns import NewConcern
from escalation.services.views import CaseView
from workflows.vocabulary import FURTHER

_ADDRESS = {"type": "string", "minLength": 1, "maxLength": 64}
_BODY = shape_of(ConcernSchema(), {"partnership": _ADDRESS})


def add_to(blueprint: Blueprint) -> None:
    """Adds the operations of this file."""

    @changes(blueprint, "/concerns", CaseSchema(), body=_BODY, status=201)
    def raise_concern() -> tuple[CaseView, int, Mapping[str, str]]:
        """Raise a concern. `partnership` and `agency` are public ids; the other answers are the form's."""
        key = idempotency_key()
        concern = _concern(account(), answers())
        case = concerns.raise_concern(account(), concern, key)
        return case, 201, {"Location": url_for("api.read_case", public_id=case.public_id)}


def _concern(asker: int, given: Mapping[str, Any]) -> NewConcern:
    """The concern that was sent. Raises InvalidInput by field, also for places that are not the asker's."""
    said = {name: answer for name, answer in given.items() if name != "partnership"}
    concern = concern_from(said, str(given.get("partnership", "")))
    if concern.partnership not in {p.public_id for p in places.may_raise_in(asker)}:
        raise InvalidInput({"partnership": ["Name a partnership in which you hold a post"]})
    choices = places.agencies_to_challenge(asker, concern.partnership)
    known = {a.public_id for a in choices}
    for name in ("agency", *FURTHER):
        if said.get(name) and str(said[name]).strip() not in known:
            raise InvalidInput({name: ["Name an agency of this partnership"]})
    return concern
