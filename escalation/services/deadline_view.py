"""Deadlines as they may be shown: how much is left, and the sum that led to the date."""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from escalation.models.types import AnyRow
from escalation.services.case_file import CaseFile
from escalation.services.history import History
from escalation.services.views import DeadlineView
from workflows import amount
from workflows.calendar import PAST_TERMS, WorkingCalendar
from workflows.case import DeadlineState
from workflows.deadlines import spell_out, working_days_between
from workflows.vocabulary import Side, Unit


def deadline_views(now: datetime, file: CaseFile, record: History) -> tuple[DeadlineView, ...]:
    """All deadlines of the case, soonest first."""
    stage_of = {e.seq: e.stage for e in record.entries}
    return tuple(_view(now, file, row, stage_of[row.entry_seq]) for row in record.deadlines)


def main_deadline(running: Iterable[DeadlineView], file: CaseFile) -> DeadlineView | None:
    """The deadline that the whole case waits for: one that climbs, else the soonest."""
    climbs = file.protocol.climbing(file.row.stage)
    ranked = sorted(running, key=lambda d: (d.clock not in climbs, d.due))
    return ranked[0] if ranked else None


def own_deadline(
    running: Iterable[DeadlineView], file: CaseFile, slots: frozenset[str]
) -> DeadlineView | None:
    """The soonest deadline that waits for one of these slots, or None."""
    asked = {c.id: {*c.waits_for} for c in file.protocol.clocks_of(file.row.stage)}
    mine = (d for d in running if ({d.waits_for} | asked.get(d.clock, set())) & slots)
    return min(mine, key=lambda d: d.due, default=None)


def _view(now: datetime, file: CaseFile, row: AnyRow, stage: str) -> DeadlineView:
    clock = file.protocol.clock(stage, row.clock)
    side = Side(row.side)
    calendar = file.calendar_of(row.waits_for)
    seat = file.seats()[row.waits_for]
    days = days_of(row.budget, row.base_at, row.due_at, calendar)
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
        counts_from=calendar.day_of_notice(row.base_at),
        days=days,
        days_left=_days_left(now, row, days, calendar),
        state=DeadlineState(row.state),
        zone=row.zone,
        late_by=row.late_by,
        at_work=calendar.is_open(now),
        opens=None if calendar.is_open(now) else calendar.opens_next(now),
        past_terms=row.calendar_version.endswith(PAST_TERMS),
    )


def _days_left(now: datetime, row: AnyRow, days: tuple[date, ...], calendar: WorkingCalendar) -> int:
    """Never more than were given: told in the evening, the rest of that day does not count."""
    left = working_days_between(now, row.due_at, calendar)
    return min(left, len(days)) if len(days) > 1 else left


def days_of(budget: str, base: datetime, due: datetime, calendar: WorkingCalendar) -> tuple[date, ...]:
    """The working days that count, when they are what led to the end; else the day of the end alone."""
    written, last = amount.parse(budget), due.astimezone(ZoneInfo(calendar.zone)).date()
    counted = spell_out(written, base, calendar) if written.unit is Unit.WORKING_DAYS else ()
    return counted if counted and counted[-1] == last else (last,)
