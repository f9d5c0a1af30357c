"""What a board's escalation procedure is, as frozen values.

A `Protocol` is loaded from one TOML file (see `loader`) and never changes: a new timescale is a new
version in a new file. Cases keep the version they began under.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from workflows.triggers import Trigger


class Phase(StrEnum):
    """The closed list of phases. Stages are a board's own; permissions and measures stand on phases."""

    DRAFT = "draft"
    INFORMAL = "informal"
    MANAGER = "manager"
    SENIOR = "senior"
    ARBITRATION = "arbitration"
    PROVISIONAL = "provisional"
    CLOSED = "closed"


class Side(StrEnum):
    """Who a slot, a clock or a word belongs to."""

    RAISING = "raising"
    CHALLENGED = "challenged"
    BOARD = "board"


class Tier(StrEnum):
    """How high in its agency a post stands. The directory finds a post by agency, tier and line."""

    PRACTITIONER = "practitioner"
    LEAD = "lead"
    MANAGER = "manager"
    HEAD = "head"
    OFFICE = "office"
    CHAIR = "chair"


class Urgency(StrEnum):
    """How soon the raiser thinks something may happen. `NOT_SURE` is a real answer."""

    TODAY = "today"
    NEXT_DAYS = "next_days"
    NOT_URGENT = "not_urgent"
    NOT_SURE = "not_sure"


class Unit(StrEnum):
    """Units of a clock. Seconds exist for rehearsals; `lint` refuses them in a published file."""

    SECONDS = "seconds"
    MINUTES = "minutes"
    HOURS = "hours"
    CALENDAR_DAYS = "calendar_days"
    WEEKS = "weeks"
    WORKING_DAYS = "working_days"


class Expiry(StrEnum):
    """What silence does when a clock runs out."""

    CLIMB = "climb"
    """The case goes to the stage that the `time_out` move of this stage names."""
    REPEAT = "repeat"
    """The lapse is recorded, people are told, and the clock starts again with its `repeat` budget."""
    RECORD = "record"
    """The lapse is recorded and the case goes on without it."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A length of time in a unit that people use, for example 5 working days."""

    count: int
    unit: Unit

    def __str__(self) -> str:
        """As written in a protocol file: `5 working_days`."""
        return f"{self.count} {self.unit}"


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a case that the directory fills: which side, how high, in whose words.

    `line` is None (any line of that tier) or "challenged_role": the line that matches the role the
    raiser named, so that a doctor's decision reaches the medical line.
    """

    id: str
    side: Side
    tier: Tier
    title: str
    line: str | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """A promise of time inside a stage.

    `starts_on` is None when it starts on entering the stage, else the triggers that start it.
    `stopped_by` are the triggers that meet it. `budgets` has one amount for each track id.
    `reminders` say, by track, how long before the end the owner is reminded and the next holder
    forewarned.
    `waits_for` are the slots whose silence it measures; the first one is the owner.
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


@dataclass(frozen=True, slots=True)
class Move:
    """One thing that may be done in a stage: by which slots, leading where, if which conditions hold.

    `to` is None when the case stays in its stage. `conditions` are names from `guards.CONDITIONS`.
    """

    trigger: Trigger
    by: frozenset[str]
    to: str | None = None
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: its phase, the slots seated when it is entered, its clocks and its moves."""

    id: str
    name: str
    phase: Phase
    seats: tuple[str, ...]
    clocks: tuple[Clock, ...]
    moves: tuple[Move, ...]

    def move(self, trigger: Trigger) -> Move | None:
        """The move of this stage for `trigger`, or None if the stage has none."""
        return next((m for m in self.moves if m.trigger is trigger), None)

    def clock(self, clock_id: str) -> Clock | None:
        """The clock of this stage called `clock_id`, or None."""
        return next((c for c in self.clocks if c.id == clock_id), None)


@dataclass(frozen=True, slots=True)
class Track:
    """A speed at which the same stages are walked. `urgencies` choose it when a concern is raised."""

    id: str
    name: str
    urgencies: frozenset[Urgency]
    on_risk_rise: str | None = None
    """The track a case changes to when its risk rises, or None when this one is the fastest."""


@dataclass(frozen=True, slots=True)
class Protocol:
    """A whole procedure in one version. `stages[0]` is where a raised concern enters."""

    key: str
    version: str
    title: str
    nation: str
    review_by: date
    source: str
    slots: Mapping[str, Slot]
    tracks: Mapping[str, Track]
    stages: Mapping[str, Stage]

    @property
    def first_stage(self) -> Stage:
        """Where a raised concern enters."""
        return next(iter(self.stages.values()))

    def track_for(self, urgency: Urgency) -> Track:
        """The track that an urgency chooses; every urgency is in exactly one (the loader sees to it)."""
        return next(t for t in self.tracks.values() if urgency in t.urgencies)
