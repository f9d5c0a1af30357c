"""What a protocol's forms ask of whoever makes a move, and under which name each answer is kept."""

from collections.abc import Iterable
from dataclasses import replace

from workflows.protocol import Form, FormField, Protocol
from workflows.triggers import Trigger
from workflows.vocabulary import Side

LONGEST = 40
"""How long the name may be under which an answer is kept."""


def asked_on(protocol: Protocol, stage: str, trigger: Trigger, side: Side | None) -> tuple[Form, ...]:
    """The forms that a side fills in when it makes a move in a stage, with the fields that it answers."""
    bound = (f for f in protocol.forms if f.on is trigger and stage in f.stages and side in f.sides)
    answered = (replace(form, fields=tuple(_answered_by(form, side))) for form in bound)
    return tuple(form for form in answered if form.fields)


def other_part(protocol: Protocol, form: str, side: Side | None) -> Form | None:
    """The part of a form that a side may add after another side has filled in its own; nothing of it must."""
    found = next((f for f in protocol.forms if f.id == form and side in f.sides and len(f.sides) > 1), None)
    fields = tuple(replace(field, required=False) for field in _answered_by(found, side)) if found else ()
    return replace(found, fields=fields) if found and fields else None


def _answered_by(form: Form, side: Side | None) -> Iterable[FormField]:
    return (field for field in form.fields if side in field.sides)


def kept_name(form: str, version: str, field: str) -> str:
    """The name under which an answer is kept: which form, in which version, which field."""
    return f"{form}@{version}/{field}"


def parts_of(name: str) -> tuple[str, str, str] | None:
    """Form, version and field of a name under which an answer to a form is kept; None for other names."""
    form, at, rest = name.partition("@")
    version, slash, field = rest.rpartition("/")
    return (form, version, field) if at and slash else None


def answer_name(form: str, field: str) -> str:
    """The name of an answer where it is given: on a page and in the API."""
    return f"{form}/{field}"


def found_by(protocol: Protocol, name: str) -> tuple[Form, FormField] | None:
    """The form and the field of an answer by the name under which it is kept, in this protocol."""
    parts = parts_of(name)
    if parts is None:
        return None
    form = next((f for f in protocol.forms if (f.id, f.version) == parts[:2]), None)
    field = next((f for f in form.fields if f.id == parts[2]), None) if form else None
    return (form, field) if form and field else None
