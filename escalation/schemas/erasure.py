"""Asking that what was written in a case be destroyed, answering that, and legal holds: codes alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import RAISE, Schema, ValidationError

from escalation.errors import InvalidInput
from escalation.schemas.fields import Choice, Written
from escalation.schemas.words import REFERENCE
from escalation.services.erasure import ErasureRule
from escalation.services.legal_holds import HoldGround

RULES: Mapping[str, str] = {
    ErasureRule.RETENTION: "The time for which the board keeps it is over",
    ErasureRule.PERSON: "The person it is about asked, and the privacy officer found that they may",
    ErasureRule.ORDER: "A court or a regulator ordered it",
    ErasureRule.UNLAWFUL: "It should not have been kept here at all",
}
"""On which rule it rests, in words."""
GROUNDS: Mapping[str, str] = {
    HoldGround.COURT: "A court or a coroner needs it",
    HoldGround.INQUIRY: "An inquiry or a safeguarding practice review needs it",
    HoldGround.CLAIM: "A claim or a complaint is open",
}
"""Why a case is held, in words."""
ANSWERS: Mapping[str, str] = {
    "agree": "Yes: destroy it for good",
    "refuse": "No: keep it",
}
_ASK_REFERENCE = "Enter the reference of the case"


class _AskSchema(Schema):
    class Meta:
        unknown = RAISE

    reference = Written("Reference", REFERENCE, ask=_ASK_REFERENCE)
    rule = Choice(tuple(RULES), "Select on which rule it rests")


class _HoldSchema(Schema):
    class Meta:
        unknown = RAISE

    reference = Written("Reference", REFERENCE, ask=_ASK_REFERENCE)
    ground = Choice(tuple(GROUNDS), "Select why it must be kept")


class _AnswerSchema(Schema):
    class Meta:
        unknown = RAISE

    answer = Choice(tuple(ANSWERS), "Select whether it is to be destroyed")
    reference = Written("Reference", REFERENCE)


@dataclass(frozen=True, slots=True)
class AskErasure:
    """Which case, and on which rule."""

    reference: str
    rule: ErasureRule


@dataclass(frozen=True, slots=True)
class PutOnHold:
    """Which case, and why."""

    reference: str
    ground: HoldGround


def request_from(answers: Mapping[str, Any]) -> AskErasure:
    """What is asked for. Raises InvalidInput with messages by field."""
    given = _loaded(_AskSchema(), answers)
    return AskErasure(given["reference"], ErasureRule(given["rule"]))


def hold_from(answers: Mapping[str, Any]) -> PutOnHold:
    """The hold. Raises InvalidInput with messages by field."""
    given = _loaded(_HoldSchema(), answers)
    return PutOnHold(given["reference"], HoldGround(given["ground"]))


def agrees_from(answers: Mapping[str, Any], reference: str) -> bool:
    """True for who agrees, and has typed the reference of this very case. Raises InvalidInput."""
    given = _loaded(_AnswerSchema(), answers)
    agrees = bool(given["answer"] == "agree")
    if agrees and (given["reference"] or "").upper() != reference:
        raise InvalidInput({"reference": ["Type the reference of this case as it stands above"]})
    return agrees


def _loaded(schema: Schema, answers: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return dict(schema.load(dict(answers)))
    except ValidationError as error:
        raise InvalidInput(error.messages_dict) from error
