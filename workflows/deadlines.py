"""When a clock runs out.

N working days end at the answering agency's closing time on the Nth working day after notice. Notice
after closing time, or on a day when the agency does not work, counts as given on its next working
day. Calendar days and weeks end at closing time too, and move on to a working day. Hours, minutes and
seconds are elapsed time: they ask no calendar.
"""

from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from workflows.calendar import WorkingCalendar
from workflows.protocol import Amount, Unit

_ELAPSED = {
    Unit.SECONDS: timedelta(seconds=1),
    Unit.MINUTES: timedelta(minutes=1),
    Unit.HOURS: timedelta(hours=1),
}


def due_instant(amount: Amount, notice: datetime, calendar: WorkingCalendar) -> datetime:
    """The instant (UTC) at which `amount`, counted from `notice` (aware), runs out."""
    if amount.unit in _ELAPSED:
        return notice.astimezone(UTC) + amount.count * _ELAPSED[amount.unit]
    return calendar.closing(spell_out(amount, notice, calendar)[-1])


def spell_out(amount: Amount, notice: datetime, calendar: WorkingCalendar) -> tuple[date, ...]:
    """The days that count, the last of which is the day it is due: the sum that a page shows.

    For calendar days and weeks it is the last day alone, for elapsed time the day on which it ends.
    """
    if amount.unit in _ELAPSED:
        return (due_instant(amount, notice, calendar).astimezone(ZoneInfo(calendar.zone)).date(),)
    given = calendar.day_of_notice(notice)
    if amount.unit is Unit.WORKING_DAYS:
        return tuple(islice(calendar.working_days_after(given), amount.count))
    days = amount.count * (7 if amount.unit is Unit.WEEKS else 1)
    return (calendar.on_or_after(given + timedelta(days=days)),)


def remind_instant(
    due: datetime, before: Amount | None, notice: datetime, calendar: WorkingCalendar
) -> datetime | None:
    """When to remind: `before` ahead of `due`, or None when that is not after `notice` any more.

    Working days are counted back to opening time, so that the reminder arrives when somebody works.
    """
    if before is None:
        return None
    if before.unit in _ELAPSED:
        instant = due - before.count * _ELAPSED[before.unit]
    else:
        instant = _opening_before(due, before, calendar)
    return instant if instant > notice else None


def _opening_before(due: datetime, before: Amount, calendar: WorkingCalendar) -> datetime:
    zone = ZoneInfo(calendar.zone)
    day, left = due.astimezone(zone).date(), before.count * (5 if before.unit is Unit.WEEKS else 1)
    while left:
        day -= timedelta(days=1)
        left -= calendar.is_working_day(day)
    return datetime.combine(day, calendar.opens, zone).astimezone(UTC)


def working_days_between(now: datetime, due: datetime, calendar: WorkingCalendar) -> int:
    """Working days left until the day it is due, today not counted; negative when it is past."""
    zone = ZoneInfo(calendar.zone)
    today, last = now.astimezone(zone).date(), due.astimezone(zone).date()
    if now > due:
        return -max(1, _count(last, today, calendar))
    return _count(today, last, calendar)


def _count(first: date, last: date, calendar: WorkingCalendar) -> int:
    """Working days after `first` up to and including `last`."""
    days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    return sum(calendar.is_working_day(day) for day in days)
