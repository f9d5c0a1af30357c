"""Tests of the oracle: examples worked out by hand, published bank holidays, and a slow second opinion.

Run with `python -m pytest`, or plainly with `python -m tests.oracles.test_working_time`.

Instants are written as London wall time with the clock in force, "2025-03-30 13:00 BST", so that a reader can
check them against a wall calendar.  The second opinion at the end walks day by day with `datetime`, has its
own clock, Easter and bank holidays, and shares nothing with the oracle but the questions.
"""

from __future__ import annotations

from calendar import monthcalendar
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import NamedTuple, Protocol

from tests.oracles.questions import CALENDARS, Question, answered, calendars, questions
from tests.oracles.working_time import (
    CLOCK_CHANGES,
    HOLIDAYS_OF,
    NATIONS,
    BeyondHorizonError,
    Calendar,
    bank_holidays,
    day_number,
    due,
    easter_sunday,
    from_london,
    iter_working_days,
    lay_out,
    parse_hours,
    remind,
    to_london,
)

MICROSECOND = timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONDON = {"GMT": timedelta(0), "BST": timedelta(hours=1)}

WEEKDAYS = [0, 1, 2, 3, 4]
OFFICE: Calendar = {"nation": "ENG", "weekdays": WEEKDAYS, "opens": "09:00", "closes": "17:00"}
WALES: Calendar = {**OFFICE, "nation": "WLS"}
SCOTLAND: Calendar = {**OFFICE, "nation": "SCT"}
ULSTER: Calendar = {**OFFICE, "nation": "NIR"}
SHORT_WEDNESDAY: Calendar = {**OFFICE, "hours": {2: ("09:00", "12:30")}}
SIX_DAYS: Calendar = {
    "nation": "ENG",
    "weekdays": [0, 1, 2, 3, 4, 5],
    "opens": "08:30",
    "closes": "18:00",
    "hours": {"5": ["09:00", "13:00"]},
}
SCOTTISH_SIX_DAYS: Calendar = {**SCOTLAND, "weekdays": [0, 1, 2, 3, 4, 5]}
EVERY_DAY: Calendar = {"nation": "ENG", "weekdays": list(range(7)), "opens": "06:00", "closes": "22:00"}
TUESDAYS: Calendar = {"nation": "ENG", "weekdays": [1], "opens": "10:00", "closes": "12:00"}
SHUT: Calendar = {**OFFICE, "closures": {date(2025, 8, 1), date(2025, 8, 4)}}
SCHOOL: Calendar = {
    "nation": "ENG",
    "weekdays": WEEKDAYS,
    "opens": "08:30",
    "closes": "15:30",
    "terms": [
        ("2025-09-01", "2025-10-24"),
        ("2025-11-03", "2025-12-19"),
        ("2026-01-05", "2026-02-13"),
    ],
}


def at(text: str) -> int:
    """Return the instant of a London wall time such as '2025-03-28 16:59:59.999999 GMT'."""
    wall, _, clock = text.rpartition(" ")
    return (datetime.fromisoformat(wall).replace(tzinfo=UTC) - LONDON[clock] - EPOCH) // MICROSECOND


def shown(instant: int | None) -> str | None:
    """Write an instant in UTC for a failure message."""
    return None if instant is None else str(EPOCH + instant * MICROSECOND)


class Due(NamedTuple):
    """One worked example: from a notice, by an amount, to the instant it runs out."""

    calendar: Calendar
    amount: str
    notice: str
    expected: str
    sittings: tuple[str, ...] = ()


# 2 June 2025 is a Monday; June has no bank holiday.  The clocks of 2025 change on Sundays 30 March and 26
# October.
ELAPSED = [
    # Across a midnight, to the microsecond.
    Due(OFFICE, "1 seconds", "2025-03-29 23:59:59.500001 GMT", "2025-03-30 00:00:00.500001 GMT"),
    # 00:15 + 90 minutes = 01:45 UTC; since 01:00 UTC the clock shows an hour more.
    Due(OFFICE, "90 minutes", "2025-03-30 00:15 GMT", "2025-03-30 02:45 BST"),
    # The spring day has 23 hours: 24 hours after Saturday noon it is 13:00 on Sunday.
    Due(OFFICE, "24 hours", "2025-03-29 12:00 GMT", "2025-03-30 13:00 BST"),
    # The autumn day has 25: 24 hours after Saturday noon it is 11:00.
    Due(OFFICE, "24 hours", "2025-10-25 12:00 BST", "2025-10-26 11:00 GMT"),
    # From the first 01:30 of the repeated hour to the second.
    Due(OFFICE, "1 hour", "2025-10-26 01:30 BST", "2025-10-26 01:30 GMT"),
    # A leap year has a 29 February.
    Due(OFFICE, "24 hours", "2028-02-28 12:00 GMT", "2028-02-29 12:00 GMT"),
]

WORKING_HOURS = [
    # Notice before opening: counting starts at 09:00.
    Due(OFFICE, "1 working_hours", "2025-06-02 07:15 BST", "2025-06-02 10:00 BST"),
    # 15:00 + 2 h is exactly closing time: that closing, not Tuesday 09:00.
    Due(OFFICE, "2 working_hours", "2025-06-02 15:00 BST", "2025-06-02 17:00 BST"),
    # From opening, 40 h are five whole days of 8: Friday's closing, not Monday's opening.
    Due(OFFICE, "40 working_hours", "2025-06-02 09:00 BST", "2025-06-06 17:00 BST"),
    # At closing time exactly, all of the hour is on Tuesday.
    Due(OFFICE, "1 working_hours", "2025-06-02 17:00 BST", "2025-06-03 10:00 BST"),
    # A microsecond earlier, Monday still gives that microsecond.
    Due(OFFICE, "1 working_hours", "2025-06-02 16:59:59.999999 BST", "2025-06-03 09:59:59.999999 BST"),
    # Friday 16:00 in winter time: 1 h Friday, 1 h Monday in summer time.
    Due(OFFICE, "2 working_hours", "2025-03-28 16:00 GMT", "2025-03-31 10:00 BST"),
    # And back: 1 h Friday 24 October, 1 h Monday 27 October.
    Due(OFFICE, "2 working_hours", "2025-10-24 16:00 BST", "2025-10-27 10:00 GMT"),
    # Open through the weekend of change: 2 h until Saturday 22:00, 2 h from Sunday 06:00 summer time.
    Due(EVERY_DAY, "4 working_hours", "2025-03-29 20:00 GMT", "2025-03-30 08:00 BST"),
    # 1 h until Saturday 22:00, 2 h from Sunday 06:00 winter time.
    Due(EVERY_DAY, "3 working_hours", "2025-10-25 21:00 BST", "2025-10-26 08:00 GMT"),
    # A notice in the skipped hour's night: counting starts at 06:00 summer time.
    Due(EVERY_DAY, "1 working_hours", "2025-03-30 02:30 BST", "2025-03-30 07:00 BST"),
    # Easter 2024: 29 March Good Friday, 31 March Easter and clock change, 1 April Easter Monday.
    Due(OFFICE, "2 working_hours", "2024-03-28 16:00 GMT", "2024-04-02 10:00 BST"),
    # Scotland works on Easter Monday.
    Due(SCOTLAND, "2 working_hours", "2024-03-28 16:00 GMT", "2024-04-01 10:00 BST"),
    # Christmas 2027 is a Saturday: 25 to 28 December closed; half an hour Friday, half an hour Wednesday 29.
    Due(OFFICE, "1 working_hours", "2027-12-24 16:30 GMT", "2027-12-29 09:30 GMT"),
    # 4 h on 28 February, 4 h on the 29th.
    Due(OFFICE, "8 working_hours", "2024-02-28 13:00 GMT", "2024-02-29 13:00 GMT"),
    # Wednesday afternoon closed: half an hour Wednesday, half an hour Thursday.
    Due(SHORT_WEDNESDAY, "1 working_hours", "2025-06-04 12:00 BST", "2025-06-05 09:30 BST"),
    # Open two hours a week: 1 h on the 3rd, 2 h on the 10th, exactly at closing.
    Due(TUESDAYS, "3 working_hours", "2025-06-03 11:00 BST", "2025-06-10 12:00 BST"),
    # Half-term: 1 h Friday 24 October, 1 h Monday 3 November.
    Due(SCHOOL, "2 working_hours", "2025-10-24 14:30 BST", "2025-11-03 09:30 GMT"),
]

WORKING_DAYS = [
    # The last microsecond of Monday still has Monday as day of notice.
    Due(OFFICE, "1 working_days", "2025-06-02 16:59:59.999999 BST", "2025-06-03 17:00 BST"),
    # At closing exactly, the day of notice is Tuesday.
    Due(OFFICE, "1 working_days", "2025-06-02 17:00 BST", "2025-06-04 17:00 BST"),
    # Saturday: day of notice Monday 9, first day after it Tuesday 10.
    Due(OFFICE, "1 working_days", "2025-06-07 12:00 BST", "2025-06-10 17:00 BST"),
    # Midnight in London is 23:00 UTC on Sunday, but Monday's notice: four weeks to Monday 30.
    Due(OFFICE, "20 working_days", "2025-06-02 00:00 BST", "2025-06-30 17:00 BST"),
    # A microsecond before that midnight is Sunday; Monday is the day of notice all the same.
    Due(OFFICE, "20 working_days", "2025-06-01 23:59:59.999999 BST", "2025-06-30 17:00 BST"),
    # Christmas 2027: 27 and 28 December substitute, next working day Wednesday 29.
    Due(OFFICE, "1 working_days", "2027-12-24 16:00 GMT", "2027-12-29 17:00 GMT"),
    Due(OFFICE, "1 working_days", "2027-12-24 17:00 GMT", "2027-12-30 17:00 GMT"),
    # 29, 30, 31 December, then 1 January 2028 is a Saturday: Monday 3 substitute, Tuesday 4 the fourth.
    Due(WALES, "4 working_days", "2027-12-24 16:00 GMT", "2028-01-04 17:00 GMT"),
    # Scotland has 2 January too: 3 and 4 January substitute, Wednesday 5.
    Due(SCOTLAND, "4 working_days", "2027-12-24 16:00 GMT", "2028-01-05 17:00 GMT"),
    # Christmas 2033 is a Sunday: 26 Boxing Day, 27 substitute; from Friday 23 to Wednesday 28.
    Due(SCOTLAND, "1 working_days", "2033-12-23 10:00 GMT", "2033-12-28 17:00 GMT"),
    # Christmas 2026 is a Friday, so Boxing Day a Saturday: substitute Monday 28.
    Due(OFFICE, "1 working_days", "2026-12-24 10:00 GMT", "2026-12-29 17:00 GMT"),
    # The Saturday itself is no working day either, though this agency works on Saturdays.
    Due(SIX_DAYS, "1 working_days", "2026-12-24 10:00 GMT", "2026-12-29 18:00 GMT"),
    # 2 January 2027 is a Saturday: it is closed, and so is its substitute Monday 4.
    Due(SCOTTISH_SIX_DAYS, "1 working_days", "2026-12-31 10:00 GMT", "2027-01-05 17:00 GMT"),
    # Easter 2026 is 5 April: Good Friday 3, Easter Monday 6 (not in Scotland).
    Due(OFFICE, "1 working_days", "2026-04-02 10:00 BST", "2026-04-07 17:00 BST"),
    Due(SCOTLAND, "1 working_days", "2026-04-02 10:00 BST", "2026-04-06 17:00 BST"),
    # St Patrick's Day 2024 is a Sunday: Monday 18 in Northern Ireland.
    Due(ULSTER, "1 working_days", "2024-03-15 10:00 GMT", "2024-03-19 17:00 GMT"),
    # 12 July 2025 is a Saturday: Monday 14 in Northern Ireland, not in England.
    Due(ULSTER, "1 working_days", "2025-07-11 10:00 BST", "2025-07-15 17:00 BST"),
    Due(OFFICE, "1 working_days", "2025-07-11 10:00 BST", "2025-07-14 17:00 BST"),
    # St Andrew's Day 2024 is a Saturday: Monday 2 December.
    Due(SCOTLAND, "1 working_days", "2024-11-29 10:00 GMT", "2024-12-03 17:00 GMT"),
    # Monday 15 June 2026 was proclaimed for Scotland alone.
    Due(SCOTLAND, "1 working_days", "2026-06-12 10:00 BST", "2026-06-16 17:00 BST"),
    Due(ULSTER, "1 working_days", "2026-06-12 10:00 BST", "2026-06-15 17:00 BST"),
    # Summer bank holiday: first Monday of August in Scotland, last elsewhere.
    Due(SCOTLAND, "1 working_days", "2025-08-01 10:00 BST", "2025-08-05 17:00 BST"),
    Due(OFFICE, "1 working_days", "2025-08-22 10:00 BST", "2025-08-26 17:00 BST"),
    Due(SCOTLAND, "1 working_days", "2025-08-22 10:00 BST", "2025-08-25 17:00 BST"),
    # The leap day is a working Thursday in 2024; in 2025 the same step lands in March.
    Due(OFFICE, "1 working_days", "2024-02-28 10:00 GMT", "2024-02-29 17:00 GMT"),
    Due(OFFICE, "1 working_days", "2025-02-28 10:00 GMT", "2025-03-03 17:00 GMT"),
    # Thursday after school: day of notice Friday 24 October, then half-term, then Monday 3 November.
    Due(SCHOOL, "1 working_days", "2025-10-23 16:00 BST", "2025-11-03 15:30 GMT"),
    # In the Christmas holidays: day of notice Monday 5 January, next Tuesday 6.
    Due(SCHOOL, "1 working_days", "2025-12-22 10:00 GMT", "2026-01-06 15:30 GMT"),
    # Thursday 31 July 2025; Friday and Monday are closures.
    Due(SHUT, "1 working_days", "2025-07-31 10:00 BST", "2025-08-05 17:00 BST"),
    # Closing at 12:30 on Wednesday: 12:30 is too late, so Thursday is the day of notice.
    Due(SHORT_WEDNESDAY, "1 working_days", "2025-06-04 12:30 BST", "2025-06-06 17:00 BST"),
]

CALENDAR_DAYS = [
    # 2 + 10 = Thursday 12 June.
    Due(OFFICE, "10 calendar_days", "2025-06-02 10:00 BST", "2025-06-12 17:00 BST"),
    # 2 + 5 = Saturday 7, moved on to Monday 9.
    Due(OFFICE, "5 calendar_days", "2025-06-02 10:00 BST", "2025-06-09 17:00 BST"),
    # Counted from the day of notice, Monday 9, not from Saturday: Monday 23.
    Due(OFFICE, "2 weeks", "2025-06-07 10:00 BST", "2025-06-23 17:00 BST"),
    # Monday 18 + 7 = 25 August, bank holiday: Tuesday 26.
    Due(OFFICE, "1 week", "2025-08-18 10:00 BST", "2025-08-26 17:00 BST"),
    # Into summer time: Saturday 29 March, moved on to Monday 31.
    Due(OFFICE, "1 calendar_days", "2025-03-28 10:00 GMT", "2025-03-31 17:00 BST"),
    # 15 February 2024 + 14 = 29 February; in 2028, 29 February + 7 = 7 March.
    Due(OFFICE, "2 weeks", "2024-02-15 10:00 GMT", "2024-02-29 17:00 GMT"),
    Due(OFFICE, "1 weeks", "2028-02-29 10:00 GMT", "2028-03-07 17:00 GMT"),
    # 24 November 2027 + 31 = Christmas Day: Wednesday 29 December.
    Due(OFFICE, "31 calendar_days", "2027-11-24 10:00 GMT", "2027-12-29 17:00 GMT"),
    # Wednesday 22 October + 7 is in half-term: Monday 3 November.
    Due(SCHOOL, "1 weeks", "2025-10-22 10:00 BST", "2025-11-03 15:30 GMT"),
    # Monday + 2 = Wednesday, which closes at 12:30.
    Due(SHORT_WEDNESDAY, "2 calendar_days", "2025-06-02 10:00 BST", "2025-06-04 12:30 BST"),
]

SAME_DAY = [
    Due(OFFICE, "same_working_day", "2025-06-02 10:00 BST", "2025-06-02 17:00 BST"),
    # Before 14:00 by a microsecond, and at 14:00.
    Due(OFFICE, "same_working_day until 14:00", "2025-06-02 13:59:59.999999 BST", "2025-06-02 17:00 BST"),
    Due(OFFICE, "same_working_day until 14:00", "2025-06-02 14:00 BST", "2025-06-03 17:00 BST"),
    # 13:30 UTC is 14:30 in London in June: too late.
    Due(OFFICE, "same_working_day until 14:00", "2025-06-02 14:30 BST", "2025-06-03 17:00 BST"),
    # Saturday afternoon is not on the day of notice, Monday: the cut-off does not count.
    Due(OFFICE, "same_working_day until 14:00", "2025-06-07 15:00 BST", "2025-06-09 17:00 BST"),
    # Monday evening is Tuesday's notice: the cut-off does not move it once more.
    Due(OFFICE, "same_working_day until 14:00", "2025-06-02 18:00 BST", "2025-06-03 17:00 BST"),
    # A cut-off after closing never matters.
    Due(OFFICE, "same_working_day until 18:00", "2025-06-02 16:59 BST", "2025-06-02 17:00 BST"),
    # Cut off on the last day of term: the first day of the next.
    Due(SCHOOL, "same_working_day until 12:00", "2025-12-19 12:00 GMT", "2026-01-05 15:30 GMT"),
]

SITTINGS = [
    Due(OFFICE, "next_sitting", "2025-06-02 10:00 BST", "2025-06-05 17:00 BST", ("2025-05-29", "2025-06-05")),
    # On the day of the sitting, before closing and at closing.
    Due(OFFICE, "next_sitting", "2025-06-05 10:00 BST", "2025-06-05 17:00 BST", ("2025-06-05", "2025-06-19")),
    Due(OFFICE, "next_sitting", "2025-06-05 17:00 BST", "2025-06-19 17:00 BST", ("2025-06-05", "2025-06-19")),
    # A sitting on a Saturday, no working day: the calendar's closing for its weekday.
    Due(OFFICE, "next_sitting", "2025-06-02 10:00 BST", "2025-06-07 17:00 BST", ("2025-06-07",)),
    # A notice on that Saturday is Monday's, so the sitting is past: 20 working days after Monday 9 June.
    Due(OFFICE, "next_sitting", "2025-06-07 08:00 BST", "2025-07-07 17:00 BST", ("2025-06-07",)),
    # Saturdays close at 13:00 here.
    Due(SIX_DAYS, "next_sitting", "2025-06-02 10:00 BST", "2025-06-07 13:00 BST", ("2025-06-07",)),
    # No sitting at all.
    Due(OFFICE, "next_sitting", "2025-06-02 10:00 BST", "2025-06-30 17:00 BST"),
]

DUE_EXAMPLES = ELAPSED + WORKING_HOURS + WORKING_DAYS + CALENDAR_DAYS + SAME_DAY + SITTINGS


class Reminder(NamedTuple):
    """One worked example of a reminder."""

    calendar: Calendar
    before: str
    due: str
    notice: str
    expected: str | None


REMINDER_EXAMPLES = [
    # Friday 13 June: one before is Thursday 12, two before is Wednesday 11.
    Reminder(
        OFFICE, "2 working_days", "2025-06-13 17:00 BST", "2025-06-02 10:00 BST", "2025-06-11 09:00 BST"
    ),
    # A week is five working days: 12, 11, 10, 9, 6.
    Reminder(OFFICE, "1 weeks", "2025-06-13 17:00 BST", "2025-06-02 10:00 BST", "2025-06-06 09:00 BST"),
    # Five working days also where an agency works once a week.
    Reminder(TUESDAYS, "1 weeks", "2025-06-10 12:00 BST", "2025-04-01 10:00 BST", "2025-05-06 10:00 BST"),
    # The opening is not after a notice given at it, but is after one given a microsecond before.
    Reminder(OFFICE, "2 working_days", "2025-06-13 17:00 BST", "2025-06-11 09:00 BST", None),
    Reminder(
        OFFICE,
        "2 working_days",
        "2025-06-13 17:00 BST",
        "2025-06-11 08:59:59.999999 BST",
        "2025-06-11 09:00 BST",
    ),
    # Tuesday after Easter 2024: the working day before is Maundy Thursday, in winter time.
    Reminder(
        OFFICE, "1 working_days", "2024-04-02 17:00 BST", "2024-03-20 10:00 GMT", "2024-03-28 09:00 GMT"
    ),
    # Due on a Saturday noon: Friday's opening.
    Reminder(
        OFFICE, "1 working_days", "2025-06-07 12:00 BST", "2025-06-02 10:00 BST", "2025-06-06 09:00 BST"
    ),
    # Elapsed time across the spring change.
    Reminder(OFFICE, "24 hours", "2025-03-30 13:00 BST", "2025-03-01 10:00 GMT", "2025-03-29 12:00 GMT"),
    # Not after the notice: at it.
    Reminder(OFFICE, "30 minutes", "2025-06-02 10:30 BST", "2025-06-02 10:00 BST", None),
    Reminder(
        OFFICE, "1799 seconds", "2025-06-02 10:30 BST", "2025-06-02 10:00 BST", "2025-06-02 10:00:01 BST"
    ),
    # Would be in 2023.
    Reminder(OFFICE, "9 working_days", "2024-01-04 17:00 GMT", "2024-01-02 10:00 GMT", None),
]

# The weekday bank holidays of 2024 to 2028, worked out by hand with a wall calendar.
WORKED_OUT = {
    ("ENG", 2024): "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26",
    ("ENG", 2025): "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26",
    ("WLS", 2026): "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
    ("WLS", 2027): "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
    ("ENG", 2028): "01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26",
    ("SCT", 2024): "01-01 01-02 03-29 05-06 05-27 08-05 12-02 12-25 12-26",
    ("SCT", 2025): "01-01 01-02 04-18 05-05 05-26 08-04 12-01 12-25 12-26",
    ("SCT", 2026): "01-01 01-02 04-03 05-04 05-25 06-15 08-03 11-30 12-25 12-28",
    ("SCT", 2027): "01-01 01-04 03-26 05-03 05-31 08-02 11-30 12-27 12-28",
    ("SCT", 2028): "01-03 01-04 04-14 05-01 05-29 08-07 11-30 12-25 12-26",
    ("NIR", 2024): "01-01 03-18 03-29 04-01 05-06 05-27 07-12 08-26 12-25 12-26",
    ("NIR", 2025): "01-01 03-17 04-18 04-21 05-05 05-26 07-14 08-25 12-25 12-26",
    ("NIR", 2026): "01-01 03-17 04-03 04-06 05-04 05-25 07-13 08-31 12-25 12-28",
    ("NIR", 2027): "01-01 03-17 03-26 03-29 05-03 05-31 07-12 08-30 12-27 12-28",
}

# What gov.uk published for past years without one-off changes (lib/data/bank-holidays.json of
# alphagov/frontend); the same rules must give it.
PUBLISHED = {
    ("ENG", 2017): "01-02 04-14 04-17 05-01 05-29 08-28 12-25 12-26",
    ("ENG", 2018): "01-01 03-30 04-02 05-07 05-28 08-27 12-25 12-26",
    ("ENG", 2019): "01-01 04-19 04-22 05-06 05-27 08-26 12-25 12-26",
    ("ENG", 2021): "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28",
    ("SCT", 2017): "01-02 01-03 04-14 05-01 05-29 08-07 11-30 12-25 12-26",
    ("SCT", 2018): "01-01 01-02 03-30 05-07 05-28 08-06 11-30 12-25 12-26",
    ("SCT", 2019): "01-01 01-02 04-19 05-06 05-27 08-05 12-02 12-25 12-26",
    ("SCT", 2021): "01-01 01-04 04-02 05-03 05-31 08-02 11-30 12-27 12-28",
}

# The winters of 2020 and 2022, from the same source: Christmas on a Friday and on a Sunday, New Year's Day on
# a Saturday.  (May 2020 and June 2022 had one-off changes.)
PUBLISHED_WINTERS = {
    ("ENG", 2020): "01-01 12-25 12-28",
    ("ENG", 2022): "01-03 12-26 12-27",
    ("SCT", 2020): "01-01 01-02 11-30 12-25 12-28",
    ("SCT", 2022): "01-03 01-04 11-30 12-26 12-27",
}

# Easter Days of 2024 to 2041, as commonly listed.
EASTERS = [
    "2024-03-31",
    "2025-04-20",
    "2026-04-05",
    "2027-03-28",
    "2028-04-16",
    "2029-04-01",
    "2030-04-21",
    "2031-04-13",
    "2032-03-28",
    "2033-04-17",
    "2034-04-09",
    "2035-03-25",
    "2036-04-13",
    "2037-04-05",
    "2038-04-25",
    "2039-04-10",
    "2040-04-01",
    "2041-04-21",
]


class MetaFunction(Protocol):
    """What is used of pytest's Metafunc; pytest itself need not be installed."""

    fixturenames: list[str]
    function: Callable[..., None]

    def parametrize(self, argnames: str, argvalues: Sequence[object]) -> None:
        """Run the test once for each value."""


def pytest_generate_tests(metafunc: MetaFunction) -> None:
    """Give every worked example a test of its own."""
    if "example" in metafunc.fixturenames:
        examples: Sequence[object] = DUE_EXAMPLES if metafunc.function is test_due else REMINDER_EXAMPLES
        metafunc.parametrize("example", examples)


def test_due(example: Due) -> None:
    found = due(example.amount, at(example.notice), example.calendar, example.sittings)
    assert found == at(example.expected), f"{example}: {shown(found)}"


def test_reminder(example: Reminder) -> None:
    found = remind(example.before, at(example.due), at(example.notice), example.calendar)
    expected = at(example.expected) if example.expected else None
    assert found == expected, f"{example}: {shown(found)}"


def test_bank_holidays_worked_out_by_hand() -> None:
    for (nation, year), days in WORKED_OUT.items():
        on_weekdays = {day for day in bank_holidays(nation, year) if day.weekday() < 5}
        assert on_weekdays == {date.fromisoformat(f"{year}-{day}") for day in days.split()}, (nation, year)


def test_rules_give_what_was_published_for_past_years() -> None:
    for (nation, year), days in PUBLISHED.items():
        on_weekdays = {day for day in HOLIDAYS_OF[nation](year) if day.weekday() < 5}
        assert on_weekdays == {date.fromisoformat(f"{year}-{day}") for day in days.split()}, (nation, year)
    for (nation, year), days in PUBLISHED_WINTERS.items():
        winter = {day for day in HOLIDAYS_OF[nation](year) if day.weekday() < 5 and day.month in (1, 11, 12)}
        assert winter == {date.fromisoformat(f"{year}-{day}") for day in days.split()}, (nation, year)


def test_weekend_holidays_are_listed_besides_their_substitutes() -> None:
    assert {date(2027, 12, day) for day in (25, 26, 27, 28)} <= bank_holidays("ENG", 2027)
    assert {date(2024, 11, 30), date(2024, 12, 2)} <= bank_holidays("SCT", 2024)
    assert {date(2024, 3, 17), date(2024, 3, 18)} <= bank_holidays("NIR", 2024)


def test_every_nation_has_as_many_weekday_holidays_each_year() -> None:
    usual = {"ENG": 8, "WLS": 8, "SCT": 9, "NIR": 10}
    for nation in NATIONS:
        for year in range(2024, 2042):
            extra = (nation, year) == ("SCT", 2026)
            on_weekdays = [day for day in bank_holidays(nation, year) if day.weekday() < 5]
            assert len(on_weekdays) == usual[nation] + extra, (nation, year)


def test_easter() -> None:
    assert [easter_sunday(year).isoformat() for year in range(2024, 2042)] == EASTERS
    assert all(easter_sunday(year) == gregorian_easter(year) for year in range(1900, 2200))


def test_clock_changes() -> None:
    spring, autumn = at("2027-03-28 01:00 GMT"), at("2027-10-31 01:00 GMT")
    assert spring in CLOCK_CHANGES
    assert autumn in CLOCK_CHANGES
    assert shown_in_london(spring - 1) == "2027-03-28T00:59:59.999999"
    assert shown_in_london(spring) == "2027-03-28T02:00:00"
    assert shown_in_london(autumn - 1) == "2027-10-31T01:59:59.999999"
    assert shown_in_london(autumn) == "2027-10-31T01:00:00"


def test_wall_times_outside_the_night_hour_go_there_and_back() -> None:
    first, last = day_number("2024-01-01"), day_number("2041-12-31")
    for day in range(first, last + 1):
        for hour in (0, 5, 9, 17, 23):
            time_of_day = hour * 3_600_000_000
            assert to_london(from_london(day, time_of_day)) == (day, time_of_day)


def test_school_days() -> None:
    days = list(iter_working_days(SCHOOL))
    # Terms of 8, 7 and 6 weeks, Monday to Friday, without a bank holiday in them.
    assert (days[0], days[-1], len(days)) == (date(2025, 9, 1), date(2026, 2, 13), 5 * (8 + 7 + 6))


def test_dates_and_strings_and_kinds_of_keys_are_alike() -> None:
    as_text: Calendar = {**SHUT, "closures": ["2025-08-01", "2025-08-04"]}
    assert lay_out(as_text) == lay_out(SHUT)
    assert lay_out({**OFFICE, "hours": {"2": ["09:00", "12:30"]}}) == lay_out(SHORT_WEDNESDAY)
    assert lay_out({**OFFICE, "terms": None, "hours": None, "closures": None}) == lay_out(OFFICE)


def test_a_changed_calendar_is_not_answered_from_memory() -> None:
    changing: Calendar = {**OFFICE}
    assert due("1 working_days", at("2025-06-02 10:00 BST"), changing) == at("2025-06-03 17:00 BST")
    changing["closes"] = "16:00"
    assert due("1 working_days", at("2025-06-02 10:00 BST"), changing) == at("2025-06-03 16:00 BST")


def raises(error: type[Exception], action: Callable[..., object], *arguments: object) -> bool:
    """Tell whether a call raises an error."""
    try:
        action(*arguments)
    except error:
        return True
    return False


def test_refusals() -> None:
    notice = at("2025-06-02 10:00 BST")
    for amount in ("", "days", "0 hours", "-1 hours", "3 fortnights", "same_working_day until 25:00"):
        assert raises(ValueError, due, amount, notice, OFFICE), amount
    for before in ("2 calendar_days", "2 working_hours", "same_working_day", "next_sitting"):
        assert raises(ValueError, remind, before, notice, notice, OFFICE), before
    for hours in (("04:59", "17:00"), ("09:00", "09:00"), ("09:00", "24:00"), ("9:00", "17:00")):
        assert raises(ValueError, parse_hours, *hours), hours


def test_horizon() -> None:
    last_day_of_school = at("2026-02-13 10:00 GMT")
    assert raises(BeyondHorizonError, due, "1 working_days", last_day_of_school, SCHOOL)
    assert raises(BeyondHorizonError, due, "1 working_days", at("2023-12-31 23:59 GMT"), OFFICE)
    assert due("1 working_days", at("2024-01-01 00:00 GMT"), OFFICE) == at("2024-01-03 17:00 GMT")


# --- The questions ------------------------------------------------------------------------------------------


def test_questions_are_seeded() -> None:
    assert list(islice(questions(5), 50)) == list(islice(questions(5), 50))
    assert list(islice(questions(5), 50)) != list(islice(questions(6), 50))
    assert calendars(5) == calendars(5)
    assert len(calendars(5)) == CALENDARS


def test_questions_hold_every_kind() -> None:
    asked = list(islice(questions(1), 5000))
    kinds = {question.amount.lstrip("0123456789 ").split()[0] for question in asked}
    assert kinds == {
        "seconds",
        "minutes",
        "hours",
        "working_hours",
        "working_days",
        "calendar_days",
        "weeks",
        "same_working_day",
        "next_sitting",
    }
    assert any(" until " in question.amount for question in asked)
    assert all(
        at("2024-01-01 00:00 GMT") <= question.notice_us < at("2040-07-01 00:00 BST") for question in asked
    )


# --- A slow second opinion: day by day, with its own clock and holidays -------------------------------------

DAY = timedelta(days=1)


def shown_in_london(instant: int) -> str:
    """Write the London wall time of an instant."""
    day, time_of_day = to_london(instant)
    return (datetime(1970, 1, 1) + timedelta(days=day, microseconds=time_of_day)).isoformat()


def gregorian_easter(year: int) -> date:
    """Return Easter Sunday by the anonymous Gregorian computus of 1876."""
    golden, (century, rest) = year % 19, divmod(year, 100)
    leap_centuries, century_rest = divmod(century, 4)
    moon = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - moon + 15) % 30
    weekday = (32 + 2 * century_rest + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def mondays(year: int, month: int) -> list[date]:
    """List the Mondays of a month."""
    return [date(year, month, week[0]) for week in monthcalendar(year, month) if week[0]]


def walked_holidays(nation: str, year: int) -> set[date]:
    """Return the bank holidays of a year, moving each one on from the weekend past those already taken."""
    fixed = {"SCT": [(1, 1), (1, 2), (11, 30)], "NIR": [(1, 1), (3, 17), (7, 12)]}.get(nation, [(1, 1)])
    days = {date(year, month, day) for month, day in [*fixed, (12, 25), (12, 26)]}
    for day in sorted(day for day in days if day.weekday() >= 5):
        substitute = day + DAY
        while substitute in days or substitute.weekday() >= 5:
            substitute += DAY
        days.add(substitute)
    easter = gregorian_easter(year)
    days |= {easter - 2 * DAY, mondays(year, 5)[0], mondays(year, 5)[-1]}
    days |= {mondays(year, 8)[0]} if nation == "SCT" else {mondays(year, 8)[-1], easter + DAY}
    return days | ({date(2026, 6, 15)} if (nation, year) == ("SCT", 2026) else set())


def last_sunday(year: int, month: int) -> int:
    """Return the day of the month of its last Sunday."""
    return max(week[6] for week in monthcalendar(year, month))


def walked_london(instant: int) -> datetime:
    """Return the London wall time of an instant as a naive datetime."""
    utc = datetime(1970, 1, 1) + instant * MICROSECOND
    starts = datetime(utc.year, 3, last_sunday(utc.year, 3), 1)
    ends = datetime(utc.year, 10, last_sunday(utc.year, 10), 1)
    return utc + timedelta(hours=starts <= utc < ends)


def walked_utc(wall: datetime) -> int:
    """Return the instant of a London wall time in working hours: whole days of summer time."""
    starts = date(wall.year, 3, last_sunday(wall.year, 3))
    ends = date(wall.year, 10, last_sunday(wall.year, 10))
    return (wall - timedelta(hours=starts <= wall.date() < ends) - datetime(1970, 1, 1)) // MICROSECOND


class Walker:
    """Answers questions for one calendar by looking at one day after another."""

    def __init__(self, calendar: Calendar) -> None:
        """Read the calendar."""
        self.calendar = calendar
        self.hours = calendar.get("hours") or {}
        self.closures = {date.fromisoformat(str(day)) for day in calendar.get("closures") or ()}
        terms = calendar.get("terms") or ()
        self.terms = [(date.fromisoformat(str(a)), date.fromisoformat(str(b))) for a, b in terms]
        self.holidays = {
            day for year in range(2023, 2043) for day in walked_holidays(calendar["nation"], year)
        }

    def works(self, day: date) -> bool:
        """Tell whether a day is a working day."""
        if day in self.holidays or day in self.closures or day.weekday() not in self.calendar["weekdays"]:
            return False
        return not self.terms or any(first <= day <= last for first, last in self.terms)

    def wall(self, day: date, which: int) -> datetime:
        """Return opening (0) or closing (1) of a day as wall time."""
        usual = (self.calendar["opens"], self.calendar["closes"])
        hours = self.hours.get(day.weekday()) or self.hours.get(str(day.weekday())) or usual
        return datetime.combine(day, time.fromisoformat(hours[which]))

    def onward(self, day: date) -> date:
        """Return the day itself if it is a working day, else the next one."""
        while not self.works(day):
            day += DAY
        return day

    def step(self, day: date, count: int, direction: int = 1) -> date:
        """Return the count-th working day after (or before) a day."""
        while count:
            day += direction * DAY
            count -= self.works(day)
        return day

    def day_of_notice(self, notice: datetime) -> date:
        """Return the day of notice."""
        day = notice.date()
        in_time = self.works(day) and notice < self.wall(day, 1)
        return day if in_time else self.onward(day + DAY)

    def working_hours(self, notice_us: int, count: int) -> int:
        """Return when the agency has been open for `count` hours."""
        left, day = count * 3_600_000_000, walked_london(notice_us).date()
        while True:
            day = self.onward(day)
            start = max(notice_us, walked_utc(self.wall(day, 0)))
            available = max(0, walked_utc(self.wall(day, 1)) - start)
            if left <= available:
                return start + left
            left -= available
            day += DAY

    def same_day(self, notice: datetime, day: date, amount: str) -> date:
        """Return the day on which a same_working_day amount runs out."""
        cut_off = amount.partition(" until ")[2]
        too_late = cut_off and notice.date() == day and notice.time() >= time.fromisoformat(cut_off)
        return self.step(day, 1) if too_late else day

    def due(self, question: Question) -> int:
        """Return when the amount runs out."""
        number, _, unit = question.amount.partition(" ")
        elapsed = {"seconds": 1, "minutes": 60, "hours": 3600}.get(unit)
        if elapsed:
            return question.notice_us + int(number) * elapsed * 1_000_000
        if unit == "working_hours":
            return self.working_hours(question.notice_us, int(number))
        return walked_utc(self.wall(self.due_day(question, number, unit), 1))

    def due_day(self, question: Question, number: str, unit: str) -> date:
        """Return the day at whose closing the amount runs out."""
        notice = walked_london(question.notice_us)
        day = self.day_of_notice(notice)
        if number == "same_working_day":
            return self.same_day(notice, day, question.amount)
        if number == "next_sitting":
            sittings = (date.fromisoformat(sitting) for sitting in question.sittings)
            return next((sitting for sitting in sittings if sitting >= day), None) or self.step(day, 20)
        if unit == "working_days":
            return self.step(day, int(number))
        return self.onward(day + int(number) * (7 if unit == "weeks" else 1) * DAY)

    def remind(self, before: str, due_us: int, notice_us: int) -> int | None:
        """Return when to remind; a walk that leaves 2024 backwards is before any notice."""
        number, unit = before.split()
        elapsed = {"seconds": 1, "minutes": 60, "hours": 3600}.get(unit)
        if elapsed:
            instant = due_us - int(number) * elapsed * 1_000_000
            return instant if instant > notice_us else None
        day = walked_london(due_us).date()
        for _ in range(int(number) * (5 if unit == "weeks" else 1)):
            day -= DAY
            while not self.works(day) and day.year > 2022:
                day -= DAY
        instant = walked_utc(self.wall(day, 0))
        return instant if instant > notice_us else None


SECOND_OPINIONS = 4000


def test_second_opinion() -> None:
    seed, count = 11, SECOND_OPINIONS
    agencies = calendars(seed)
    walkers = [Walker(agency) for agency in agencies]
    for question, reply in answered(seed, count, agencies):
        walker = walkers[question.calendar]
        assert walker.due(question) == reply.due_us, (question, agencies[question.calendar])
        if question.before:
            reminder = walker.remind(question.before, reply.due_us, question.notice_us)
            assert reminder == reply.remind_us, (question, agencies[question.calendar])


def main() -> None:
    """Run all tests without pytest."""
    for example in DUE_EXAMPLES:
        test_due(example)
    for reminder in REMINDER_EXAMPLES:
        test_reminder(reminder)
    plain = [test for name, test in globals().items() if name.startswith("test_")]
    plain = [test for test in plain if test not in (test_due, test_reminder)]
    for test in plain:
        test()
    print(f"{len(DUE_EXAMPLES) + len(REMINDER_EXAMPLES)} worked examples and {len(plain)} other tests passed")


if __name__ == "__main__":
    main()
