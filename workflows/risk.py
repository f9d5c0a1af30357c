"""What a rise in risk does: running clocks may only become shorter, never longer.

Lengthening a clock needs a named person and a reason, and is not done here.
"""

from dataclasses import replace
from datetime import datetime

from workflows.case import CaseState, RetimedClock, RunningClock
from workflows.clocks import calendar_of
from workflows.deadlines import due_instant, reminder_at_work
from workflows.effect import Effect
from workflows.events import Event, EventKind
from workflows.protocol import Protocol
from workflows.retiming import run_on, with_ends


def raise_risk(protocol: Protocol, case: CaseState, now: datetime) -> Effect:
    """The case at its faster pace, and the clocks that now end sooner; what stood still runs on.

    At the fastest pace nothing is left to shorten; the event is written all the same.
    """
    faster = protocol.paces[case.pace].on_risk_rise or case.pace
    event = Event(EventKind.RISK_ROSE, {"from": case.pace, "to": faster})
    effect = run_on(protocol, Effect(case, (event,)), now)
    changes = (_sooner(protocol, effect.case, c, faster, now) for c in effect.case.clocks)
    sooner = {(s.clock, s.rung): s for s in changes if s is not None}
    later = tuple(r for r in effect.retimed if (r.clock, r.rung) not in sooner)
    case = replace(with_ends(effect.case, sooner.values()), pace=faster)
    return replace(effect, case=case, retimed=later + tuple(sooner.values()))


def _sooner(
    protocol: Protocol, case: CaseState, running: RunningClock, pace: str, now: datetime
) -> RetimedClock | None:
    clock = protocol.clock(case.stage, running.clock)
    if clock is None:
        return None
    calendar = calendar_of(protocol, case, clock, running.rung)
    budget = clock.budgets[pace]
    due = due_instant(budget, now, calendar, protocol.sittings)
    if due >= running.due:
        return None
    remind_at = reminder_at_work(due, clock.reminders.get(pace), now, calendar)
    return RetimedClock(running.clock, running.rung, now, str(budget), due, remind_at)
