"""A stage of a procedure and what happens in it: its clocks, moves and meetings, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from workflows.amount import Amount
from workflows.triggers import Trigger
from workflows.vocabulary import (
    Anchor,
    Authority,
    ClockKind,
    Closer,
    Expiry,
    Gate,
    Outcome,
    Phase,
    Side,
)

CAP = "cap:"
"""What the id of a cap's deadline begins with, so that it never meets a clock of a stage."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A promise of time inside a stage.

    `starts_on` is None when it starts on entering the stage, else the triggers that start it.
    `stopped_by` are the triggers that meet it. `budgets` and `reminders` have an amount for each pace:
    how long it runs, and how long before its end the owner is reminded and the next holder forewarned.
    `waits_for` are the slots whose silence it measures; the first one that is filled is the owner.
    `in_words` is what the published text says where it has no number: the number is the board's own.
    `protective` and `negotiable` allow another end, set by a person or agreed by both sides; `at_most` is
    by how much a later one may lie after the clock's own.
    """

    id: str
    title: str
    waits_for: tuple[str, ...]
    budgets: Mapping[str, Amount]
    on_expiry: Expiry
    stopped_by: frozenset[Trigger]
    starts_on: frozenset[Trigger] | None = None
    repeat: Amount | None = None
    reminders: Mapping[str, Amount] = field(default_factory=dict)
    kind: ClockKind = ClockKind.ANSWER
    anchor: Anchor = Anchor.ENTRY
    calendar: Side | None = None
    hold_for: tuple[str, ...] = ()
    protective: bool = False
    negotiable: bool = False
    at_most: Amount | None = None
    in_words: str | None = None


@dataclass(frozen=True, slots=True)
class Cap:
    """One clock over several stages: it starts with the first that is entered and stops outside them.

    `clock` is how it runs (its id begins with `CAP`); `to` is where it climbs.
    """

    clock: Clock
    stages: frozenset[str]
    to: str | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """One thing that may be done in a stage: by which slots, leading where, if which conditions hold.

    `to` is empty when the case stays in its stage; with several the person picks. `conditions` are
    names from `guards.CONDITIONS`, `needs` the gates that must be open.
    """

    trigger: Trigger
    by: frozenset[str]
    to: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    needs: tuple[Gate, ...] = ()
    because: str = ""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting that a stage asks for: who calls it, who chairs, who takes part."""

    id: str
    title: str
    convener: tuple[str, ...]
    chair: tuple[str, ...]
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: its phase and track, the slots seated when it is entered, its clocks and its moves.

    `gates` says who may open which gate here. `on_deadlock` is what protects the person meanwhile.
    """

    id: str
    name: str
    phase: Phase
    seats: tuple[str, ...]
    clocks: tuple[Clock, ...]
    moves: tuple[Move, ...]
    track: str = ""
    formal: bool = True
    authority: Authority = Authority.DECIDES
    closes: Closer = Closer.BOTH
    outcomes: tuple[Outcome, ...] = ()
    gates: Mapping[Gate, frozenset[str]] = field(default_factory=dict)
    meetings: tuple[Meeting, ...] = ()
    on_deadlock: str | None = None

    @property
    def silence_leads_to(self) -> str | None:
        """The stage to which silence moves a case from here, or None where it moves nothing."""
        time_out = self.move(Trigger.TIME_OUT)
        return next(iter(time_out.to), None) if time_out else None

    def move(self, trigger: Trigger) -> Move | None:
        """The move of this stage for `trigger`, or None if the stage has none."""
        return next((m for m in self.moves if m.trigger is trigger), None)

    def clock(self, clock_id: str) -> Clock | None:
        """The clock of this stage called `clock_id`, or None."""
        return next((c for c in self.clocks if c.id == clock_id), None)
