"""A running case that a person moves to another version of its protocol.

By itself a case keeps the version it began under. Who moves it gives a reason; the case stays in its
stage, and its running clocks are counted anew from where they began. Nobody is late before they were told.
"""

from collections.abc import Mapping
from datetime import datetime

from workflows.case import CaseState, Decision, Refusal, RunningClock
from workflows.clocks import calendar_of
from workflows.deadlines import due_instant
from workflows.events import Event, EventKind
from workflows.protocol import Protocol
from workflows.retiming import budget_of, retime, with_ends
from workflows.stages import Clock
from workflows.vocabulary import Expiry


def move_to_version(
    protocol: Protocol, case: CaseState, codes: Mapping[str, str], now: datetime
) -> Decision | Refusal:
    """The case under another version, whose stage and clocks must be known there. `codes` say from
    which version to which. Refused when the new version does not know where the case is."""
    stage = protocol.stages.get(case.stage)
    if stage is None or case.pace not in protocol.paces:
        return Refusal("not_in_version", "The new version has no such stage. The case stays where it began.")
    if any(protocol.clock(case.stage, running.clock) is None for running in case.clocks):
        return Refusal("not_in_version", "A time that runs is not in the new version. Let it end first.")
    if not any(_ends_in_something(protocol.clock(case.stage, running.clock)) for running in case.clocks):
        return Refusal(
            "not_in_version", "In the new version nothing that runs here moves the case on. Let it end first."
        )

    def anew(running: RunningClock, clock: Clock) -> datetime:
        calendar = calendar_of(protocol, case, clock, running.rung)
        budget = budget_of(case, running, clock)
        due = due_instant(budget, running.base, calendar, protocol.sittings)
        return due if due > now else due_instant(budget, now, calendar, protocol.sittings)

    retimed = retime(protocol, case, now, anew)
    moved = Event(EventKind.VERSION_CHANGED, dict(codes))
    return Decision(after=with_ends(case, retimed), events=(moved,), retimed=retimed)


def _ends_in_something(clock: Clock | None) -> bool:
    return clock is not None and clock.on_expiry is not Expiry.RECORD
