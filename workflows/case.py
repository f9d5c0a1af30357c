"""What `decide` is told about a case, and what it answers.

All frozen. The service builds a `CaseState` from its rows, asks, and carries the `Decision` out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from workflows.calendar import WorkingCalendar
from workflows.events import Event
from workflows.facts import Facts
from workflows.triggers import Trigger
from workflows.vocabulary import Anchor, Gate, Phase, Reason, Side


class Position(StrEnum):
    """Where the challenged side stands in the current stage."""

    NONE = "none"
    CHANGED = "changed"
    KEPT = "kept"


class LeadView(StrEnum):
    """What the raiser's own lead has said, ever."""

    NONE = "none"
    SUPPORTS = "supports"
    DECLINES = "declines"


class DeadlineState(StrEnum):
    """What became of a deadline. STOPPED: the case left the stage before it ran out."""

    OPEN = "open"
    MET = "met"
    LAPSED = "lapsed"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks. `account` is None for the clock. `slots` are the slots of this case the person sits in
    today (as holder, as deputy, or as the raiser). `agencies` are all agencies the person belongs to."""

    account: int | None
    slots: frozenset[str] = frozenset()
    agencies: frozenset[int] = frozenset()


CLOCK = Actor(account=None)
"""The actor of everything that happens by itself."""


@dataclass(frozen=True, slots=True)
class RunningClock:
    """An open deadline of the current stage entry. `due` is UTC."""

    clock: str
    rung: int
    base: datetime
    due: datetime


@dataclass(frozen=True, slots=True)
class Proposal:
    """An open proposal to settle. `reply` is True when it is a position that awaits acceptance;
    then it carries no outcome yet."""

    side: Side
    reply: bool = False


@dataclass(frozen=True, slots=True)
class TimeProposal:
    """An open proposal for another end of a clock that may be agreed."""

    side: Side
    clock: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed or put on record and bears on what may follow.

    `facts` is how it was raised, `named` the challenged agencies in the order in which they were named (the
    first changes when it is passed on). `gates` has who opened each gate. `anchors` are the moments that
    clocks may count from. `protect_by` is the end that a person set to protect somebody, `paused_at` since
    when the clocks stand still.
    """

    facts: Facts = field(default_factory=Facts)
    named: tuple[int, ...] = ()
    gates: Mapping[Gate, int] = field(default_factory=dict)
    anchors: Mapping[Anchor, datetime] = field(default_factory=dict)
    protect_by: datetime | None = None
    time_proposal: TimeProposal | None = None
    paused_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CaseState:
    """The facts that decide what may happen next.

    `calendars` holds the working calendar that clocks of each side run on. `rungs` has the highest rung
    that each clock reached in this stage entry. `empty_slots` are slots that nobody but the raiser could
    sit in, so nothing is asked of them (what must end in something is owed by the board office).
    `party_agencies` and `party_people` are all agencies and accounts that ever stood on either side.
    `slot_calendars` has the slots that are another agency's than the first of their side.
    """

    stage: str
    pace: str
    calendars: Mapping[Side, WorkingCalendar]
    clocks: tuple[RunningClock, ...] = ()
    position: Position = Position.NONE
    lead_view: LeadView = LeadView.NONE
    proposal: Proposal | None = None
    readdressed: int = 0
    rungs: Mapping[str, int] = field(default_factory=dict)
    empty_slots: frozenset[str] = frozenset()
    party_agencies: frozenset[int] = frozenset()
    party_people: frozenset[int] = frozenset()
    slot_calendars: Mapping[str, WorkingCalendar] = field(default_factory=dict)
    terms: Terms = field(default_factory=Terms)


@dataclass(frozen=True, slots=True)
class StartedClock:
    """A deadline to write. `budget` is the amount as written in the protocol; instants are UTC."""

    clock: str
    rung: int
    waits_for: str
    side: Side
    base: datetime
    budget: str
    due: datetime
    remind_at: datetime | None
    calendar_version: str
    zone: str


@dataclass(frozen=True, slots=True)
class EndedClock:
    """A deadline to end. `late_by` is in whole seconds and 0 unless it lapsed."""

    clock: str
    rung: int
    state: DeadlineState
    late_by: int = 0


@dataclass(frozen=True, slots=True)
class RetimedClock:
    """A running deadline that now ends at another time: the risk rose, a person set or both agreed it,
    it was extended, or it stood still for a while."""

    clock: str
    rung: int
    base: datetime
    budget: str
    due: datetime
    remind_at: datetime | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A stage that was entered. `seats` are the slots the directory must fill now."""

    stage: str
    phase: Phase
    cause: str
    seats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What should now be written, all together or not at all. `after` is the case as it then stands."""

    after: CaseState
    events: tuple[Event, ...]
    entered: Entry | None = None
    started: tuple[StartedClock, ...] = ()
    ended: tuple[EndedClock, ...] = ()
    retimed: tuple[RetimedClock, ...] = ()
    beside: tuple[str, ...] = ()
    """Tracks to be opened beside this case."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not, in words that the person can act on. `code` is for machines and tests."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Elsewhere(Refusal):
    """Not for this process: by which route of the file (from 0), where to, why, and how it was raised."""

    route: int
    destination: str
    because: str
    why: Reason
    facts: Facts


@dataclass(frozen=True, slots=True)
class Possibility:
    """One trigger seen from one actor: either possible (`refusal` is None) or why not yet."""

    trigger: Trigger
    refusal: Refusal | None = field(default=None)
