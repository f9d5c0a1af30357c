"""What a command does to the case, before its clocks are looked at."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from workflows.case import CaseState, RetimedClock
from workflows.commands import Command
from workflows.events import Event, EventKind
from workflows.question import Question
from workflows.triggers import Trigger


@dataclass(frozen=True, slots=True)
class Effect:
    """The case as the command leaves it, and what happened. `cause` is why a stage is entered.

    `retimed` are clocks that got another end (`case` has it already), `beside` tracks to open beside.
    `counts_as` is the trigger that silence is taken for.
    """

    case: CaseState
    events: tuple[Event, ...]
    cause: str = ""
    retimed: tuple[RetimedClock, ...] = ()
    beside: tuple[str, ...] = ()
    counts_as: Trigger | None = None


Answer = Callable[[Question, Command, datetime], Effect]
"""One entry of the table of effects: what a trigger does to a case."""


def said_about_safety(command: Command) -> tuple[Event, ...]:
    """Any command may carry words about the person's safety: they are an event of their own."""
    return (Event(EventKind.SAFETY_SAID),) if command.safety else ()
