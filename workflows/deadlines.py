"""When a clock runs out.

N working days end at the answering agency's closing time on the Nth working day after notice. Notice
after closing time, or on a day when the agency does not work, counts as given on its next working
day. Calendar days and weeks end at closing time too, and move on to a working day. The same working
day ends when the agency closes, for those told before its cut-off. Working hours run while the agency
is open. Hours, minutes and seconds are elapsed time: they ask no calendar.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo

from workflows.amount import Amount
from workflows.calendar import WorkingCalendar
from workflows.vocabulary import Unit

_ELAPSED = {
    Unit.SECONDS: timedelta(seconds=1),
    Unit.MINUTES: timedelta(minutes=1),
    Unit.HOURS: timedelta(hours=1),
}
WITHOUT_SITTING = Amount(20, Unit.WORKING_DAYS)
"""What the next sitting counts as when no further one is known: nobody waits for ever."""


def due_instant(
    amount: Amount, notice: datetime, calendar: WorkingCalendar, sittings: Sequence[date] = ()
) -> datetime:
    """The instant (UTC) at which `amount`, counted from `notice` (aware), runs out."""
    return _due_instant(amount, notice.astimezone(UTC), calendar, tuple(sittings))


# A sweep asks the same of every case of a chunk: one notice, a handful of amounts and calendars.
@lru_cache(maxsize=4096)
def _due_instant(
    amount: Amount, notice: datetime, calendar: WorkingCalendar, sittings: tuple[date, ...]
) -> datetime:
    if amount.at_most is not None:
        return min(_due_instant(part, notice, calendar, sittings) for part in amount.parts)
    if amount.unit in _ELAPSED:
        return notice + amount.count * _ELAPSED[amount.unit]
    if amount.unit is Unit.WORKING_HOURS:
        return _after_open_hours(timedelta(hours=amount.count), notice, calendar)
    return calendar.closing(spell_out(amount, notice, calendar, sittings)[-1])


def spell_out(
    amount: Amount, notice: datetime, calendar: WorkingCalendar, sittings: Sequence[date] = ()
) -> tuple[date, ...]:
    """The days that count, the last of which is the day it is due: the sum that a page shows.

    For everything but working days it is the day alone on which it ends.
    """
    given = calendar.day_of_notice(notice)
    if amount.at_most is not None:
        return (due_instant(amount, notice, calendar).astimezone(ZoneInfo(calendar.zone)).date(),)
    match amount.unit:
        case Unit.WORKING_DAYS:
            return tuple(islice(calendar.working_days_after(given), amount.count))
        case Unit.SAME_WORKING_DAY:
            return (_same_day(amount.cut_off, notice, given, calendar),)
        case Unit.NEXT_SITTING:
            sitting = next((day for day in sorted(sittings) if day >= given), None)
            return (sitting,) if sitting else spell_out(WITHOUT_SITTING, notice, calendar)[-1:]
        case Unit.CALENDAR_DAYS | Unit.WEEKS:
            days = amount.count * (7 if amount.unit is Unit.WEEKS else 1)
            return (calendar.on_or_after(given + timedelta(days=days)),)
    return (due_instant(amount, notice, calendar).astimezone(ZoneInfo(calendar.zone)).date(),)


def _same_day(cut_off: time | None, notice: datetime, given: date, calendar: WorkingCalendar) -> date:
    """The day of notice, or the next working day for whoever is told on it after the cut-off."""
    local = notice.astimezone(ZoneInfo(calendar.zone))
    late = cut_off is not None and local.date() == given and local.time() >= cut_off
    return next(calendar.working_days_after(given)) if late else given


def _after_open_hours(left: timedelta, notice: datetime, calendar: WorkingCalendar) -> datetime:
    """The instant at which the agency has been open for so long since the notice."""
    zone, day = ZoneInfo(calendar.zone), calendar.day_of_notice(notice)
    start = max(notice.astimezone(UTC), calendar.opening(day))
    while start + left > calendar.closing(day):
        left -= calendar.closing(day) - start
        day = next(calendar.working_days_after(day))
        start = calendar.opening(day)
    return (start + left).astimezone(zone).astimezone(UTC)


def more_time(amount: Amount, end: datetime, calendar: WorkingCalendar) -> datetime:
    """The latest end (UTC) that is `amount` after another `end`: days count from the day after that one,
    whatever the hour."""
    if amount.at_most is not None:
        return min(more_time(part, end, calendar) for part in amount.parts)
    day = end.astimezone(ZoneInfo(calendar.zone)).date()
    match amount.unit:
        case Unit.WORKING_DAYS:
            last = next(islice(calendar.working_days_after(day), amount.count - 1, amount.count))
        case Unit.CALENDAR_DAYS | Unit.WEEKS:
            days = amount.count * (7 if amount.unit is Unit.WEEKS else 1)
            last = calendar.on_or_after(day + timedelta(days=days))
        case _:
            return due_instant(amount, end, calendar)
    return calendar.closing(last)


def remind_instant(
    due: datetime, before: Amount | None, notice: datetime, calendar: WorkingCalendar
) -> datetime | None:
    """When to remind: `before` ahead of `due`, or None when that is not after `notice` any more.

    Working days are counted back to opening time, so that the reminder arrives when somebody works.
    """
    if before is None:
        return None
    if before.unit in _ELAPSED:
        instant: datetime | None = due - before.count * _ELAPSED[before.unit]
    else:
        instant = _opening_before(due, before, notice, calendar)
    return instant if instant is not None and instant > notice else None


def _opening_before(
    due: datetime, before: Amount, notice: datetime, calendar: WorkingCalendar
) -> datetime | None:
    """Opening time so many working days before; None when they are not all there since the notice."""
    zone = ZoneInfo(calendar.zone)
    day, left = due.astimezone(zone).date(), before.count * (5 if before.unit is Unit.WEEKS else 1)
    first = notice.astimezone(zone).date()
    while left and day > first:
        day -= timedelta(days=1)
        left -= calendar.is_working_day(day)
    return None if left else calendar.opening(day)


def reminder_at_work(
    due: datetime, before: Amount | None, notice: datetime, calendar: WorkingCalendar
) -> datetime | None:
    """When to remind (see `remind_instant`) so that somebody can read it.

    A deadline in hours may end in the night: whoever is at risk then does not wait for office hours. Its
    reminder waits until the agency opens, if that is before `due`; else it comes when they last opened.
    None when they did not open since the notice: the notice itself is the last word.
    """
    reminder = remind_instant(due, before, notice, calendar)
    if reminder is None or calendar.is_open(reminder):
        return reminder
    opens = calendar.opens_next(reminder)
    if opens < due:
        return opens
    earlier = _opening_before(opens, Amount(1, Unit.WORKING_DAYS), notice, calendar)
    return earlier if earlier is not None and earlier > notice else None


def after_standstill(
    due: datetime, since: datetime, until: datetime, amount: Amount, calendar: WorkingCalendar
) -> datetime:
    """The new end of a deadline of `amount` that stood still from `since` to `until`.

    Elapsed time runs on by as much as it stood, working hours with those that were left; otherwise
    every working day that was lost is given back. Of two amounts the one counts that then ends first.
    """
    if amount.at_most is not None:
        return min(after_standstill(due, since, until, part, calendar) for part in amount.parts)
    if amount.unit in _ELAPSED:
        return due + (until - since)
    if amount.unit is Unit.WORKING_HOURS:
        return _after_open_hours(_open_between(since, due, calendar), until, calendar)
    lost = _count(calendar.day_of_notice(since), calendar.day_of_notice(until), calendar)
    zone = ZoneInfo(calendar.zone)
    local = due.astimezone(zone)
    day = next(islice(calendar.working_days_after(local.date()), lost - 1, lost)) if lost else local.date()
    return datetime.combine(day, local.time(), zone).astimezone(UTC)


def _open_between(start: datetime, end: datetime, calendar: WorkingCalendar) -> timedelta:
    """For how long the agency is open between two instants."""
    zone, open_for = ZoneInfo(calendar.zone), timedelta()
    day, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    while day <= last:
        if calendar.is_working_day(day):
            span = min(end, calendar.closing(day)) - max(start, calendar.opening(day))
            open_for += max(span, timedelta())
        day += timedelta(days=1)
    return open_for


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
