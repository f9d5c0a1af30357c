"""Running clocks that get another end: a person set it, both agreed it, it was extended, it stood still."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime

from workflows import amount
from workflows.case import CaseState, RetimedClock, RunningClock, TimeProposal
from workflows.clocks import calendar_of
from workflows.commands import Command, Extend, ProposeTime, SetTime
from workflows.deadlines import after_standstill, due_instant, more_time, reminder_at_work
from workflows.effect import Effect
from workflows.events import Event, EventKind
from workflows.protocol import Protocol
from workflows.question import Question
from workflows.stages import Clock
from workflows.vocabulary import Side

NewEnd = Callable[[RunningClock, Clock], datetime | None]
"""The new end of a running clock, or None when it keeps its own."""


def retime(protocol: Protocol, case: CaseState, now: datetime, new_end: NewEnd) -> tuple[RetimedClock, ...]:
    """The running clocks to which `new_end` gives another end."""
    asked = ((running, protocol.clock(case.stage, running.clock)) for running in case.clocks)
    found = ((running, clock, new_end(running, clock)) for running, clock in asked if clock is not None)
    return tuple(
        _retimed(protocol, case, running, clock, due, now)
        for running, clock, due in found
        if due is not None and due != running.due
    )


def _retimed(
    protocol: Protocol, case: CaseState, running: RunningClock, clock: Clock, due: datetime, now: datetime
) -> RetimedClock:
    calendar = calendar_of(protocol, case, clock, running.rung)
    remind_at = reminder_at_work(due, clock.reminders.get(case.pace), now, calendar)
    return RetimedClock(
        running.clock, running.rung, running.base, str(budget_of(case, running, clock)), due, remind_at
    )


def budget_of(case: CaseState, running: RunningClock, clock: Clock) -> amount.Amount:
    """The amount with which a running clock was started."""
    return clock.repeat if running.rung > 1 and clock.repeat else clock.budgets[case.pace]


def latest_end(protocol: Protocol, case: CaseState, running: RunningClock, clock: Clock) -> datetime | None:
    """The latest end that may be agreed or given, counted from the one that the clock has by itself;
    None where the procedure sets no bound."""
    if clock.at_most is None:
        return None
    calendar = calendar_of(protocol, case, clock, running.rung)
    budget = budget_of(case, running, clock)
    usual = {budget} if running.rung > 1 else {budget, *clock.budgets.values()}
    # A clock that the risk did not shorten still ends as at the slower pace.
    ends = {due_instant(amount, running.base, calendar, protocol.sittings) for amount in usual}
    own = (
        running.due if running.due in ends else due_instant(budget, running.base, calendar, protocol.sittings)
    )
    return more_time(clock.at_most, own, calendar)


def with_ends(case: CaseState, retimed: Iterable[RetimedClock]) -> CaseState:
    """The case with the new ends of its clocks."""
    new = {(r.clock, r.rung): r for r in retimed}
    ends = ((clock, new.get((clock.clock, clock.rung))) for clock in case.clocks)
    clocks = tuple(replace(clock, due=end.due, base=end.base) if end else clock for clock, end in ends)
    return replace(case, clocks=clocks)


def _to_one(clock_id: str, until: datetime) -> NewEnd:
    return lambda running, clock: until if running.clock == clock_id else None


def _said(kind: EventKind, clock: str, until: datetime) -> Event:
    return Event(kind, {"clock": clock, "until": until.astimezone(UTC).isoformat()})


def _changed(question: Question, case: CaseState, now: datetime, new_end: NewEnd, event: Event) -> Effect:
    retimed = retime(question.protocol, case, now, new_end)
    return Effect(with_ends(case, retimed), (event,), retimed=retimed)


def set_time(question: Question, command: Command, now: datetime) -> Effect:
    """A person sets an earlier end; whatever may be protected so ends then, if it would end later."""
    if not isinstance(command, SetTime):
        raise TypeError(f"{command!r} sets no time")
    until = command.until
    case = replace(question.case, terms=replace(question.case.terms, protect_by=until))

    def sooner(running: RunningClock, clock: Clock) -> datetime | None:
        return min(until, running.due) if clock.protective else None

    return _changed(question, case, now, sooner, _said(EventKind.TIME_SET, "", until))


def propose_time(question: Question, command: Command, now: datetime) -> Effect:
    """One side proposes another end; until the other agrees the clock runs as it does."""
    if not isinstance(command, ProposeTime):
        raise TypeError(f"{command!r} proposes no time")
    side = Side.RAISING if Side.RAISING in question.sides() else Side.CHALLENGED
    proposal = TimeProposal(side, command.clock, command.until)
    case = replace(question.case, terms=replace(question.case.terms, time_proposal=proposal))
    return Effect(case, (_said(EventKind.TIME_PROPOSED, command.clock, command.until),))


def agree_time(question: Question, command: Command, now: datetime) -> Effect:
    """Both sides agree: the clock ends when they said."""
    proposal = question.case.terms.time_proposal
    if proposal is None:
        raise ValueError("no other time was proposed")
    case = replace(question.case, terms=replace(question.case.terms, time_proposal=None))
    until = max(proposal.until, now)
    event = _said(EventKind.TIME_AGREED, proposal.clock, until)
    return _changed(question, case, now, _to_one(proposal.clock, until), event)


def extend(question: Question, command: Command, now: datetime) -> Effect:
    """A named person gives a clock more time."""
    if not isinstance(command, Extend):
        raise TypeError(f"{command!r} extends nothing")
    event = _said(EventKind.EXTENDED, command.clock, command.until)
    return _changed(question, question.case, now, _to_one(command.clock, command.until), event)


def pause(question: Question, command: Command, now: datetime) -> Effect:
    """The clocks stand still from now on."""
    case = replace(question.case, terms=replace(question.case.terms, paused_at=now))
    return Effect(case, (Event(EventKind.PAUSED),))


def resume(question: Question, command: Command, now: datetime) -> Effect:
    """The clocks run on with what was left."""
    return run_on(question.protocol, Effect(question.case, ()), now)


def run_on(protocol: Protocol, effect: Effect, now: datetime) -> Effect:
    """The effect, with clocks that stood still running on: nothing changes if they did not."""
    case, since = effect.case, effect.case.terms.paused_at
    if since is None:
        return effect

    def later(running: RunningClock, clock: Clock) -> datetime | None:
        calendar = calendar_of(protocol, case, clock, running.rung)
        stood = max(since, running.base) if running.base <= now else now
        return after_standstill(running.due, stood, now, budget_of(case, running, clock), calendar)

    retimed = retime(protocol, case, now, later)
    resumed = Event(EventKind.RESUMED, {"since": since.astimezone(UTC).isoformat()})
    case = with_ends(replace(case, terms=replace(case.terms, paused_at=None)), retimed)
    return replace(effect, case=case, events=(*effect.events, resumed), retimed=effect.retimed + retimed)
