"""A small model of one case under the four-stage procedure, made from its description and not from our code.

It knows who may do what in which stage, which clocks that starts and stops, and what silence does. When a
clock ends it asks the oracle of working time. It is told each thing that happened and when; `must` names what
should be true.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.oracles import working_time
from tests.oracles.working_time import Calendar

WEEK = [0, 1, 2, 3, 4]
SURGERY: Calendar = {"nation": "ENG", "weekdays": WEEK, "opens": "08:00", "closes": "18:30"}
OFFICE: Calendar = {"nation": "ENG", "weekdays": WEEK, "opens": "09:00", "closes": "17:00"}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

RAISER, LEAD, MANAGER, HEAD, STRANGER = (
    "amara.lewis", "priya.nair", "sam.okafor", "margaret.osei", "leah.brooks",
)  # fmt: skip
REVIEW, SENIOR, BOARD, FOLLOW_UP, CLOSED = (
    "manager_review", "senior_challenge", "board_arbitration", "follow_up", "closed",
)  # fmt: skip
UP = {REVIEW: SENIOR, SENIOR: BOARD}
OPEN = (REVIEW, SENIOR, BOARD)
INFORMED = (*OPEN, FOLLOW_UP)


@dataclass(frozen=True)
class Clock:
    """How long, at the usual and the urgent pace, on whose calendar; when again; whether silence moves up."""

    usual: int
    urgent: int
    on: Calendar
    again: int = 0
    climbs: bool = False
    unit: str = "working_days"


ANSWER, INFORMATION = Clock(3, 1, SURGERY, again=2), Clock(2, 1, SURGERY, again=1)
CLOCKS: dict[str, dict[str, Clock]] = {
    REVIEW: {"reply": Clock(5, 1, OFFICE, climbs=True), "view": Clock(2, 1, SURGERY),
             "answer": ANSWER, "information": INFORMATION},
    SENIOR: {"position": Clock(3, 1, OFFICE, climbs=True), "answer": ANSWER, "information": INFORMATION},
    BOARD: {"decision": Clock(10, 2, OFFICE, again=2)},
    FOLLOW_UP: {"follow_up": Clock(30, 30, SURGERY, again=5, unit="calendar_days")},
    CLOSED: {},
}  # fmt: skip
LATER = ("answer", "information")
"""Clocks that do not run from the beginning of a stage."""

MAY: dict[str, dict[str, tuple[str, ...]]] = {
    "support": {LEAD: (REVIEW,)}, "decline_support": {LEAD: (REVIEW,)},
    "acknowledge": {MANAGER: (REVIEW, SENIOR), LEAD: (REVIEW, SENIOR), HEAD: (SENIOR, BOARD)},
    "keep_decision": {MANAGER: (REVIEW,), HEAD: (SENIOR,)},
    "change_decision": {MANAGER: OPEN, HEAD: (SENIOR, BOARD)},
    "ask_information": {MANAGER: (REVIEW, SENIOR), HEAD: (SENIOR,)},
    "tell_change": {RAISER: INFORMED, LEAD: INFORMED, MANAGER: INFORMED, HEAD: (SENIOR, BOARD)},
    "risk_rose": {RAISER: INFORMED, LEAD: INFORMED, MANAGER: INFORMED, HEAD: (SENIOR, BOARD)},
    "propose_settlement": {RAISER: OPEN, LEAD: OPEN, MANAGER: OPEN, HEAD: (SENIOR, BOARD)},
    "agree_settlement": {RAISER: OPEN, MANAGER: (REVIEW,), HEAD: (SENIOR, BOARD)},
    "decline_settlement": {RAISER: OPEN, MANAGER: (REVIEW,), HEAD: (SENIOR, BOARD)},
    "escalate": {RAISER: (REVIEW, SENIOR), LEAD: (REVIEW, SENIOR), MANAGER: (REVIEW,), HEAD: (SENIOR,)},
    "withdraw": {RAISER: OPEN},
    "answer_follow_up": {RAISER: (FOLLOW_UP,), LEAD: (FOLLOW_UP,)},
}  # fmt: skip
STOPS = {
    "support": ("view",), "decline_support": ("view",), "tell_change": ("information",),
    "risk_rose": ("information",), "keep_decision": ("reply", "position"),
    "change_decision": ("reply", "position"),
}  # fmt: skip
STARTS = {"keep_decision": "answer", "change_decision": "answer", "ask_information": "information"}
OURS = (RAISER, LEAD)


@dataclass
class Running:
    """A running clock: which time round, from when, until when."""

    rung: int
    base: datetime
    due: datetime


@dataclass
class Model:
    """The case as it should be. `lapsed` has every (stage number, clock, rung) that ran out."""

    raised: datetime
    stage: str = REVIEW
    entry: int = 1
    urgent: bool = False
    position: str = "none"
    lead_view: str = "none"
    proposal: str = ""
    """The side with an open proposal, `reply` when it is a reply; else empty."""
    running: dict[str, Running] = field(default_factory=dict)
    rungs: dict[str, int] = field(default_factory=dict)
    lapsed: list[tuple[int, str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._enter(REVIEW, self.raised)

    def may(self, who: str, what: str) -> bool:
        """Whether somebody may do it now."""
        if self.stage not in MAY[what].get(who, ()):
            return False
        side = "raising" if who in OURS else "challenged"
        if what in ("support", "decline_support"):
            return self.lead_view == "none"
        if what == "propose_settlement":
            return self.proposal != side
        if what in ("agree_settlement", "decline_settlement"):
            other = "challenged" if self.proposal == "reply" else self.proposal
            return bool(other) and other != side
        return True

    def does(self, who: str, what: str, at: datetime) -> None:
        """Somebody did it."""
        for clock in STOPS.get(what, ()):
            self.running.pop(clock, None)
        if what in ("keep_decision", "change_decision"):
            self.position, self.proposal = ("kept" if what.startswith("keep") else "changed"), "reply"
        elif what == "propose_settlement":
            self.proposal = "raising" if who in OURS else "challenged"
        elif what == "decline_settlement":
            self.proposal = ""
        elif what in ("support", "decline_support"):
            self.lead_view = "supports" if what == "support" else "declines"
        elif what == "risk_rose":
            self._faster(at)
        self._follows(what, at)

    def _follows(self, what: str, at: datetime) -> None:
        later = STARTS.get(what)
        if later in CLOCKS[self.stage] and later not in self.running and later is not None:
            self._start(later, self._budget(CLOCKS[self.stage][later]), at)
        if what == "escalate":
            self._enter(UP[self.stage], at)
        elif what == "agree_settlement":
            self._enter(FOLLOW_UP, at)
        elif what in ("withdraw", "answer_follow_up"):
            self._enter(CLOSED, at)

    def next_lapse(self) -> tuple[datetime, str] | None:
        """What runs out next; of two in one instant that which moves nothing comes first."""
        clocks = CLOCKS[self.stage]
        order = sorted((r.due, clocks[name].climbs, name) for name, r in self.running.items())
        return (order[0][0], order[0][2]) if order else None

    def lapses(self, at: datetime) -> tuple[str, int]:
        """The next clock ran out, and that was carried out at an instant: gives its name and rung."""
        due, name = self.next_lapse() or (at, "")
        assert name, "a clock ran out, and none runs"
        assert due <= at, f"{name} ran out at {at}, and is due at {due}"
        gone, clock = self.running.pop(name), CLOCKS[self.stage][name]
        self.lapsed.append((self.entry, name, gone.rung))
        if clock.climbs:
            self._enter(UP[self.stage], at)
        elif clock.again:
            self._start(name, clock.again, at, "working_days")
        return name, gone.rung

    def _enter(self, stage: str, at: datetime) -> None:
        self.entry += stage != REVIEW
        self.stage, self.position, self.proposal = stage, "none", ""
        self.running, self.rungs = {}, {}
        for name, clock in CLOCKS[stage].items():
            if name not in LATER:
                self._start(name, self._budget(clock), at)

    def _budget(self, clock: Clock) -> int:
        return clock.urgent if self.urgent else clock.usual

    def _start(self, name: str, count: int, at: datetime, unit: str | None = None) -> None:
        clock = CLOCKS[self.stage][name]
        self.rungs[name] = self.rungs.get(name, 0) + 1
        self.running[name] = Running(self.rungs[name], at, _due(count, unit or clock.unit, at, clock.on))

    def _faster(self, at: datetime) -> None:
        self.urgent = True
        for name, running in self.running.items():
            clock = CLOCKS[self.stage][name]
            if (due := _due(clock.urgent, clock.unit, at, clock.on)) < running.due:
                running.base, running.due = at, due


def _due(count: int, unit: str, at: datetime, calendar: Calendar) -> datetime:
    notice = (at - EPOCH) // timedelta(microseconds=1)
    return EPOCH + timedelta(microseconds=working_time.due(f"{count} {unit}", notice, calendar))
