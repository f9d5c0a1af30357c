"""Answers to the forms of a procedure, checked field by field as they are asked."""

from collections.abc import Iterable, Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields

from escalation.errors import InvalidInput
from escalation.schemas.fields import Written, as_seen
from escalation.schemas.words import LONG
from escalation.services.views import FormView

MARK = "/"
"""Stands in the name of every answer to a form, and in no other."""


def of_forms(given: Mapping[str, Any]) -> dict[str, Any]:
    """Of what was given, the answers to forms."""
    return {name: answer for name, answer in given.items() if MARK in name}


def filled_in(asked: Iterable[FormView], given: Mapping[str, Any]) -> dict[str, str]:
    """The answers to these forms, without the empty ones. Raises InvalidInput with messages by field,
    also for fields that no form asks."""
    try:
        answers = schema_of(asked).load(of_forms(given))
    except ValidationError as error:
        raise InvalidInput(error.messages_dict) from error
    return {name: text for name, text in sorted(answers.items()) if text}


def as_sent(given: Mapping[str, Any]) -> dict[str, str]:
    """Answers of a sending that is on record already: as they were when they were checked."""
    texts = {n: as_seen(a) for n, a in sorted(of_forms(given).items()) if isinstance(a, str)}
    return {name: text for name, text in texts.items() if text}


def schema_of(asked: Iterable[FormView]) -> Schema:
    """What checks the answers to these forms."""
    questions: dict[str, fields.Field[Any]] = {
        f.name: Written(f.label, LONG, ask=f"Answer: {f.label}" if f.required else None)
        for form in asked
        for f in form.fields
    }
    return Schema.from_dict(questions)(unknown=RAISE)


def both(*checks: Any) -> list[Any]:
    """The results of several checks. Raises InvalidInput with the messages of all that fail."""
    results, errors = [], dict[str, list[str]]()
    for check in checks:
        try:
            results.append(check())
        except InvalidInput as invalid:
            errors |= invalid.errors
    if errors:
        raise InvalidInput(errors)
    return results
