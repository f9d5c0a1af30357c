"""Conditions about time: what is due, what may be extended, proposed or stand still."""

from datetime import datetime
from zoneinfo import ZoneInfo

from workflows.case import Refusal, RunningClock
from workflows.commands import (
    Extend,
    ProposeTime,
    SetTime,
    TimeOut,
)
from workflows.question import Question
from workflows.retiming import latest_end
from workflows.vocabulary import Side, Urgency


def overdue(question: Question) -> Refusal | None:
    """The deadline that the clock names is running and its instant has come."""
    command, now = question.command, question.now
    if isinstance(command, TimeOut) and now is not None and question.case.terms.paused_at is None:
        for clock in question.case.clocks:
            if (clock.clock, clock.rung) == (command.clock, command.rung) and clock.due <= now:
                return None
    return Refusal("not_due", "That deadline does not run any more, or is not due yet.")


def clock_lets(question: Question) -> Refusal | None:
    """Another end may be given to this clock: it runs, it allows it, and the end lies ahead."""
    command, now = question.command, question.now
    if isinstance(command, Extend | ProposeTime | SetTime) and now is not None and command.until <= now:
        return Refusal("time_is_past", "Give a time that lies ahead.")
    if not isinstance(command, Extend | ProposeTime):
        return None
    running = next((c for c in question.case.clocks if c.clock == command.clock), None)
    if running is None:
        return Refusal("no_such_clock", "That time does not run any more.")
    clock = question.protocol.clock(question.case.stage, command.clock)
    if isinstance(command, ProposeTime) and not (clock and clock.negotiable):
        return Refusal("not_negotiable", "This time is fixed by the procedure.")
    if isinstance(command, Extend) and command.until <= running.due:
        return Refusal("not_longer", "An extension gives more time. To end sooner, set an earlier time.")
    return _too_late(question, running, command.until)


def _too_late(question: Question, running: RunningClock, until: datetime) -> Refusal | None:
    """A later end lies within what the procedure allows this clock, and not past a cap over it."""
    protocol, case = question.protocol, question.case
    clock = protocol.clock(case.stage, running.clock)
    if clock is None or until <= running.due:
        return None
    latest = latest_end(protocol, case, running, clock)
    if latest is not None and until > latest:
        more = clock.at_most.in_words if clock.at_most else ""
        words = f"The procedure allows at most {more} more here: until {_moment(question, latest)}."
        return Refusal("too_long", words)
    caps = (c for c in case.clocks if c.clock in protocol.caps and c.clock != running.clock)
    first = min(caps, key=lambda c: c.due, default=None)
    if first is not None and until > first.due:
        title = protocol.caps[first.clock].clock.title
        words = f"“{title}” ends on {_moment(question, first.due)}, and no time here can end after it."
        return Refusal("past_cap", words)
    return None


def _moment(question: Question, instant: datetime) -> str:
    local = instant.astimezone(ZoneInfo(question.case.calendars[Side.BOARD].zone))
    return f"{local:%a} {local.day} {local:%B %Y, %H:%M}"


def safe_meanwhile(question: Question) -> Refusal | None:
    """More time is given only when somebody says who keeps the person safe until then."""
    command = question.command
    if isinstance(command, Extend) and not command.safety:
        return Refusal("safety_missing", "Say who keeps the person safe until then.")
    return None


def time_from_other_side(question: Question) -> Refusal | None:
    """The other side has proposed another end, and its clock still runs."""
    proposal = question.case.terms.time_proposal
    runs = proposal is not None and any(c.clock == proposal.clock for c in question.case.clocks)
    if proposal is None or not runs or proposal.side in question.sides():
        return Refusal("no_proposal", "The other side has not proposed another time.")
    running = next(c for c in question.case.clocks if c.clock == proposal.clock)
    return _too_late(question, running, proposal.until)


def may_stand_still(question: Question) -> Refusal | None:
    """Clocks stand still only while the risk is not immediate, and not twice."""
    if Urgency.TODAY in question.protocol.paces[question.case.pace].urgencies:
        return Refusal("risk_is_immediate", "The clocks cannot stand still while the risk is immediate.")
    if question.case.terms.paused_at is not None:
        return Refusal("paused_already", "The clocks stand still already.")
    return None


def stands_still(question: Question) -> Refusal | None:
    """The clocks stand still."""
    if question.case.terms.paused_at is None:
        return Refusal("not_paused", "The clocks are running.")
    return None
