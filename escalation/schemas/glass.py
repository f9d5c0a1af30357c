"""Opening a case without a seat in it, and reviewing that somebody did."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import RAISE, Schema, ValidationError

from escalation.errors import InvalidInput
from escalation.schemas.fields import Choice, Written
from escalation.schemas.words import REFERENCE, SHORT
from escalation.services.glass import GlassReason
from escalation.services.glass_review import GlassFinding

GROUNDS: Mapping[str, str] = {
    GlassReason.CONSENT: "The person, or who may speak for them, agreed that I look",
    GlassReason.LEGAL: "A law or a court asks for it",
    GlassReason.PUBLIC_INTEREST: "Somebody may come to harm if I do not look now",
}
"""On which ground, in words: one of three, as the health service asks it."""


class _OpeningSchema(Schema):
    class Meta:
        unknown = RAISE

    reference = Written("Reference", REFERENCE, ask="Enter the reference of the case")
    ground = Choice(tuple(GROUNDS), "Select on which ground")
    reasons = Written("Your reason", SHORT, ask="Say why you must see this case")


class _FindingSchema(Schema):
    class Meta:
        unknown = RAISE

    finding = Choice(GlassFinding, "Select what you found")
    note = Written("How you came to it", SHORT, ask="Say how you came to it")


@dataclass(frozen=True, slots=True)
class OpenCase:
    """What somebody gives who opens a case without a seat in it."""

    reference: str
    ground: GlassReason
    reasons: str


def reason_from(answers: Mapping[str, Any]) -> OpenCase:
    """The reference and the reason. Raises InvalidInput with messages by field."""
    given = _loaded(_OpeningSchema(), answers)
    return OpenCase(given["reference"], GlassReason(given["ground"]), given["reasons"])


def finding_from(answers: Mapping[str, Any]) -> tuple[GlassFinding, str]:
    """The finding and its reason. Raises InvalidInput with messages by field."""
    given = _loaded(_FindingSchema(), answers)
    return GlassFinding(given["finding"]), given["note"]


def _loaded(schema: Schema, answers: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return dict(schema.load(dict(answers)))
    except ValidationError as error:
        raise InvalidInput(error.messages_dict) from error
