"""Deadlines as they may be shown: how much is left, and the sum that led to the date."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from escalation.models.types import AnyRow
from escalation.services.case_file import CaseFile
from escalation.services.history import History
from escalation.services.views import DeadlineView
from workflows.calendar import WorkingCalendar
from workflows.case import DeadlineState
from workflows.deadlines import spell_out, working_days_between
from workflows.protocol import Amount, Expiry, Side, Unit


def deadline_views(now: datetime, file: CaseFile, record: History) -> tuple[DeadlineView, ...]:
    """All deadlines of the case, soonest first."""
    stage_of = {e.seq: e.stage for e in record.entries}
    return tuple(_view(now, file, row, stage_of[row.entry_seq]) for row in record.deadlines)


def main_deadline(running: Iterable[DeadlineView], file: CaseFile) -> DeadlineView | None:
    """The deadline that the whole case waits for: one that climbs, else the soonest."""
    clocks = file.protocol.stages[file.row.stage].clocks
    climbs = {c.id for c in clocks if c.on_expiry is Expiry.CLIMB}
    ranked = sorted(running, key=lambda d: (d.clock not in climbs, d.due))
    return ranked[0] if ranked else None


def _view(now: datetime, file: CaseFile, row: AnyRow, stage: str) -> DeadlineView:
    clock = file.protocol.stages[stage].clock(row.clock)
    side = Side(row.side)
    calendar = file.calendars()[side]
    seat = file.seats()[row.waits_for]
    return DeadlineView(
        clock=row.clock,
        title=clock.title if clock else row.clock,
        rung=row.rung,
        side=side,
        waits_for=row.waits_for,
        waits_for_title=seat.title,
        agency=seat.agency,
        base=row.base_at,
        due=row.due_at,
        budget=row.budget,
        days=spell_out(amount_of(row.budget), row.base_at, calendar),
        days_left=working_days_between(now, row.due_at, calendar),
        state=DeadlineState(row.state),
        zone=row.zone,
        late_by=row.late_by,
        at_work=_at_work(now, calendar),
    )


def _at_work(now: datetime, calendar: WorkingCalendar) -> bool:
    local = now.astimezone(ZoneInfo(calendar.zone))
    return calendar.is_working_day(local.date()) and calendar.opens <= local.time() < calendar.closes


def amount_of(budget: str) -> Amount:
    """The amount that a deadline row has in words, for example `5 working_days`."""
    count, _, unit = budget.partition(" ")
    return Amount(int(count), Unit(unit))
