"""Looking for cases by a number: which kind it is, and the number as it was typed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, validates_schema

from escalation.errors import InvalidInput
from escalation.nhs_numbers import is_nhs_number
from escalation.schemas.fields import Choice, Written
from escalation.schemas.words import REFERENCE

KINDS: Mapping[str, str] = {
    "local": "A number or reference of an agency’s own",
    "nhs": "An NHS number",
}
_ASK = "Enter the number to look for"
_DIGITS = "An NHS number has 10 digits, for example 999 012 3454"
_CHECK = "This is not an NHS number: one of its digits must be wrong. Check it and type it again"


class _FindingSchema(Schema):
    class Meta:
        unknown = RAISE

    kind = Choice(tuple(KINDS), "Select which kind of number it is")
    number = Written("The number", REFERENCE, ask=_ASK)

    @validates_schema
    def fits(self, data: Mapping[str, Any], **_: Any) -> None:
        """A number of its kind: an NHS number has ten digits, of which the last one checks the others."""
        number = data["number"]
        if not any(letter.isalnum() for letter in number):
            raise ValidationError(_ASK, "number")
        if data["kind"] == "nhs" and not is_nhs_number(number):
            plain = re.sub(r"[\s-]", "", number)
            raise ValidationError(_CHECK if re.fullmatch(r"[0-9]{10}", plain) else _DIGITS, "number")


@dataclass(frozen=True, slots=True)
class NumberAsked:
    """What somebody looks for."""

    kind: str
    number: str


def asked_from(answers: Mapping[str, Any]) -> NumberAsked:
    """The kind and the number. Raises InvalidInput with messages by field."""
    try:
        given = _FindingSchema().load(dict(answers))
    except ValidationError as error:
        raise InvalidInput(error.messages_dict) from error
    return NumberAsked(given["kind"], given["number"])
