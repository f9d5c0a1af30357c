"""The clocks of a case: which start, which are met, which stop, and which run once more."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from workflows.amount import Amount
from workflows.calendar import WorkingCalendar
from workflows.case import (
    CaseState,
    DeadlineState,
    Decision,
    EndedClock,
    RunningClock,
    StartedClock,
)
from workflows.commands import Command, TimeOut
from workflows.deadlines import due_instant, reminder_at_work
from workflows.effect import Effect
from workflows.events import Event
from workflows.protocol import Protocol
from workflows.question import Question
from workflows.stages import Clock, Stage
from workflows.triggers import Trigger
from workflows.vocabulary import Anchor, Expiry, Side

REPLIES = frozenset(
    {Trigger.ACKNOWLEDGE, Trigger.CHANGE_DECISION, Trigger.KEEP_DECISION, Trigger.ASK_INFORMATION}
)
"""What a challenged agency says for itself alone."""
AGAIN = (Expiry.REPEAT, Expiry.HOLD)
"""What a clock does that runs once more after it has run out."""


def entry_clocks(
    protocol: Protocol, case: CaseState, stage: Stage, now: datetime
) -> tuple[StartedClock, ...]:
    """The clocks that start when a stage is entered. Nothing is asked of a slot that nobody fills: what
    would only be recorded falls away, everything else is owed by the board office."""
    over = {clock.clock for clock in case.clocks}
    caps = (cap.clock for cap in protocol.caps_over(stage.id) if cap.clock.id not in over)
    starting = (
        c for c in (*stage.clocks, *caps) if c.starts_on is None and not _falls_away(protocol, case, c)
    )
    return tuple(start(protocol, case, clock, 1, clock.budgets[case.pace], now) for clock in starting)


def start(
    protocol: Protocol, case: CaseState, clock: Clock, rung: int, budget: Amount, now: datetime
) -> StartedClock:
    """A deadline that begins `now`, or at the moment that it counts from."""
    owner = owner_of(protocol, case, clock, rung)
    calendar = calendar_of(protocol, case, clock, rung)
    base, due = _counted(protocol, case, clock, rung, budget, calendar, now)
    return StartedClock(
        clock=clock.id,
        rung=rung,
        waits_for=owner,
        side=protocol.slots[owner].side,
        base=base,
        budget=str(budget),
        due=due,
        remind_at=reminder_at_work(due, clock.reminders.get(case.pace), now, calendar),
        calendar_version=calendar.version_at(due),
        zone=calendar.zone,
    )


def _counted(
    protocol: Protocol,
    case: CaseState,
    clock: Clock,
    rung: int,
    budget: Amount,
    calendar: WorkingCalendar,
    now: datetime,
) -> tuple[datetime, datetime]:
    """From when a clock counts and when it ends. Nobody can be late before they were told."""
    base = now if rung > 1 or clock.anchor is Anchor.ENTRY else case.terms.anchors.get(clock.anchor, now)
    due = due_instant(budget, base, calendar, protocol.sittings)
    if due <= now:
        base, due = now, due_instant(budget, now, calendar, protocol.sittings)
    protect_by = case.terms.protect_by
    if clock.protective and protect_by is not None and now < protect_by < due:
        due = protect_by
    return base, due


def owner_of(protocol: Protocol, case: CaseState, clock: Clock, rung: int = 1) -> str:
    """The slot whose silence a clock measures: the first one in which somebody can sit, else the board
    office, so that nothing waits unseen.

    A clock that is held waits, from its second run on, for those for whom it is held.
    """
    asked = clock.hold_for if rung > 1 and clock.on_expiry is Expiry.HOLD else clock.waits_for
    return next((s for s in asked if s not in case.empty_slots), protocol.office or asked[0])


def _falls_away(protocol: Protocol, case: CaseState, clock: Clock) -> bool:
    """Whether a clock is not started: it asks nobody, and its end would only be recorded, or it is for a
    further challenged agency that was not named."""
    idle = clock.on_expiry is Expiry.RECORD or protocol.only_if_named(clock)
    return idle and case.empty_slots.issuperset(clock.waits_for)


def calendar_of(protocol: Protocol, case: CaseState, clock: Clock, rung: int = 1) -> WorkingCalendar:
    """The working calendar that a clock runs on: the named side's, or that of its owner."""
    owner = owner_of(protocol, case, clock, rung)
    if clock.calendar is None and owner in case.slot_calendars:
        return case.slot_calendars[owner]
    return case.calendars[clock.calendar or protocol.slots[owner].side]


def running(started: Iterable[StartedClock]) -> tuple[RunningClock, ...]:
    """Started deadlines as the next decision will see them."""
    return tuple(RunningClock(s.clock, s.rung, s.base, s.due) for s in started)


def rungs(started: Iterable[StartedClock]) -> dict[str, int]:
    """The rung that each started clock stands on."""
    return {s.clock: s.rung for s in started}


def ended_on_leaving(
    question: Question, command: Command, target: Stage, now: datetime
) -> tuple[EndedClock, ...]:
    """What ends when a stage is left: every clock but the caps that stand over the next stage too."""
    staying = {cap.clock.id for cap in question.protocol.caps_over(target.id)}
    return tuple(
        _end(question, command, clock, now)
        for clock in question.case.clocks
        if clock.clock not in staying or _is_lapse(command, clock)
    )


def _end(question: Question, command: Command, running_clock: RunningClock, now: datetime) -> EndedClock:
    if _is_lapse(command, running_clock):
        late_by = int((now - running_clock.due).total_seconds())
        return EndedClock(running_clock.clock, running_clock.rung, DeadlineState.LAPSED, late_by)
    met = _meets(question, command, running_clock)
    return EndedClock(
        running_clock.clock, running_clock.rung, DeadlineState.MET if met else DeadlineState.STOPPED
    )


def _is_lapse(command: Command, clock: RunningClock) -> bool:
    return isinstance(command, TimeOut) and (command.clock, command.rung) == (clock.clock, clock.rung)


def _meets(question: Question, command: Command, running_clock: RunningClock) -> bool:
    clock = question.protocol.clock(question.case.stage, running_clock.clock)
    return clock is not None and command.trigger in clock.stopped_by and _may_answer(question, clock)


def _may_answer(question: Question, clock: Clock) -> bool:
    """With several challenged agencies each answers for itself: what one owes, no other's reply meets."""
    if question.move.trigger not in REPLIES or question.protocol.parties == 1:
        return True
    asked = (slot for slot in clock.waits_for if slot not in question.case.empty_slots)
    return same_party(question.protocol, question.actor.slots & question.move.by, asked)


def same_party(protocol: Protocol, replying: Iterable[str], asked: Iterable[str]) -> bool:
    """Whether a reply from these slots can meet what those owe: not if another challenged agency gives it."""
    said_by, owed_by = _parties(protocol, replying), _parties(protocol, asked)
    return not said_by or not owed_by or bool(said_by & owed_by)


def _parties(protocol: Protocol, slots: Iterable[str]) -> set[int]:
    found = (protocol.slots[slot] for slot in slots)
    return {slot.party for slot in found if slot.side is Side.CHALLENGED}


def within_stage(
    question: Question, command: Command, effect: Effect, events: tuple[Event, ...], now: datetime
) -> Decision:
    """The decision for a command that leaves the case in its stage."""
    case = effect.case
    ended = tuple(_end(question, command, c, now) for c in case.clocks if _ends(question, command, c))
    gone = {(e.clock, e.rung) for e in ended}
    started = _starting(question, command, effect, gone, now)
    kept = tuple(c for c in case.clocks if (c.clock, c.rung) not in gone)
    return Decision(
        after=replace(case, clocks=kept + running(started), rungs={**case.rungs, **rungs(started)}),
        events=events,
        started=started,
        ended=ended,
        retimed=effect.retimed,
        beside=effect.beside,
    )


def _ends(question: Question, command: Command, clock: RunningClock) -> bool:
    if command.trigger is Trigger.READDRESS:
        # What the wrong agency owed falls, and so does what its reply or question set going.
        return _asks_challenged(question, clock.clock) or _set_going(question, clock.clock)
    return _is_lapse(command, clock) or _meets(question, command, clock)


def _asks_challenged(question: Question, clock_id: str) -> bool:
    protocol = question.protocol
    clock = protocol.clock(question.case.stage, clock_id)
    if clock is None or clock_id in protocol.caps:
        return False
    slot = protocol.slots[clock.waits_for[0]]
    return slot.side is Side.CHALLENGED and slot.is_first_named


def _set_going(question: Question, clock_id: str) -> bool:
    clock = question.protocol.clock(question.case.stage, clock_id)
    return clock is not None and clock.starts_on is not None


def _starting(
    question: Question, command: Command, effect: Effect, gone: set[tuple[str, int]], now: datetime
) -> tuple[StartedClock, ...]:
    """Clocks that this command starts: anew with their budget, or once more after a lapse."""
    protocol, case = question.protocol, effect.case
    stage = protocol.stages[case.stage]
    before = {c.clock for c in case.clocks if (c.clock, c.rung) not in gone}
    may_start: Sequence[Clock] = (*stage.clocks, *(cap.clock for cap in protocol.caps_over(stage.id)))
    started = []
    for clock in may_start:
        if clock.id in before or _asks_nobody(question, command, case, clock):
            continue
        budget = _budget(question, command, effect, clock, gone)
        if budget is not None:
            rung = case.rungs.get(clock.id, 0) + 1
            started.append(start(protocol, case, clock, rung, budget, now))
    return tuple(started)


def _asks_nobody(question: Question, command: Command, case: CaseState, clock: Clock) -> bool:
    """Whether nothing is asked by it. After a wrong door it is not known yet who is there."""
    not_known = command.trigger is Trigger.READDRESS and not question.protocol.only_if_named(clock)
    return not not_known and _falls_away(question.protocol, case, clock)


def _budget(
    question: Question, command: Command, effect: Effect, clock: Clock, gone: set[tuple[str, int]]
) -> Amount | None:
    """How long a clock gets if this command starts it, else None."""
    usual = clock.budgets[effect.case.pace]
    if isinstance(command, TimeOut) and command.clock == clock.id:
        return clock.repeat if (command.clock, command.rung) in gone and clock.on_expiry in AGAIN else None
    if command.trigger is Trigger.READDRESS and _asks_challenged(question, clock.id):
        return usual if clock.starts_on is None else None
    # Silence that is taken as "decision kept" starts what that reply would have started.
    counts_as = effect.counts_as or command.trigger
    return usual if clock.starts_on is not None and counts_as in clock.starts_on else None
