"""The clocks of a stage: which start, which are met, which stop, and which run once more."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from workflows.case import (
    CaseState,
    DeadlineState,
    Decision,
    EndedClock,
    RunningClock,
    StartedClock,
)
from workflows.commands import Command, TimeOut
from workflows.deadlines import due_instant, remind_instant
from workflows.events import Event
from workflows.guards import Question
from workflows.protocol import Amount, Clock, Expiry, Protocol, Side, Stage
from workflows.triggers import Trigger

if TYPE_CHECKING:
    from workflows.effects import Effect


def entry_clocks(
    protocol: Protocol, case: CaseState, stage: Stage, now: datetime
) -> tuple[StartedClock, ...]:
    """The clocks that start when a stage is entered. Nothing is asked of a slot that nobody fills."""
    starting = (
        c for c in stage.clocks if c.starts_on is None and not case.empty_slots.issuperset(c.waits_for)
    )
    return tuple(start(protocol, case, clock, 1, clock.budgets[case.track], now) for clock in starting)


def start(
    protocol: Protocol, case: CaseState, clock: Clock, rung: int, budget: Amount, now: datetime
) -> StartedClock:
    """A deadline that begins `now`, on the calendar of the side it waits for."""
    owner = owner_of(case, clock)
    side = protocol.slots[owner].side
    calendar = case.calendars[side]
    due = due_instant(budget, now, calendar)
    return StartedClock(
        clock=clock.id,
        rung=rung,
        waits_for=owner,
        side=side,
        base=now,
        budget=str(budget),
        due=due,
        remind_at=remind_instant(due, clock.reminders.get(case.track), now, calendar),
        calendar_version=calendar.version,
        zone=calendar.zone,
    )


def owner_of(case: CaseState, clock: Clock) -> str:
    """The slot whose silence a clock measures: the first one in which somebody can sit."""
    return next((s for s in clock.waits_for if s not in case.empty_slots), clock.waits_for[0])


def running(started: Iterable[StartedClock]) -> tuple[RunningClock, ...]:
    """Started deadlines as the next decision will see them."""
    return tuple(RunningClock(s.clock, s.rung, s.base, s.due) for s in started)


def rungs(started: Iterable[StartedClock]) -> dict[str, int]:
    """The rung that each started clock stands on."""
    return {s.clock: s.rung for s in started}


def all_ended(question: Question, command: Command, now: datetime) -> tuple[EndedClock, ...]:
    """Every running clock ends when a stage is left: met by the command, lapsed, or stopped."""
    stage = question.protocol.stages[question.case.stage]
    return tuple(_end(stage, command, clock, now) for clock in question.case.clocks)


def _end(stage: Stage, command: Command, running_clock: RunningClock, now: datetime) -> EndedClock:
    if _is_lapse(command, running_clock):
        late_by = int((now - running_clock.due).total_seconds())
        return EndedClock(running_clock.clock, running_clock.rung, DeadlineState.LAPSED, late_by)
    met = _meets(stage, command, running_clock)
    return EndedClock(
        running_clock.clock, running_clock.rung, DeadlineState.MET if met else DeadlineState.STOPPED
    )


def _is_lapse(command: Command, clock: RunningClock) -> bool:
    return isinstance(command, TimeOut) and (command.clock, command.rung) == (clock.clock, clock.rung)


def _meets(stage: Stage, command: Command, running_clock: RunningClock) -> bool:
    clock = stage.clock(running_clock.clock)
    return clock is not None and command.trigger in clock.stopped_by


def within_stage(
    question: Question, command: Command, effect: "Effect", events: tuple[Event, ...], now: datetime
) -> Decision:
    """The decision for a command that leaves the case in its stage."""
    protocol, case = question.protocol, effect.case
    stage = protocol.stages[case.stage]
    ended = tuple(
        _end(stage, command, clock, now) for clock in case.clocks if _ends(protocol, stage, command, clock)
    )
    gone = {(e.clock, e.rung) for e in ended}
    started = _starting(question, command, case, stage, gone, now)
    kept = tuple(c for c in case.clocks if (c.clock, c.rung) not in gone)
    return Decision(
        after=replace(case, clocks=kept + running(started), rungs={**case.rungs, **rungs(started)}),
        events=events,
        started=started,
        ended=ended,
        shortened=effect.shortened,
    )


def _ends(protocol: Protocol, stage: Stage, command: Command, clock: RunningClock) -> bool:
    if command.trigger is Trigger.READDRESS:
        # What the wrong agency owed falls, and so does what its reply or question set going.
        return _asks_challenged(protocol, stage, clock.clock) or _set_going(stage, clock.clock)
    return _is_lapse(command, clock) or _meets(stage, command, clock)


def _asks_challenged(protocol: Protocol, stage: Stage, clock_id: str) -> bool:
    clock = stage.clock(clock_id)
    return clock is not None and protocol.slots[clock.waits_for[0]].side is Side.CHALLENGED


def _set_going(stage: Stage, clock_id: str) -> bool:
    clock = stage.clock(clock_id)
    return clock is not None and clock.starts_on is not None


def _starting(
    question: Question,
    command: Command,
    case: CaseState,
    stage: Stage,
    gone: set[tuple[str, int]],
    now: datetime,
) -> tuple[StartedClock, ...]:
    """Clocks that this command starts, or that run once more after a lapse or a wrong door."""
    protocol = question.protocol
    before = {c.clock for c in question.case.clocks if (c.clock, c.rung) not in gone}
    started: list[StartedClock] = []
    for clock in stage.clocks:
        budget = _budget(protocol, stage, command, clock, case, gone)
        if budget is not None and clock.id not in before:
            started.append(start(protocol, case, clock, _next_rung(case, clock), budget, now))
    return tuple(started)


def _budget(
    protocol: Protocol,
    stage: Stage,
    command: Command,
    clock: Clock,
    case: CaseState,
    gone: set[tuple[str, int]],
) -> Amount | None:
    """How long a clock gets if this command starts it, else None."""
    if isinstance(command, TimeOut):
        lapsed = command.clock == clock.id and (command.clock, command.rung) in gone
        return clock.repeat if lapsed and clock.on_expiry is Expiry.REPEAT else None
    if command.trigger is Trigger.READDRESS and _asks_challenged(protocol, stage, clock.id):
        return clock.budgets[case.track] if clock.starts_on is None else None
    if clock.starts_on is not None and command.trigger in clock.starts_on:
        return clock.budgets[case.track]
    return None


def _next_rung(case: CaseState, clock: Clock) -> int:
    """Rungs count up in a stage entry, so that no deadline is ever written twice."""
    return case.rungs.get(clock.id, 0) + 1
