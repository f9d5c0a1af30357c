"""A case told in sentences: people, what they ask for, and the case as it moves on.

Only `begin` and `decide` are called. A story keeps the state after each decision, and the time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from workflows import commands as c
from workflows.calendar import WorkingCalendar
from workflows.case import CLOCK, Actor, CaseState, Decision, EndedClock, Refusal, RunningClock
from workflows.events import Code, Event, EventKind
from workflows.machine import begin, decide
from workflows.protocol import Protocol
from workflows.triggers import Trigger
from workflows.vocabulary import Gate, Side, Urgency

PRACTICE, HOSPITAL, COUNCIL, BOARD = 10, 20, 30, 90

GP = Actor(1, frozenset({"raiser"}), frozenset({PRACTICE}))
LEAD = Actor(2, frozenset({"raising_lead"}), frozenset({PRACTICE}))
MANAGER = Actor(3, frozenset({"challenged_manager"}), frozenset({HOSPITAL}))
RAISING_HEAD = Actor(4, frozenset({"raising_head"}), frozenset({PRACTICE}))
CHALLENGED_HEAD = Actor(5, frozenset({"challenged_head"}), frozenset({HOSPITAL}))
OFFICE = Actor(6, frozenset({"business_manager"}), frozenset({BOARD}))
CHAIR = Actor(7, frozenset({"chair"}), frozenset({BOARD}))
COUNCIL_MANAGER = Actor(8, frozenset({"challenged_manager"}), frozenset({COUNCIL}))

EVERYBODY = (GP, LEAD, MANAGER, RAISING_HEAD, CHALLENGED_HEAD, OFFICE, CHAIR)

CALENDARS = {
    Side.RAISING: WorkingCalendar("ENG", closes=time(18, 30)),
    Side.CHALLENGED: WorkingCalendar("ENG"),
    Side.BOARD: WorkingCalendar("ENG", closes=time(16, 0)),
}
LATE_COUNCIL = WorkingCalendar("ENG", closes=time(20, 0))

WEDNESDAY = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)
LATER = datetime(2027, 1, 20, 16, 0, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

CANARY = "a sparrow fell on the stairs"
"""Everything written in these stories, so that it can be looked for where no prose may be."""


def ask(trigger: Trigger, *, full: bool = True) -> c.Command:
    """A well-formed command for a trigger; `full` also gives what may be left out."""
    extra = CANARY if full else None
    made: Mapping[Trigger, c.Command] = {
        Trigger.SUPPORT: c.Support(reasons=extra, safety=extra),
        Trigger.DECLINE_SUPPORT: c.DeclineSupport(reasons=CANARY),
        Trigger.ACKNOWLEDGE: c.Acknowledge(safety=extra),
        Trigger.CHANGE_DECISION: c.ChangeDecision(reasons=CANARY, safety=extra),
        Trigger.KEEP_DECISION: c.KeepDecision(reasons=CANARY, would_change_mind=CANARY),
        Trigger.ASK_INFORMATION: c.AskInformation(reasons=CANARY),
        Trigger.TELL_CHANGE: c.TellChange(what_changed=CANARY, risk_rose=full),
        Trigger.SAY_SAFETY: c.SaySafety(safety=CANARY),
        Trigger.READDRESS: c.Readdress(reasons=CANARY, agency=COUNCIL, calendar=LATE_COUNCIL),
        Trigger.PROPOSE_SETTLEMENT: c.ProposeSettlement(outcome=CANARY),
        Trigger.AGREE_SETTLEMENT: c.AgreeSettlement(outcome=extra),
        Trigger.DECLINE_SETTLEMENT: c.DeclineSettlement(reasons=CANARY),
        Trigger.ESCALATE: c.Escalate(reasons=CANARY),
        Trigger.WITHDRAW: c.Withdraw(reasons=CANARY, freely=full),
        Trigger.RECORD_DECISION: c.RecordDecision(
            decision=CANARY, reasons=CANARY, alternatives=CANARY, dissent=CANARY,
            changed=c.Changed.PARTLY, outcome=CANARY, actions=extra,
        ),
        Trigger.RECUSE: c.Recuse(reasons=CANARY),
        Trigger.ANSWER_FOLLOW_UP: c.AnswerFollowUp(
            safer=c.Safer.YES, how_known=CANARY, still_open=extra, safe_to_raise=c.SafeToRaise.YES
        ),
        Trigger.SKIP: c.Skip(reasons=CANARY),
        Trigger.RETURN_DOWN: c.ReturnDown(reasons=CANARY),
        Trigger.CHOOSE_FORUM: c.ChooseForum(reasons=CANARY),
        Trigger.HAND_OVER: c.HandOver(reasons=CANARY),
        Trigger.CONFIRM: c.Confirm(gate=Gate.FAMILY_TOLD, how=CANARY),
        Trigger.CONVENE: c.Convene(meeting=c.Id("panel"), when=LATER),
        Trigger.HOLD_MEETING: c.HoldMeeting(meeting=c.Id("panel"), minutes=CANARY),
        Trigger.RECORD_PLAN: c.RecordPlan(plan=CANARY),
        Trigger.RECORD_DISSENT: c.RecordDissent(dissent=CANARY),
        Trigger.SET_TIME: c.SetTime(until=LATER, reasons=CANARY),
        Trigger.PROPOSE_TIME: c.ProposeTime(clock=c.Id("reply"), until=LATER, reasons=CANARY),
        Trigger.AGREE_TIME: c.AgreeTime(),
        Trigger.EXTEND: c.Extend(clock=c.Id("reply"), until=LATER, reasons=CANARY, safety=CANARY),
        Trigger.PAUSE: c.Pause(reasons=CANARY),
        Trigger.RESUME: c.Resume(reasons=extra),
        Trigger.OPEN_BESIDE: c.OpenBeside(track=c.Id("medical"), reasons=CANARY),
        Trigger.TIME_OUT: c.TimeOut(clock=c.Id("reply"), rung=1),
        Trigger.RAISE: concern(),
    }  # fmt: skip
    return made[trigger]


def concern(urgency: Urgency = Urgency.NOT_SURE, safety: str | None = None) -> c.RaiseConcern:
    """A concern with everything in it."""
    return c.RaiseConcern(
        person_reference=CANARY,
        decision=CANARY,
        risk=CANARY,
        request=CANARY,
        urgency=urgency,
        attempts=CANARY,
        changed_lately=CANARY,
        safety=safety,
    )


@dataclass
class Story:
    """One case from its first day. `last` is the last decision, `told` every event so far."""

    protocol: Protocol = field(repr=False)
    now: datetime
    last: Decision
    told: list[Event] = field(default_factory=list)

    @classmethod
    def raised(
        cls,
        protocol: Protocol,
        *,
        at: datetime = WEDNESDAY,
        urgency: Urgency = Urgency.NOT_SURE,
        empty: frozenset[str] = frozenset(),
        safety: str | None = None,
    ) -> "Story":
        """The GP raises a concern about a decision of the hospital."""
        decision = begin(
            protocol,
            concern(urgency, safety),
            calendars=CALENDARS,
            empty_slots=empty,
            party_agencies=frozenset({PRACTICE, HOSPITAL}),
            party_people=frozenset({1}),
            now=at,
        )
        return cls(protocol, at, decision, list(decision.events))

    @property
    def case(self) -> CaseState:
        """The case as it stands."""
        return self.last.after

    def asked(self, who: Actor, command: c.Command) -> Decision | Refusal:
        """What the protocol would say, without doing it."""
        return decide(self.protocol, self.case, command, who, self.now)

    def does(self, who: Actor, what: Trigger | c.Command) -> Decision:
        """Somebody does something, and may."""
        answer = self.asked(who, ask(what) if isinstance(what, Trigger) else what)
        assert isinstance(answer, Decision), f"refused: {answer}"
        self.last = answer
        self.told += answer.events
        return answer

    def is_refused(self, who: Actor, what: Trigger | c.Command) -> str:
        """Somebody asks for something and may not; the code of the refusal."""
        answer = self.asked(who, ask(what) if isinstance(what, Trigger) else what)
        assert isinstance(answer, Refusal), f"not refused: {answer}"
        return answer.code

    def times_out(self, clock: str, *, late: timedelta = timedelta(0)) -> Decision:
        """Nobody answers: the clock runs out, `late` after its due instant."""
        running = self.clock(clock)
        self.now = running.due + late
        return self.does(CLOCK, c.TimeOut(clock=clock, rung=running.rung))

    def clock(self, name: str) -> RunningClock:
        """The running clock of that name."""
        return next(k for k in self.case.clocks if k.clock == name)

    def running(self) -> set[str]:
        """The names of the clocks that run."""
        return {k.clock for k in self.case.clocks}

    def ended(self) -> dict[str, str]:
        """What the last decision made of the clocks that it ended."""
        ended: tuple[EndedClock, ...] = self.last.ended
        return {e.clock: str(e.state) for e in ended}

    def happened(self) -> list[str]:
        """The kinds of event of the last decision, in order."""
        return [str(event.kind) for event in self.last.events]

    def codes(self, kind: EventKind) -> Mapping[str, Code]:
        """The codes of an event of the last decision."""
        return next(event.codes for event in self.last.events if event.kind is kind)
