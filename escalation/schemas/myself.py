"""What somebody says of themselves who has not signed in: checked before a code is sent anywhere."""

from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError

from escalation.addresses import is_address
from escalation.errors import InvalidInput
from escalation.schemas.fields import Written

LONGEST = 120


class Line(Written):
    """One line of text: what is pasted over several is one."""

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> Any:
        """The line. Raises ValidationError in words."""
        text = super().deserialize(value, attr, data, **kwargs)
        return " ".join(text.split()) if text else text


class Address(Line):
    """An e-mail address, in lower case."""

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> Any:
        """The address. Raises ValidationError for what cannot be one."""
        text = super().deserialize(value, attr, data, **kwargs)
        if text and not is_address(text):
            raise ValidationError("Enter an e-mail address like name@organisation.example")
        return text.lower() if text else text


class MyselfSchema(Schema):
    """Four answers. Labels and limits are those of the page."""

    class Meta:
        unknown = EXCLUDE

    own_name = Line("Your name", LONGEST, ask="Enter your name")
    own_email = Address("Your work e-mail", 254, ask="Enter your work e-mail")
    own_agency = Line("Where you work", 40, ask="Select where you work")
    own_role = Line("Your role", LONGEST, ask="Enter your role")


def check_myself(answers: Mapping[str, Any], agencies: Mapping[str, str]) -> dict[str, str]:
    """The four answers, checked; `agencies` are those to choose from. Raises InvalidInput."""
    return _checked(MyselfSchema(), answers, agencies)


def check_where(answers: Mapping[str, Any], agencies: Mapping[str, str]) -> dict[str, str]:
    """Of the four, only where somebody works and as what."""
    return _checked(MyselfSchema(only=("own_agency", "own_role")), answers, agencies)


def _checked(schema: Schema, answers: Mapping[str, Any], agencies: Mapping[str, str]) -> dict[str, str]:
    errors: dict[str, list[str]] = {}
    try:
        given = dict(schema.load(dict(answers)))
    except ValidationError as error:
        given, errors = dict(error.valid_data or {}), error.messages_dict
    if "own_agency" not in errors and given.get("own_agency") not in agencies:
        errors["own_agency"] = ["Select where you work"]
    if errors:
        raise InvalidInput({name: errors[name] for name in schema.fields if name in errors})
    return given


def check_address(text: str) -> str:
    """An address that a code can be sent to. Raises InvalidInput (`email`)."""
    try:
        found: str = MyselfSchema(only=("own_email",)).load({"own_email": text})["own_email"]
    except ValidationError as error:
        raise InvalidInput({"email": error.messages_dict["own_email"]}) from error
    return found
