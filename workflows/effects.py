"""What a permitted command brings about: events, the case as it then is, clocks ended and started."""

from collections.abc import Callable, Mapping
from dataclasses import replace
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
    Refusal,
    RunningClock,
    Terms,
)
from workflows.commands import (
    AnswerFollowUp,
    Command,
    Confirm,
    Convene,
    HoldMeeting,
    OpenBeside,
    RaiseConcern,
    Readdress,
    RecordDecision,
    TellChange,
    TimeOut,
    Withdraw,
)
from workflows.effect import Effect
from workflows.events import Cause, Code, Event, EventKind
from workflows.facts import Facts
from workflows.guards import Question
from workflows.protocol import Protocol, Stage
from workflows.retiming import agree_time, extend, pause, propose_time, resume, run_on, set_time
from workflows.risk import raise_risk
from workflows.routing import entry_of, route_of, unfilled
from workflows.triggers import Trigger
from workflows.vocabulary import Anchor, Expiry, Gate, Phase, Side, Within


def begin(
    protocol: Protocol,
    command: RaiseConcern,
    *,
    calendars: Mapping[Side, WorkingCalendar],
    empty_slots: frozenset[str],
    party_agencies: frozenset[int],
    party_people: frozenset[int],
    now: datetime,
    challenged: str = "other",
    within: Within = Within.BETWEEN,
    beside: str | None = None,
) -> Decision | Refusal:
    """A concern is raised: the router picks its track, its urgency the pace, the raiser perhaps the stage.

    `challenged` is the kind of the challenged agency; `beside` is the track when it is opened beside a
    running case, which asks no router. Refused when it is not for this process, or cannot begin there.
    """
    facts = facts_of(command, challenged, within)
    route = route_of(protocol, facts)
    if beside is None and route.to is None:
        return Refusal("elsewhere", f"This goes to: {route.elsewhere}. {route.because}".strip())
    track = beside or str(route.to)
    stage = entry_of(protocol, track, command.enter)
    if stage is None:
        return Refusal("not_an_entry", "This procedure cannot begin at that stage.")
    pace = protocol.pace_for(command.urgency)
    case = CaseState(
        stage=stage.id,
        pace=pace.id,
        calendars=calendars,
        empty_slots=empty_slots | unfilled(protocol, facts),
        party_agencies=party_agencies,
        party_people=party_people,
        terms=_first_terms(command, facts, now),
    )
    codes: dict[str, Code] = {"track": track, "pace": pace.id, "urgency": str(command.urgency)}
    raised = Event(EventKind.CONCERN_RAISED, codes)
    started = clocks.entry_clocks(protocol, case, stage, now)
    return Decision(
        after=replace(case, clocks=clocks.running(started), rungs=clocks.rungs(started)),
        events=(raised, *_safety(command)),
        entered=Entry(stage.id, stage.phase, "raised", stage.seats),
        started=started,
    )


def facts_of(command: RaiseConcern, challenged: str, within: Within) -> Facts:
    """What the router and conditional seats look at."""
    return Facts(
        command.subject, command.topic or "", command.forum or "", challenged, command.urgency, within
    )


def _first_terms(command: RaiseConcern, facts: Facts, now: datetime) -> Terms:
    anchors = {Anchor.RAISED: now}
    if command.concern_at is not None:
        anchors[Anchor.CONCERN] = command.concern_at
    return Terms(facts=facts, anchors=anchors, protect_by=command.protect_by)


def of(question: Question, target: Stage) -> Decision:
    """The decision for a command that may be made, `target` being where the machine went."""
    command, now = question.command, question.now
    if command is None or now is None:
        raise ValueError("effects need a command and a time")
    effect = _EFFECTS[command.trigger](question, command, now)
    if target.id != question.case.stage:
        effect = run_on(question.protocol, effect, now)
    case = _spent(question, _with_actor(question, effect.case))
    events = effect.events + (_safety(command) if command.trigger is not Trigger.SAY_SAFETY else ())
    if case is not effect.case:
        effect = replace(effect, case=case)
    if target.id == question.case.stage:
        return clocks.within_stage(question, command, effect, events, now)
    return _entering(question, command, effect, events, target, now)


def _spent(question: Question, case: CaseState) -> CaseState:
    """A second person's agreement is for one move only."""
    if Gate.SECOND_PERSON_AGREES not in question.move.needs:
        return case
    gates = dict(case.terms.gates)
    gates.pop(Gate.SECOND_PERSON_AGREES, None)
    return replace(case, terms=replace(case.terms, gates=gates))


def _entering(
    question: Question,
    command: Command,
    effect: Effect,
    events: tuple[Event, ...],
    target: Stage,
    now: datetime,
) -> Decision:
    before = question.stage()
    ended = clocks.ended_on_leaving(question, command, target, now)
    gone = {(e.clock, e.rung) for e in ended}
    kept = tuple(c for c in effect.case.clocks if (c.clock, c.rung) not in gone)
    case = replace(
        effect.case, stage=target.id, position=Position.NONE, proposal=None, readdressed=0, clocks=kept,
        terms=_terms_of_a_new_stage(effect.case.terms),
    )  # fmt: skip
    started = clocks.entry_clocks(question.protocol, case, target, now)
    return Decision(
        after=replace(
            case, clocks=kept + clocks.running(started), rungs=_rungs(kept) | clocks.rungs(started)
        ),
        events=events + _passage(question, before, target, effect),
        entered=Entry(target.id, target.phase, effect.cause, target.seats),
        started=started,
        ended=ended,
        retimed=tuple(r for r in effect.retimed if (r.clock, r.rung) not in gone),
    )


def _terms_of_a_new_stage(terms: Terms) -> Terms:
    """A proposal about a time, and a standstill, end with the stage in which they began."""
    if terms.time_proposal is None and terms.paused_at is None:
        return terms
    return replace(terms, time_proposal=None, paused_at=None)


def _rungs(kept: tuple[RunningClock, ...]) -> dict[str, int]:
    """The rungs of caps, which run on from stage to stage."""
    return {clock.clock: clock.rung for clock in kept}


def _passage(question: Question, before: Stage, target: Stage, effect: Effect) -> tuple[Event, ...]:
    """What entering a stage is called: settled for now, closed, given back, or moved up."""
    cause = effect.cause
    if question.move.trigger is Trigger.RETURN_DOWN:
        return (Event(EventKind.RETURNED, {"from": before.id, "to": target.id}),)
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
    if question.actor.account in case.party_people:
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
    effect = raise_risk(question.protocol, question.case, now)
    return replace(effect, events=told + effect.events)


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
    clock = question.timed_out()
    climbs = question.wanted() is not None
    codes: dict[str, Code] = {
        "clock": command.clock,
        "rung": command.rung,
        "due": ended.due.astimezone(UTC).isoformat(),
        "late_by": int((now - ended.due).total_seconds()),
        "waits_for": clocks.owner_of(question.case, clock, command.rung) if clock else "",
        "climbs": climbs,
    }
    lapsed = Event(EventKind.DEADLINE_LAPSED, codes)
    if clock is not None and clock.on_expiry is Expiry.UNSATISFACTORY:
        return _taken_as_kept(question, lapsed)
    protected = (Event(EventKind.PROTECTED_MEANWHILE),) if climbs and question.stage().on_deadlock else ()
    return Effect(question.case, (lapsed, *protected), str(Cause.SILENCE))


def _taken_as_kept(question: Question, lapsed: Event) -> Effect:
    """Nobody answered: the raising side may go on as after an answer that does not satisfy."""
    codes = {name: lapsed.codes[name] for name in ("clock", "waits_for")}
    if question.case.position is not Position.NONE:
        return Effect(question.case, (lapsed,))
    return Effect(
        replace(question.case, position=Position.KEPT),
        (lapsed, Event(EventKind.TAKEN_AS_KEPT, codes)),
        counts_as=Trigger.KEEP_DECISION,
    )


def _skip(question: Question, command: Command, now: datetime) -> Effect:
    return Effect(question.case, (), str(Cause.SKIPPED))


def _hand_over(question: Question, command: Command, now: datetime) -> Effect:
    return Effect(question.case, (Event(EventKind.HANDED_OVER),), "handed_over")


def _confirm(question: Question, command: Command, now: datetime) -> Effect:
    if not isinstance(command, Confirm):
        raise TypeError(f"{command!r} opens no gate")
    return _open_gate(question, command.gate, Event(EventKind.GATE_OPENED, {"gate": str(command.gate)}))


def _open_gate(question: Question, gate: Gate, event: Event) -> Effect:
    terms, account = question.case.terms, question.actor.account or 0
    case = replace(question.case, terms=replace(terms, gates={**terms.gates, gate: account}))
    return Effect(case, (event,))


def _convene(question: Question, command: Command, now: datetime) -> Effect:
    if not isinstance(command, Convene):
        raise TypeError(f"{command!r} calls no meeting")
    codes = {"meeting": str(command.meeting), "when": command.when.astimezone(UTC).isoformat()}
    return Effect(question.case, (Event(EventKind.MEETING_CALLED, codes),))


def _hold_meeting(question: Question, command: Command, now: datetime) -> Effect:
    if not isinstance(command, HoldMeeting):
        raise TypeError(f"{command!r} holds no meeting")
    event = Event(EventKind.MEETING_HELD, {"meeting": str(command.meeting)})
    return _open_gate(question, Gate.MEETING_HELD, event)


def _record_plan(question: Question, command: Command, now: datetime) -> Effect:
    return _open_gate(question, Gate.PLAN_RECORDED, Event(EventKind.PLAN_RECORDED))


def _open_beside(question: Question, command: Command, now: datetime) -> Effect:
    if not isinstance(command, OpenBeside):
        raise TypeError(f"{command!r} opens no track")
    event = Event(EventKind.BESIDE_OPENED, {"track": str(command.track)})
    return Effect(question.case, (event,), beside=(command.track,))


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
    Trigger.SKIP: _skip,
    Trigger.RETURN_DOWN: _escalate,
    Trigger.CHOOSE_FORUM: _escalate,
    Trigger.HAND_OVER: _hand_over,
    Trigger.CONFIRM: _confirm,
    Trigger.CONVENE: _convene,
    Trigger.HOLD_MEETING: _hold_meeting,
    Trigger.RECORD_PLAN: _record_plan,
    Trigger.RECORD_DISSENT: _note(EventKind.DISSENT_RECORDED),
    Trigger.SET_TIME: set_time,
    Trigger.PROPOSE_TIME: propose_time,
    Trigger.AGREE_TIME: agree_time,
    Trigger.EXTEND: extend,
    Trigger.PAUSE: pause,
    Trigger.RESUME: resume,
    Trigger.OPEN_BESIDE: _open_beside,
    Trigger.TIME_OUT: _time_out,
}
