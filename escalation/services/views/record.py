"""What is on record of a case: what happened, what was written, which times run, and who takes part."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from notifications.message import Via
from workflows.case import DeadlineState
from workflows.events import Code, EventKind
from workflows.vocabulary import Phase, Side


class Standing(StrEnum):
    """How a person who was told stands: a tick, a half, a ring or a diamond on the page."""

    POSITION = "position"
    """Took a position (replied, supported, did not support, decided)."""
    OWNED = "owned"
    """Said: I have read this and own it. No position yet."""
    OPENED = "opened"
    """Opened the case. No position yet."""
    TOLD = "told"
    """A mail has left or is on its way. Not opened."""
    UNREACHED = "unreached"
    """Nobody holds the post, or the mail came back."""
    SILENT = "silent"
    """Did not answer in time."""


@dataclass(frozen=True, slots=True)
class DeadlineView:
    """One deadline. `days` are the working days that count, for the sum on the page, and `counts_from`
    is the working day on which the notice counts as given: the day before the first of them."""

    clock: str
    title: str
    rung: int
    side: Side
    waits_for: str
    waits_for_title: str
    agency: str
    base: datetime
    due: datetime
    budget: str
    counts_from: date
    days: tuple[date, ...]
    days_left: int
    """Working days left, today not counted; 0 means today; negative: past its time by so many."""
    state: DeadlineState
    zone: str
    late_by: int = 0
    at_work: bool = True
    """Whether the agency that it waits for is open at this moment."""
    opens: datetime | None = None
    """When that agency opens next, while it is closed."""
    past_terms: bool = False
    """Whether terms were not known any more for the day on which it is due."""


@dataclass(frozen=True, slots=True)
class SeatView:
    """One post that takes part. `people` are display names of who holds it today."""

    slot: str
    title: str
    agency: str
    side: Side
    people: tuple[str, ...]
    via: Via
    standing: Standing
    at: datetime | None
    mine: bool
    title_welsh: str = ""
    """Only where the post has the title that the procedure gives it: only that one is translated."""


@dataclass(frozen=True, slots=True)
class WrittenView:
    """Something a person wrote. `field` is the answer's name in its command.

    What was written in a form of the protocol says so: its name there, in which form, and in Welsh.
    """

    field: str
    text: str
    author: str
    author_agency: str
    side: Side | None
    at: datetime
    label: str = ""
    form: str = ""
    label_welsh: str = ""


@dataclass(frozen=True, slots=True)
class EventView:
    """One thing that happened, with what was written with it. `actor` is empty for the clock."""

    seq: int
    kind: EventKind
    at: datetime
    codes: Mapping[str, Code]
    actor: str
    actor_agency: str
    by_me: bool
    written: tuple[WrittenView, ...] = ()


class StepState(StrEnum):
    """Where a stage stands on the way of this case."""

    DONE = "done"
    HERE = "here"
    AHEAD = "ahead"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class StepView:
    """One stage of the protocol on the way of this case. `cause` tells why it was entered."""

    stage: str
    name: str
    phase: Phase
    state: StepState
    entered_at: datetime | None = None
    cause: str | None = None
