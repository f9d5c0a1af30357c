"""What a command does to the case, before its clocks are looked at."""

from dataclasses import dataclass

from workflows.case import CaseState, RetimedClock
from workflows.events import Event
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
