"""What it means that nobody answered in time."""

from dataclasses import replace
from datetime import UTC, datetime

from workflows import clocks
from workflows.case import (
    Position,
)
from workflows.commands import (
    Command,
    TimeOut,
)
from workflows.effect import Effect
from workflows.events import Cause, Code, Event, EventKind
from workflows.question import Question
from workflows.triggers import Trigger
from workflows.vocabulary import Expiry


def time_out(question: Question, command: Command, now: datetime) -> Effect:
    """A clock ran out: what was due, how late it is seen, whom it waited for.

    Raises TypeError for a command that names no clock.
    """
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
        "waits_for": clocks.owner_of(question.protocol, question.case, clock, command.rung) if clock else "",
        "climbs": climbs,
    }
    if command.why_late:
        codes["why_late"] = str(command.why_late)
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
