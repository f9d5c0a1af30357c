"""What somebody may do to a case, and what its procedure asks of them with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from workflows.triggers import Trigger


@dataclass(frozen=True, slots=True)
class AskedView:
    """One field of a form: `name` is how its answer is called on pages and in the API."""

    name: str
    label: str
    hint: str
    required: bool
    label_welsh: str = ""


@dataclass(frozen=True, slots=True)
class FormView:
    """A form of the protocol that a move asks for, with the fields that this person answers."""

    id: str
    version: str
    title: str
    fields: tuple[AskedView, ...]
    title_welsh: str = ""


@dataclass(frozen=True, slots=True)
class ActionView:
    """One thing this person may do, or may not do yet and why (`refusal` in words)."""

    trigger: Trigger
    refusal: str | None = None
    choices: Mapping[str, str] = field(default_factory=dict)
    """What may be picked, where the move asks for it: ids and words."""
    forms: tuple[FormView, ...] = ()
    """The forms of the protocol that the move asks for."""
