"""What a rise in risk does: running clocks may only become shorter, never longer.

Lengthening a clock needs a named person and a reason, and is not done here.
"""

from dataclasses import replace
from datetime import datetime

from workflows.case import CaseState, RunningClock, ShortenedClock
from workflows.clocks import owner_of
from workflows.deadlines import due_instant, remind_instant
from workflows.events import Event, EventKind
from workflows.protocol import Protocol, Stage

Shortened = tuple[CaseState, tuple[Event, ...], tuple[ShortenedClock, ...]]


def raise_risk(protocol: Protocol, case: CaseState, now: datetime) -> Shortened:
    """The case on its faster track, the event, and the clocks that now end sooner.

    On the fastest track nothing is left to shorten; the event is written all the same.
    """
    faster = protocol.tracks[case.track].on_risk_rise or case.track
    event = Event(EventKind.RISK_ROSE, {"from": case.track, "to": faster})
    stage = protocol.stages[case.stage]
    changes = [_shorten(protocol, case, stage, c, faster, now) for c in case.clocks]
    shortened = tuple(change for change in changes if change is not None)
    by_key = {(s.clock, s.rung): s.due for s in shortened}
    clocks = tuple(replace(c, due=by_key.get((c.clock, c.rung), c.due)) for c in case.clocks)
    return replace(case, track=faster, clocks=clocks), (event,), shortened


def _shorten(
    protocol: Protocol,
    case: CaseState,
    stage: Stage,
    running: RunningClock,
    track: str,
    now: datetime,
) -> ShortenedClock | None:
    clock = stage.clock(running.clock)
    if clock is None:
        return None
    calendar = case.calendars[protocol.slots[owner_of(case, clock)].side]
    budget = clock.budgets[track]
    due = due_instant(budget, now, calendar)
    if due >= running.due:
        return None
    return ShortenedClock(
        running.clock,
        running.rung,
        now,
        str(budget),
        due,
        remind_instant(due, clock.reminders.get(track), now, calendar),
    )
