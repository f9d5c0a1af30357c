"""The clocks: every wait ends in something, whatever people do, and more risk is never slower."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from workflows.amount import Amount
from workflows.calendar import WorkingCalendar
from workflows.clocks import REPLIES, same_party
from workflows.deadlines import due_instant
from workflows.lint.finding import Finding, Place
from workflows.protocol import Protocol
from workflows.stages import Clock, Move, Stage
from workflows.triggers import Trigger
from workflows.vocabulary import Expiry, Phase, Side, Unit

_KEEPS_RUNNING = (Expiry.REPEAT, Expiry.HOLD)
_SAMPLE = datetime(2026, 3, 30, tzinfo=UTC)
"""A Monday before Easter: two weeks with ordinary days, a weekend and two bank holidays."""


def all_clocks(protocol: Protocol) -> Iterator[tuple[Place, Clock]]:
    """Every clock and cap with the place where it stands."""
    for stage in protocol.stages.values():
        for clock in stage.clocks:
            yield ("stage", stage.id, "clock", clock.id), clock
    for cap in protocol.caps.values():
        yield ("cap", cap.clock.id.removeprefix("cap:")), cap.clock


def waiting_has_clock(protocol: Protocol) -> Iterable[Finding]:
    """A stage in which a case waits has a clock that starts on entry and never just falls silent."""
    for stage in protocol.stages.values():
        if stage.phase is not Phase.CLOSED and not _running_at_entry(protocol, stage):
            words = "no clock starts here whose end does something: a case could lie here for ever"
            yield Finding("waiting_has_clock", ("stage", stage.id), words)


def never_without_clock(protocol: Protocol) -> Iterable[Finding]:
    """Whatever is done in a stage, and in whatever order, something still runs that ends in something."""
    for stage in protocol.stages.values():
        for move, clocks in _silenced(protocol, stage):
            words = f"ends {_named(clocks)} and starts nothing: from then on no clock runs in this stage"
            yield Finding("never_without_clock", ("stage", stage.id, *move), words)


def _silenced(protocol: Protocol, stage: Stage) -> Iterator[tuple[Place, frozenset[str]]]:
    """What brings the stage to stand without a clock: each cause once, with the clocks that it ends."""
    start = _running_at_entry(protocol, stage)
    seen, todo, told = {start}, [start] if start else [], set()
    while todo:
        running = todo.pop()
        for cause, after in _steps(protocol, stage, running):
            if not after and cause not in told:
                told.add(cause)
                yield cause, running
            if after and after not in seen:
                seen.add(after)
                todo.append(after)


def _running_at_entry(protocol: Protocol, stage: Stage) -> frozenset[str]:
    own = [c for c in stage.clocks if c.starts_on is None]
    caps = [cap.clock for cap in protocol.caps_over(stage.id)]
    return frozenset(c.id for c in own + caps if _ends_in_something(protocol, c))


def _ends_in_something(protocol: Protocol, clock: Clock) -> bool:
    """Whether it runs in every case, and its end does more than stand on record."""
    return clock.on_expiry is not Expiry.RECORD and not protocol.only_if_named(clock)


def _steps(
    protocol: Protocol, stage: Stage, running: frozenset[str]
) -> Iterator[tuple[Place, frozenset[str]]]:
    """What each move that stays, and each lapse, makes of the clocks that end in something."""
    for move in stage.moves:
        if move.trigger is Trigger.READDRESS:
            yield ("move", str(move.trigger)), _asked_anew(protocol, stage, running)
        elif not move.to and move.trigger is not Trigger.TIME_OUT:
            yield ("move", str(move.trigger)), _after(protocol, stage, running, move.trigger)
    for clock in stage.clocks:
        if clock.id in running and clock.on_expiry is Expiry.UNSATISFACTORY:
            place = ("clock", clock.id, "on_expiry")
            after = _after(protocol, stage, running - {clock.id}, Trigger.KEEP_DECISION, stops=False)
            yield place, after


def _after(
    protocol: Protocol, stage: Stage, running: frozenset[str], trigger: Trigger, *, stops: bool = True
) -> frozenset[str]:
    met = {c.id for c in stage.clocks if trigger in c.stopped_by} if stops else set()
    begun = {
        c.id
        for c in stage.clocks
        if c.starts_on is not None and trigger in c.starts_on and _ends_in_something(protocol, c)
    }
    return (running - met) | begun


def _asked_anew(protocol: Protocol, stage: Stage, running: frozenset[str]) -> frozenset[str]:
    """After a wrong door: what was asked of it, and what it set going, falls; the right one is asked."""
    asks = {c.id for c in stage.clocks if protocol.slots[c.waits_for[0]].side is Side.CHALLENGED}
    set_going = {c.id for c in stage.clocks if c.starts_on is not None}
    return (running - asks - set_going) | (_running_at_entry(protocol, stage) & asks)


def _named(clocks: Iterable[str]) -> str:
    return ", ".join(repr(clock) for clock in sorted(clocks))


def climb_leads_up(protocol: Protocol) -> Iterable[Finding]:
    """A clock that climbs needs a time_out move to climb by, and a time_out move needs such a clock."""
    for stage in protocol.stages.values():
        climbing = [c for c in stage.clocks if c.on_expiry is Expiry.CLIMB]
        time_out = stage.move(Trigger.TIME_OUT)
        leads = time_out is not None and bool(time_out.to)
        if climbing and not leads:
            place = ("stage", stage.id, "clock", climbing[0].id, "on_expiry")
            yield Finding(
                "climb_leads_up", place, "it climbs: add a move with do = 'time_out' and to = '...'"
            )
        if leads and not climbing:
            there = ("stage", stage.id, "move", "time_out")
            yield Finding("climb_leads_up", there, "no clock climbs here: this move can never happen")


def met_by_somebody(protocol: Protocol) -> Iterable[Finding]:
    """Every clock can be met by a move of its stage, and what starts it can be done there."""
    for stage in protocol.stages.values():
        done = {m.trigger for m in stage.moves}
        if any(c.on_expiry is Expiry.UNSATISFACTORY for c in stage.clocks):
            started = done | {Trigger.KEEP_DECISION}
        else:
            started = done
        for clock in stage.clocks:
            place = ("stage", stage.id, "clock", clock.id)
            others = {m.trigger for m in stage.moves if not _can_meet(protocol, m, clock)}
            if not clock.stopped_by & (done - others):
                words = "nothing that stops this clock can be done here"
                yield Finding("met_by_somebody", (*place, "stopped_by"), words)
            if clock.starts_on is not None and not clock.starts_on & started:
                words = "nothing that starts this clock can be done here"
                yield Finding("met_by_somebody", (*place, "starts_on"), words)


def _can_meet(protocol: Protocol, move: Move, clock: Clock) -> bool:
    """With several challenged agencies, the reply of one meets no clock of another."""
    return move.trigger not in REPLIES or same_party(protocol, move.by, clock.waits_for)


def no_rehearsal_units(protocol: Protocol) -> Iterable[Finding]:
    """Seconds are for rehearsals."""
    for place, clock in all_clocks(protocol):
        if any(amount.unit is Unit.SECONDS for amount in _written(clock)):
            yield Finding("no_rehearsal_units", place, "counts seconds, which are for rehearsals")


def _written(clock: Clock) -> Iterator[Amount]:
    """Every length of time that a clock names."""
    amounts = (*clock.budgets.values(), *clock.reminders.values(), clock.repeat, clock.at_most)
    return (part for amount in amounts if amount is not None for part in amount.parts)


def risk_leads_on(protocol: Protocol) -> Iterable[Finding]:
    """A rise in risk leads to another pace and never back to where it came from."""
    for pace in protocol.paces.values():
        seen, step = {pace.id}, pace.on_risk_rise
        while step is not None:
            if step in seen:
                words = "a rise in risk leads in a circle from here"
                yield Finding("risk_leads_on", ("pace", pace.id, "on_risk_rise"), words)
                break
            seen.add(step)
            step = protocol.paces[step].on_risk_rise


def higher_risk_never_later(protocol: Protocol) -> Iterable[Finding]:
    """No clock gives more time at the pace to which a rise in risk leads."""
    pairs = [(p.id, p.on_risk_rise) for p in protocol.paces.values() if p.on_risk_rise is not None]
    for place, clock in all_clocks(protocol):
        for slow, fast in pairs:
            if later(clock.budgets[fast], clock.budgets[slow]):
                words = f"gives {clock.budgets[fast]} at the pace {fast!r}, which can be later than {slow!r}"
                yield Finding("higher_risk_never_later", (*place, "budgets"), words)


def reminder_before_end(protocol: Protocol) -> Iterable[Finding]:
    """A reminder that is as long as its clock would never be sent."""
    for place, clock in all_clocks(protocol):
        for pace, before in clock.reminders.items():
            budget = clock.budgets[pace]
            if any(before.unit is part.unit and before.count >= part.count for part in budget.parts):
                words = f"a reminder of {before} before the end of {budget} is never sent"
                yield Finding("reminder_before_end", (*place, "reminders"), words)
                break


def sittings_last(protocol: Protocol) -> Iterable[Finding]:
    """Where a clock waits for the next sitting, sittings are known until the protocol is reviewed."""
    amounts = [a for _, clock in all_clocks(protocol) for a in (*clock.budgets.values(), clock.repeat)]
    asked = any(amount is not None and amount.unit is Unit.NEXT_SITTING for amount in amounts)
    if asked and (not protocol.sittings or protocol.sittings[-1] < protocol.review_by):
        words = "a clock waits for the next sitting, and the dates run out before the review"
        yield Finding("sittings_last", ("sittings",), words)
    if protocol.sittings and not asked:
        yield Finding("sittings_last", ("sittings",), "no clock waits for a sitting: take the dates out")


@lru_cache(maxsize=512)
def later(fast: Amount, slow: Amount) -> bool:
    """Whether the first amount ever ends after the second: tried for every hour of two weeks."""
    calendar = WorkingCalendar("ENG")
    hours = (_SAMPLE + timedelta(hours=n) for n in range(14 * 24))
    return any(due_instant(fast, h, calendar) > due_instant(slow, h, calendar) for h in hours)
