"""What a permitted command brings about: events, the case as it then is, clocks ended and started."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from workflows import clocks
from workflows.calendar import WorkingCalendar
from workflows.case import (
    CaseState,
    Decision,
    Entry,
    LeadView,
    Position,
    Proposal,
    ShortenedClock,
)
from workflows.commands import (
    AnswerFollowUp,
    Command,
    RaiseConcern,
    Readdress,
    RecordDecision,
    TellChange,
    TimeOut,
    Withdraw,
)
from workflows.events import Cause, Code, Event, EventKind
from workflows.guards import Question
from workflows.protocol import Expiry, Phase, Protocol, Side, Stage
from workflows.risk import raise_risk
from workflows.triggers import Trigger


@dataclass(frozen=True, slots=True)
class Effect:
    """What a command does to the case before clocks are looked at. `cause` is why a stage is entered."""

    case: CaseState
    events: tuple[Event, ...]
    cause: str = ""
    shortened: tuple[ShortenedClock, ...] = field(default=())


def begin(
    protocol: Protocol,
    command: RaiseConcern,
    *,
    calendars: Mapping[Side, WorkingCalendar],
    empty_slots: frozenset[str],
    party_agencies: frozenset[int],
    party_people: frozenset[int],
    now: datetime,
) -> Decision:
    """A concern is raised: it enters the first stage, on the track that its urgency chooses."""
    track, stage = protocol.track_for(command.urgency), protocol.first_stage
    case = CaseState(
        stage=stage.id,
        track=track.id,
        calendars=calendars,
        empty_slots=empty_slots,
        party_agencies=party_agencies,
        party_people=party_people,
    )
    raised = Event(EventKind.CONCERN_RAISED, {"track": track.id, "urgency": str(command.urgency)})
    started = clocks.entry_clocks(protocol, case, stage, now)
    return Decision(
        after=replace(case, clocks=clocks.running(started), rungs=clocks.rungs(started)),
        events=(raised, *_safety(command)),
        entered=Entry(stage.id, stage.phase, "raised", stage.seats),
        started=started,
    )


def of(question: Question, target: Stage) -> Decision:
    """The decision for a command that may be made, `target` being where the machine went."""
    command, now = question.command, question.now
    if command is None or now is None:
        raise ValueError("effects need a command and a time")
    effect = _EFFECTS[command.trigger](question, command, now)
    case = _with_actor(question, effect.case)
    events = effect.events + (_safety(command) if command.trigger is not Trigger.SAY_SAFETY else ())
    moves = question.move.to is not None and _leaves(question, command)
    effect = replace(effect, case=case)
    if not moves:
        return clocks.within_stage(question, command, effect, events, now)
    return _entering(question, command, effect, events, target, now)


def _leaves(question: Question, command: Command) -> bool:
    """A time-out leaves the stage only when its clock climbs."""
    if not isinstance(command, TimeOut):
        return True
    clock = question.protocol.stages[question.case.stage].clock(command.clock)
    return clock is not None and clock.on_expiry is Expiry.CLIMB


def _entering(
    question: Question,
    command: Command,
    effect: Effect,
    events: tuple[Event, ...],
    target: Stage,
    now: datetime,
) -> Decision:
    before = question.protocol.stages[question.case.stage]
    case = replace(effect.case, stage=target.id, position=Position.NONE, proposal=None, readdressed=0)
    started = clocks.entry_clocks(question.protocol, case, target, now)
    return Decision(
        after=replace(case, clocks=clocks.running(started), rungs=clocks.rungs(started)),
        events=events + _passage(before, target, effect),
        entered=Entry(target.id, target.phase, effect.cause, target.seats),
        started=started,
        ended=clocks.all_ended(question, command, now),
    )


def _passage(before: Stage, target: Stage, effect: Effect) -> tuple[Event, ...]:
    """What entering a stage is called: settled for now, closed, or moved up."""
    cause = effect.cause
    if target.phase is Phase.CLOSED:
        return (Event(EventKind.CLOSED, {"cause": cause}),)
    if target.phase is Phase.PROVISIONAL:
        return (Event(EventKind.SETTLED_FOR_NOW, {"cause": cause}),)
    silent = {k: v for event in effect.events for k, v in event.codes.items() if k == "waits_for"}
    return (Event(EventKind.MOVED_UP, {"from": before.id, "to": target.id, "cause": cause, **silent}),)


def _with_actor(question: Question, case: CaseState) -> CaseState:
    """Whoever acts for a side can never decide this case, also when they sit on the board as well."""
    if question.actor.account is None or question.sides() <= {Side.BOARD}:
        return case
    return replace(case, party_people=case.party_people | {question.actor.account})


def _safety(command: Command) -> tuple[Event, ...]:
    return (Event(EventKind.SAFETY_SAID),) if command.safety else ()


def _side(question: Question) -> Side:
    return min(question.sides(), key=lambda side: list(Side).index(side))


def _note(kind: EventKind) -> "_Effect":
    """An effect that is only put on record."""
    return lambda question, command, now: Effect(question.case, (Event(kind),))


def _lead_view(view: LeadView, kind: EventKind) -> "_Effect":
    return lambda question, command, now: Effect(replace(question.case, lead_view=view), (Event(kind),))


def _position(position: Position, kind: EventKind) -> "_Effect":
    def effect(question: Question, command: Command, now: datetime) -> Effect:
        # A reply is a standing proposal: the raising side may accept it.
        proposal = Proposal(Side.CHALLENGED, reply=True)
        return Effect(replace(question.case, position=position, proposal=proposal), (Event(kind),))

    return effect


def _tell_change(question: Question, command: Command, now: datetime) -> Effect:
    told = (Event(EventKind.CHANGE_TOLD),)
    if not (isinstance(command, TellChange) and command.risk_rose):
        return Effect(question.case, told)
    case, events, shortened = raise_risk(question.protocol, question.case, now)
    return Effect(case, told + events, shortened=shortened)


def _readdress(question: Question, command: Command, now: datetime) -> Effect:
    if not isinstance(command, Readdress):
        raise TypeError(f"{command!r} says not where to")
    case = question.case
    after = replace(
        case,
        readdressed=case.readdressed + 1,
        calendars={**case.calendars, Side.CHALLENGED: command.calendar},
        party_agencies=case.party_agencies | {command.agency},
        position=Position.NONE,
        proposal=None,
    )
    return Effect(after, (Event(EventKind.READDRESSED, {"agency": command.agency}),))


def _propose(question: Question, command: Command, now: datetime) -> Effect:
    side = _side(question)
    event = Event(EventKind.SETTLEMENT_PROPOSED, {"side": str(side)})
    return Effect(replace(question.case, proposal=Proposal(side)), (event,))


def _agree(question: Question, command: Command, now: datetime) -> Effect:
    proposal = question.case.proposal
    codes: dict[str, Code] = {"side": str(_side(question)), "reply": proposal.reply if proposal else False}
    return Effect(question.case, (Event(EventKind.SETTLEMENT_AGREED, codes),), "agreed")


def _decline(question: Question, command: Command, now: datetime) -> Effect:
    event = Event(EventKind.SETTLEMENT_DECLINED, {"side": str(_side(question))})
    return Effect(replace(question.case, proposal=None), (event,))


def _escalate(question: Question, command: Command, now: datetime) -> Effect:
    return Effect(question.case, (), str(Cause.CHOSEN))


def _withdraw(question: Question, command: Command, now: datetime) -> Effect:
    freely = command.freely if isinstance(command, Withdraw) else True
    return Effect(question.case, (Event(EventKind.WITHDRAWN, {"freely": freely}),), "withdrawn")


def _record_decision(question: Question, command: Command, now: datetime) -> Effect:
    changed = str(command.changed) if isinstance(command, RecordDecision) else ""
    return Effect(question.case, (Event(EventKind.BOARD_DECIDED, {"changed": changed}),), "board")


def _answer_follow_up(question: Question, command: Command, now: datetime) -> Effect:
    if not isinstance(command, AnswerFollowUp):
        raise TypeError(f"{command!r} answers no follow-up")
    codes = {"safer": str(command.safer), "safe_to_raise": str(command.safe_to_raise)}
    return Effect(question.case, (Event(EventKind.FOLLOW_UP_ANSWERED, codes),), "answered")


def _time_out(question: Question, command: Command, now: datetime) -> Effect:
    if not isinstance(command, TimeOut):
        raise TypeError(f"{command!r} names no clock")
    ended = next(c for c in question.case.clocks if (c.clock, c.rung) == (command.clock, command.rung))
    clock = question.protocol.stages[question.case.stage].clock(command.clock)
    codes: dict[str, Code] = {
        "clock": command.clock,
        "rung": command.rung,
        "due": ended.due.astimezone(UTC).isoformat(),
        "late_by": int((now - ended.due).total_seconds()),
        "waits_for": clocks.owner_of(question.case, clock) if clock else "",
        "climbs": _leaves(question, command),
    }
    return Effect(question.case, (Event(EventKind.DEADLINE_LAPSED, codes),), str(Cause.SILENCE))


_Effect = Callable[[Question, Command, datetime], Effect]

_EFFECTS: Mapping[Trigger, _Effect] = {
    Trigger.SUPPORT: _lead_view(LeadView.SUPPORTS, EventKind.LEAD_SUPPORTED),
    Trigger.DECLINE_SUPPORT: _lead_view(LeadView.DECLINES, EventKind.LEAD_DECLINED),
    Trigger.ACKNOWLEDGE: _note(EventKind.OWNED),
    Trigger.CHANGE_DECISION: _position(Position.CHANGED, EventKind.DECISION_CHANGED),
    Trigger.KEEP_DECISION: _position(Position.KEPT, EventKind.DECISION_KEPT),
    Trigger.ASK_INFORMATION: _note(EventKind.INFORMATION_ASKED),
    Trigger.TELL_CHANGE: _tell_change,
    Trigger.SAY_SAFETY: _note(EventKind.SAFETY_SAID),
    Trigger.READDRESS: _readdress,
    Trigger.PROPOSE_SETTLEMENT: _propose,
    Trigger.AGREE_SETTLEMENT: _agree,
    Trigger.DECLINE_SETTLEMENT: _decline,
    Trigger.ESCALATE: _escalate,
    Trigger.WITHDRAW: _withdraw,
    Trigger.RECORD_DECISION: _record_decision,
    Trigger.RECUSE: _note(EventKind.RECUSED),
    Trigger.ANSWER_FOLLOW_UP: _answer_follow_up,
    Trigger.TIME_OUT: _time_out,
}
