"""What a permitted command brings about: events, the case as it then is, clocks ended and started."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from workflows import clocks, recording, settling, silence
from workflows.case import (
    CaseState,
    Decision,
    Entry,
    LeadView,
    Position,
    RunningClock,
    Terms,
)
from workflows.commands import (
    Command,
)
from workflows.effect import Answer, Effect, said_about_safety
from workflows.events import Cause, Event, EventKind
from workflows.question import Question
from workflows.retiming import agree_time, extend, pause, propose_time, resume, run_on, set_time
from workflows.stages import Stage
from workflows.triggers import Trigger
from workflows.vocabulary import Gate, Phase, Side


def of(question: Question, target: Stage) -> Decision:
    """The decision for a command that may be made, `target` being where the machine went."""
    command, now = question.command, question.now
    if command is None or now is None:
        raise ValueError("effects need a command and a time")
    effect = _EFFECTS[command.trigger](question, command, now)
    if target.id != question.case.stage:
        effect = run_on(question.protocol, effect, now)
    case = _spent(question, _with_actor(question, effect.case))
    events = effect.events + (said_about_safety(command) if command.trigger is not Trigger.SAY_SAFETY else ())
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
        terms=_terms_of_a_new_stage(effect.case.terms, target),
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


def _terms_of_a_new_stage(terms: Terms, stage: Stage) -> Terms:
    """A proposal about a time, and a standstill, end with the stage in which they began.

    So do the plan and the meeting where the stage asks for its own: that of the last did not help.
    """
    stale = frozenset(gate for gate, by in _OF_EACH_STAGE.items() if gate in terms.gates and stage.move(by))
    if terms.time_proposal is None and terms.paused_at is None and not stale:
        return terms
    gates = {gate: who for gate, who in terms.gates.items() if gate not in stale}
    return replace(terms, time_proposal=None, paused_at=None, gates=gates)


_OF_EACH_STAGE: Mapping[Gate, Trigger] = {
    Gate.PLAN_RECORDED: Trigger.RECORD_PLAN,
    Gate.MEETING_HELD: Trigger.HOLD_MEETING,
}


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


def _escalate(question: Question, command: Command, now: datetime) -> Effect:
    return Effect(question.case, (), str(Cause.CHOSEN))


def _skip(question: Question, command: Command, now: datetime) -> Effect:
    return Effect(question.case, (), str(Cause.SKIPPED))


def _hand_over(question: Question, command: Command, now: datetime) -> Effect:
    return Effect(question.case, (Event(EventKind.HANDED_OVER),), "handed_over")


_EFFECTS: Mapping[Trigger, Answer] = {
    Trigger.SUPPORT: settling.lead_view(LeadView.SUPPORTS, EventKind.LEAD_SUPPORTED),
    Trigger.DECLINE_SUPPORT: settling.lead_view(LeadView.DECLINES, EventKind.LEAD_DECLINED),
    Trigger.ACKNOWLEDGE: recording.note(EventKind.OWNED),
    Trigger.CHANGE_DECISION: settling.position(Position.CHANGED, EventKind.DECISION_CHANGED),
    Trigger.KEEP_DECISION: settling.position(Position.KEPT, EventKind.DECISION_KEPT),
    Trigger.ASK_INFORMATION: recording.note(EventKind.INFORMATION_ASKED),
    Trigger.TELL_CHANGE: settling.tell_change,
    Trigger.SAY_SAFETY: recording.note(EventKind.SAFETY_SAID),
    Trigger.READDRESS: settling.readdress,
    Trigger.PROPOSE_SETTLEMENT: settling.propose,
    Trigger.AGREE_SETTLEMENT: settling.agree,
    Trigger.DECLINE_SETTLEMENT: settling.decline,
    Trigger.ESCALATE: _escalate,
    Trigger.WITHDRAW: settling.withdraw,
    Trigger.RECORD_DECISION: settling.record_decision,
    Trigger.RECUSE: recording.note(EventKind.RECUSED),
    Trigger.ANSWER_FOLLOW_UP: settling.answer_follow_up,
    Trigger.SKIP: _skip,
    Trigger.RETURN_DOWN: _escalate,
    Trigger.CHOOSE_FORUM: _escalate,
    Trigger.HAND_OVER: _hand_over,
    Trigger.CONFIRM: recording.confirm,
    Trigger.CONVENE: recording.convene,
    Trigger.HOLD_MEETING: recording.hold_meeting,
    Trigger.RECORD_PLAN: recording.record_plan,
    Trigger.RECORD_DISSENT: recording.note(EventKind.DISSENT_RECORDED),
    Trigger.SET_TIME: set_time,
    Trigger.PROPOSE_TIME: propose_time,
    Trigger.AGREE_TIME: agree_time,
    Trigger.EXTEND: extend,
    Trigger.PAUSE: pause,
    Trigger.RESUME: resume,
    Trigger.OPEN_BESIDE: recording.open_beside,
    Trigger.TIME_OUT: silence.time_out,
}
