"""Deadlines in UK working time: an independent oracle.

The module answers "when does this amount of time, counted from this notice, run out?" and "when should
the reminder go out?".  It is written to check another implementation, so it takes a different road:
nothing is walked day by day.  Each calendar is laid out once as sorted arrays of open intervals in integer
microseconds UTC, with a running total of open time, and every question is answered by binary search.

Only the standard library is used, and neither a time-zone database nor a holidays package:

* London's clock follows section 1 of the Summer Time Act 1972 as amended by the Summer Time Order 2002
  (SI 2002/262): one hour ahead of GMT from 01:00 GMT on the last Sunday in March until 01:00 GMT on the
  last Sunday in October.
* Easter follows the table of the Calendar (New Style) Act 1750, the one printed in the Book of Common Prayer.
* Bank holidays follow Schedule 1 to the Banking and Financial Dealings Act 1971 ("the Act"), the common-law
  holidays, and the proclamations made every year under section 1(3) of the Act; see `bank_holidays`.

Instants are `int` microseconds since 1970-01-01T00:00Z, days are `int` days since 1970-01-01, and times of
day are `int` microseconds since local midnight.  Questions can be asked for 2024 to 2041; an answer that
would need the bank holidays of another year raises `BeyondHorizonError` rather than guessing.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from itertools import accumulate
from typing import Any, NamedTuple, NotRequired, TypedDict

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US

FIRST_YEAR, LAST_YEAR = 2024, 2041
NATIONS = ("ENG", "WLS", "SCT", "NIR")
MONDAY, FRIDAY, SATURDAY, SUNDAY = 0, 4, 5, 6

EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
EPOCH_WEEKDAY = date(1970, 1, 1).weekday()
EARLIEST_OPENING = 5 * HOUR_US
DAYS_REMINDED_PER_WEEK = 5
WORKING_DAYS_WITHOUT_SITTING = 20

Day = date | str
Hours = Sequence[str]


class BeyondHorizonError(LookupError):
    """The answer needs days outside 2024 to 2041, or a working day the calendar never has again."""


class Calendar(TypedDict):
    """One agency's calendar as plain data; days are `date` objects or ISO strings.

    `hours` maps a weekday (0..6, or "0".."6" as JSON has it) to the (opens, closes) that override the usual
    ones. `terms` are inclusive (first, last) ranges outside which every day is closed; absent, None or empty:
    no terms.
    """

    nation: str
    weekdays: Collection[int]
    opens: str
    closes: str
    hours: NotRequired[Mapping[Any, Hours] | None]
    closures: NotRequired[Collection[Day] | None]
    terms: NotRequired[Sequence[Sequence[Day]] | None]


# --- Days and London's clock --------------------------------------------------------------------------------


def day_number(day: Day) -> int:
    """Return the days from 1970-01-01 to a date or an ISO date string."""
    return (date.fromisoformat(day) if isinstance(day, str) else day).toordinal() - EPOCH_ORDINAL


def weekday_of(day: int) -> int:
    """Return the weekday of a day number, Monday 0 (1970-01-01 was a Thursday)."""
    return (day + EPOCH_WEEKDAY) % 7


def last_weekday(year: int, month: int, weekday: int) -> date:
    """Return the last given weekday of a month of 31 days, such as the last Monday of May."""
    end = date(year, month, 31)
    return end - timedelta(days=(end.weekday() - weekday) % 7)


def first_weekday(year: int, month: int, weekday: int) -> date:
    """Return the first given weekday of a month."""
    start = date(year, month, 1)
    return start + timedelta(days=(weekday - start.weekday()) % 7)


def _clock_changes(years: range) -> tuple[int, ...]:
    """List the instants at which London's clock changes: to summer time, back, to summer time, back, ..."""
    sundays = (last_weekday(year, month, SUNDAY) for year in years for month in (3, 10))
    return tuple(day_number(sunday) * DAY_US + HOUR_US for sunday in sundays)


CLOCK_CHANGES = _clock_changes(range(2002, 2100))


def london_offset(instant: int) -> int:
    """Return how far London is ahead of UTC: an hour after an odd number of clock changes."""
    return HOUR_US * (bisect_right(CLOCK_CHANGES, instant) % 2)


def to_london(instant: int) -> tuple[int, int]:
    """Return the London day number and time of day of an instant."""
    return divmod(instant + london_offset(instant), DAY_US)


def from_london(day: int, time_of_day: int) -> int:
    """Return the instant of a London wall time.

    The wall time read as if it were UTC lies on the same side of that day's 01:00 UTC change as the true
    instant, except for wall times from 01:00 to 02:00 on a night of change, which are skipped or repeated. No
    opening or closing time lies there, because `parse_hours` refuses opening before 05:00.
    """
    as_if_utc = day * DAY_US + time_of_day
    return as_if_utc - london_offset(as_if_utc)


# --- Bank holidays ------------------------------------------------------------------------------------------

# Calendar (New Style) Act 1750, table of the paschal full moon for 1900 to 2199: days after 21 March by
# golden number 1..19.
PASCHAL_FULL_MOON = (24, 13, 2, 21, 10, 28, 18, 7, 26, 15, 4, 23, 12, 1, 20, 9, 27, 17, 6)

# Days from the first of two neighbouring holidays (25 and 26 December, 1 and 2 January) to their substitutes,
# by the weekday of the first.  Friday: the second is a Saturday, so Monday.  Saturday: Monday and Tuesday.
# Sunday: the second is on the Monday, so Tuesday.
PAIR_SUBSTITUTES = {FRIDAY: (3,), SATURDAY: (2, 3), SUNDAY: (2,)}

# Days from a holiday that stands alone to the Monday which replaces it.
SINGLE_SUBSTITUTE = {SATURDAY: (2,), SUNDAY: (1,)}

# One-off bank holidays by proclamation under section 1(3) of the Act.  15 June 2026: proclaimed on 3 February
# 2026 for Scotland alone, for the men's football World Cup.
PROCLAIMED = {("SCT", 2026): frozenset({date(2026, 6, 15)})}


def easter_sunday(year: int) -> date:
    """Return Easter Day: the Sunday after the paschal full moon of the table, 1900 to 2199."""
    if not 1900 <= year <= 2199:
        raise ValueError(f"the table of full moons does not hold for {year}")
    full_moon = date(year, 3, 21) + timedelta(days=PASCHAL_FULL_MOON[year % 19])
    return full_moon + timedelta(days=(SUNDAY - full_moon.weekday()) or 7)


def _pair(first: date) -> set[date]:
    """Return two neighbouring fixed holidays with their substitutes."""
    return {first + timedelta(days=days) for days in (0, 1, *PAIR_SUBSTITUTES.get(first.weekday(), ()))}


def _single(holiday: date) -> set[date]:
    """Return a lone fixed holiday with its substitute."""
    return {holiday + timedelta(days=days) for days in (0, *SINGLE_SUBSTITUTE.get(holiday.weekday(), ()))}


def _everywhere(year: int) -> set[date]:
    """Return what all nations share.

    Good Friday and Christmas Day are common-law holidays in England, Wales and Northern Ireland, and in
    Schedule 1 for Scotland.  The first Monday of May is in Schedule 1 for Scotland and proclaimed elsewhere;
    the last Monday of May the other way round.  Boxing Day is in Schedule 1 except in Scotland, where it is
    proclaimed.
    """
    good_friday = easter_sunday(year) - timedelta(days=2)
    mondays = {first_weekday(year, 5, MONDAY), last_weekday(year, 5, MONDAY)}
    return {good_friday} | mondays | _pair(date(year, 12, 25))


def _england_and_wales(year: int) -> set[date]:
    """Return Schedule 1 paragraph 1, with New Year's Day as proclaimed since 1974."""
    easter_monday = easter_sunday(year) + timedelta(days=1)
    return _everywhere(year) | {easter_monday, last_weekday(year, 8, MONDAY)} | _single(date(year, 1, 1))


def _scotland(year: int) -> set[date]:
    """Return Schedule 1 paragraph 2: no Easter Monday, and August's first Monday rather than its last.

    St Andrew's Day was added by the St Andrew's Day Bank Holiday (Scotland) Act 2007 with its own substitute,
    "the first Monday following".
    """
    august = first_weekday(year, 8, MONDAY)
    return _everywhere(year) | {august} | _pair(date(year, 1, 1)) | _single(date(year, 11, 30))


def _northern_ireland(year: int) -> set[date]:
    """Return England's days, Schedule 1 paragraph 3 (17 March) and the yearly proclaimed 12 July."""
    return _england_and_wales(year) | _single(date(year, 3, 17)) | _single(date(year, 7, 12))


HOLIDAYS_OF = {
    "ENG": _england_and_wales,
    "WLS": _england_and_wales,
    "SCT": _scotland,
    "NIR": _northern_ireland,
}


@cache
def bank_holidays(nation: str, year: int) -> frozenset[date]:
    """Return every date of a year which is no working day in a nation because of a bank holiday.

    Where a holiday falls on a weekend, both the day itself and its substitute are listed, as the
    specification asks.

    The law reaches the substitutes by two ways.  But for St Andrew's Day, the Act names them only for
    Sundays: in England, Wales and Northern Ireland 27 December "in a year in which 25th or 26th December is a
    Sunday" and 18 March; in Scotland 3 January for a Sunday 1 or 2 January and 26 December for a Sunday
    Christmas Day.  The substitutes for Saturdays (and for New Year's Day elsewhere, for 12 July, and for
    Scotland's Boxing Day) are proclaimed each year.  By the Act alone, then, a Sunday holiday which was
    replaced is no bank holiday; it is listed all the same, and so is 30 November on a weekend.  Act and
    proclamations differ in which substitute stands for which holiday - with 25 December on a Sunday, the Act
    gives Scotland the 26th for Christmas Day and the proclamation the 27th for Boxing Day, while England
    keeps the 26th as Boxing Day and has the 27th for Christmas Day - but the set of dates comes out the same,
    so one rule serves all nations.

    The yearly proclamations for the years ahead have not been made yet; the rule assumes the custom unbroken
    since 1974 goes on.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise BeyondHorizonError(
            f"bank holidays are worked out for {FIRST_YEAR} to {LAST_YEAR}, not for {year}"
        )
    return frozenset(HOLIDAYS_OF[nation](year) | PROCLAIMED.get((nation, year), frozenset()))


# --- Calendars laid out as open intervals -------------------------------------------------------------------

FIRST_DAY = day_number(date(FIRST_YEAR, 1, 1))
LAST_DAY = day_number(date(LAST_YEAR, 12, 31))
HORIZON_START = from_london(FIRST_DAY, 0)
TIME_OF_DAY = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
MAX_CACHED = 1024


class OpenHours(NamedTuple):
    """Opening and closing time of day."""

    opens: int
    closes: int


def parse_time(text: str) -> int:
    """Return the time of day of 'HH:MM'."""
    match = TIME_OF_DAY.fullmatch(text)
    if match is None:
        raise ValueError(f"not a time of day as HH:MM: {text!r}")
    return int(match[1]) * HOUR_US + int(match[2]) * MINUTE_US


def parse_hours(opens: str, closes: str) -> OpenHours:
    """Return checked opening hours: from 05:00, so clear of clock changes, and closing after opening."""
    hours = OpenHours(parse_time(opens), parse_time(closes))
    if not EARLIEST_OPENING <= hours.opens < hours.closes:
        raise ValueError(f"opening hours must be within 05:00 and 23:59: {opens} to {closes}")
    return hours


@dataclass(frozen=True, slots=True)
class Timetable:
    """A calendar laid out: entry i of each array belongs to the i-th working day of 2024 to 2041."""

    days: array[int]
    opens: array[int]
    closes: array[int]
    open_until_close: array[int]
    """Total time the agency has been open from 2024-01-01 until closing of the i-th working day."""
    week: tuple[OpenHours, ...]
    """Opening hours by weekday, also for weekdays on which the agency does not work."""

    def index_of_notice(self, notice_us: int) -> int:
        """Return the index of the day of notice: the first working day which closes after the notice.

        That is today's, if today is a working day and not yet closed (at closing time exactly it is too
        late), and otherwise the next working day's.
        """
        if notice_us < HORIZON_START:
            raise BeyondHorizonError(f"notice before {FIRST_YEAR}")
        return bisect_right(self.closes, notice_us)

    def open_before(self, notice_us: int) -> int:
        """Return the total open time from 2024-01-01 until an instant."""
        index = self.index_of_notice(notice_us)
        still_to_come = entry(self.closes, index) - max(notice_us, self.opens[index])
        return self.open_until_close[index] - still_to_come

    def closing_on(self, day: int) -> int:
        """Return the closing instant of any day, working day or not, by the hours of its weekday."""
        return from_london(day, self.week[weekday_of(day)].closes)


def entry(values: array[int], index: int) -> int:
    """Return values[index], refusing an index before the first or after the last working day known."""
    if not 0 <= index < len(values):
        raise BeyondHorizonError(f"no such working day from {FIRST_YEAR} to {LAST_YEAR}")
    return values[index]


def _week(calendar: Calendar) -> tuple[OpenHours, ...]:
    """Return the opening hours of the seven weekdays."""
    week = [parse_hours(calendar["opens"], calendar["closes"])] * 7
    for weekday, hours in (calendar.get("hours") or {}).items():
        week[int(weekday)] = parse_hours(*hours)
    return tuple(week)


def _in_terms(calendar: Calendar) -> set[int]:
    """Return the days of 2024 to 2041 inside the terms; without terms, all of them."""
    terms = calendar.get("terms") or [(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))]
    spans = ((day_number(first), day_number(last)) for first, last in terms)
    return {day for first, last in spans for day in range(max(first, FIRST_DAY), min(last, LAST_DAY) + 1)}


def _working_days(calendar: Calendar) -> list[int]:
    """Return all working days of 2024 to 2041 by taking sets of days away from one another, sorted."""
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    holidays = {day_number(day) for year in years for day in bank_holidays(calendar["nation"], year)}
    closures = {day_number(day) for day in calendar.get("closures") or ()}
    weekdays = set(calendar["weekdays"])
    return sorted(day for day in _in_terms(calendar) - holidays - closures if weekday_of(day) in weekdays)


def lay_out(calendar: Calendar) -> Timetable:
    """Return the timetable of a calendar, computed anew."""
    days, week = _working_days(calendar), _week(calendar)
    opens = array("q", (from_london(day, week[weekday_of(day)].opens) for day in days))
    closes = array("q", (from_london(day, week[weekday_of(day)].closes) for day in days))
    lengths = (end - start for start, end in zip(opens, closes, strict=True))
    return Timetable(array("q", days), opens, closes, array("q", accumulate(lengths)), week)


_timetables: dict[str, Timetable] = {}


def timetable(calendar: Calendar) -> Timetable:
    """Return the timetable of a calendar, remembered by the calendar's content (not its identity)."""
    key = repr(calendar)
    known = _timetables.get(key)
    if known is None:
        if len(_timetables) >= MAX_CACHED:
            del _timetables[next(iter(_timetables))]
        known = _timetables[key] = lay_out(calendar)
    return known


# --- Amounts ------------------------------------------------------------------------------------------------

COUNTED = re.compile(r"([1-9]\d*) (second|minute|hour|working_hour|working_day|calendar_day|week)s?")
SAME_DAY = re.compile(r"same_working_day(?: until (\S+))?")
ELAPSED_US = {"second": SECOND_US, "minute": MINUTE_US, "hour": HOUR_US}


class Amount(NamedTuple):
    """A parsed amount: what is counted, how many of them, and the cut-off of `same_working_day`."""

    unit: str
    number: int = 1
    cut_off: int | None = None


@lru_cache(maxsize=4096)
def parse_amount(text: str) -> Amount:
    """Parse 'n seconds' (singular allowed) ..., 'same_working_day [until HH:MM]' or 'next_sitting'."""
    if counted := COUNTED.fullmatch(text):
        return Amount(counted[2], int(counted[1]))
    if same_day := SAME_DAY.fullmatch(text):
        return Amount("same_working_day", cut_off=parse_time(same_day[1]) if same_day[1] else None)
    if text == "next_sitting":
        return Amount("next_sitting")
    raise ValueError(f"not an amount of time: {text!r}")


def _due_working_hours(table: Timetable, notice_us: int, count: int) -> int:
    """Return the instant at which the agency has been open for `count` hours since the notice.

    The search for the first day whose running total reaches the target makes an amount which comes out
    exactly at a closing time end there, not at the next opening.
    """
    target = table.open_before(notice_us) + count * HOUR_US
    index = bisect_left(table.open_until_close, target)
    return entry(table.closes, index) - (table.open_until_close[index] - target)


def _due_working_days(table: Timetable, notice_us: int, count: int) -> int:
    """Return the closing of the `count`-th working day after the day of notice."""
    return entry(table.closes, table.index_of_notice(notice_us) + count)


def _due_calendar_days(table: Timetable, notice_us: int, count: int) -> int:
    """Return the closing of the first working day not before the day of notice plus `count` days."""
    day = entry(table.days, table.index_of_notice(notice_us)) + count
    return entry(table.closes, bisect_left(table.days, day))


def _due_same_day(table: Timetable, notice_us: int, cut_off: int | None) -> int:
    """Return the closing of the day of notice, or of the working day after it if the cut-off is past.

    The cut-off counts only for a notice on its own day of notice; one which came on a closed day, or after
    closing, has already been moved on.
    """
    index = table.index_of_notice(notice_us)
    day, time_of_day = to_london(notice_us)
    too_late = cut_off is not None and day == entry(table.days, index) and time_of_day >= cut_off
    return entry(table.closes, index + too_late)


def _due_next_sitting(table: Timetable, notice_us: int, sittings: Sequence[Day]) -> int:
    """Return the closing of the first sitting on or after the day of notice; without one, 20 working days."""
    day_of_notice = entry(table.days, table.index_of_notice(notice_us))
    to_come = [day for day in map(day_number, sittings) if day >= day_of_notice]
    if to_come:
        return table.closing_on(min(to_come))
    return _due_working_days(table, notice_us, WORKING_DAYS_WITHOUT_SITTING)


def due(amount: str, notice_us: int, calendar: Calendar, sittings: Sequence[Day] = ()) -> int:
    """Return the instant at which an amount of time, counted from a notice, runs out.

    D below is the day of notice: the notice's London date if that is a working day and the notice comes
    before its closing time, otherwise the next working day (`Timetable.index_of_notice`).

    * 'n seconds', 'n minutes', 'n hours': elapsed time, no calendar;
    * 'n working_hours': once the agency has been open for n hours since the notice;
    * 'n working_days': closing of the n-th working day after D;
    * 'n calendar_days', 'n weeks': D plus n (7n) days, moved on to a working day, at closing;
    * 'same_working_day', 'same_working_day until HH:MM': closing of D, or of the working day after D for a
      notice given on D at or after the cut-off;
    * 'next_sitting': closing of the first of `sittings` not before D, whether a working day or not; without
      one, 20 working days.

    Raises ValueError for an unknown amount and BeyondHorizonError where the answer needs days outside 2024 to
    2041.
    """
    unit, count, cut_off = parse_amount(amount)
    if unit in ELAPSED_US:
        return notice_us + count * ELAPSED_US[unit]
    table = timetable(calendar)
    if unit == "working_hour":
        return _due_working_hours(table, notice_us, count)
    if unit == "working_day":
        return _due_working_days(table, notice_us, count)
    if unit == "same_working_day":
        return _due_same_day(table, notice_us, cut_off)
    if unit == "next_sitting":
        return _due_next_sitting(table, notice_us, sittings)
    return _due_calendar_days(table, notice_us, count * 7 if unit == "week" else count)


def _opening_before(table: Timetable, due_us: int, count: int) -> int | None:
    """Return the opening of the `count`-th working day before the due date in London; None before 2024."""
    day, _ = to_london(due_us)
    if not FIRST_DAY <= day <= LAST_DAY:
        raise BeyondHorizonError(f"due outside {FIRST_YEAR} to {LAST_YEAR}")
    index = bisect_left(table.days, day) - count
    return table.opens[index] if index >= 0 else None


def remind(before: str, due_us: int, notice_us: int, calendar: Calendar) -> int | None:
    """Return the instant of the reminder `before` a due instant, or None if that is not after the notice.

    * 'n seconds', 'n minutes', 'n hours': that much elapsed time before;
    * 'n working_days', 'n weeks': opening of the n-th (5n-th) working day before the due instant's London
      date.

    A reminder which would fall before 2024 cannot be after a notice in 2024 to 2041, so it is None too.
    Raises ValueError for other amounts.
    """
    unit, count, _ = parse_amount(before)
    if unit in ELAPSED_US:
        instant: int | None = due_us - count * ELAPSED_US[unit]
    elif unit in ("working_day", "week"):
        if notice_us < HORIZON_START:
            raise BeyondHorizonError(f"notice before {FIRST_YEAR}")
        days = count * DAYS_REMINDED_PER_WEEK if unit == "week" else count
        instant = _opening_before(timetable(calendar), due_us, days)
    else:
        raise ValueError(f"a reminder cannot be given in {before!r}")
    return instant if instant is not None and instant > notice_us else None


def iter_working_days(calendar: Calendar) -> Iterator[date]:
    """Yield the calendar's working days from 2024 to 2041."""
    for day in timetable(calendar).days:
        yield date.fromordinal(day + EPOCH_ORDINAL)
