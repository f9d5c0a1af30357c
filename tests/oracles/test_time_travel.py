"""Our deadlines beside an oracle that was written from the law and the specification alone.

`make time-travel` asks a million; here some thousands, and what is known to break clocks elsewhere.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.oracles import comparing
from tests.oracles.questions import CLOCK_CHANGES_ASKED, Answer, Question, answer, answered, calendars
from tests.oracles.working_time import HOUR_US, BeyondHorizonError, Calendar, from_london
from workflows import amount, deadlines
from workflows import calendar as working
from workflows.calendar import WorkingCalendar

SEED, ASKED = 20_261, 6_000
LONDON = ZoneInfo("Europe/London")
AMOUNTS = (
    "45 seconds", "90 minutes", "24 hours", "7 working_hours", "1 working_days", "5 working_days",
    "30 calendar_days", "2 weeks", "same_working_day", "same_working_day until 12:00", "next_sitting",
)  # fmt: skip
"""One of each kind of rule, and the usual ones."""
ALWAYS: Calendar = {"nation": "ENG", "weekdays": [*range(7)], "opens": "05:00", "closes": "23:59"}
AGENCIES: list[Calendar] = [
    {"nation": "ENG", "weekdays": [0, 1, 2, 3, 4], "opens": "09:00", "closes": "17:00"},
    {"nation": "SCT", "weekdays": [0, 1, 2, 3, 4], "opens": "08:30", "closes": "18:00",
     "hours": {"2": ["08:30", "12:30"], "4": ["10:00", "16:00"]}},
    {"nation": "NIR", "weekdays": [0, 1, 2, 3, 4, 5, 6], "opens": "05:00", "closes": "23:59"},
    {"nation": "WLS", "weekdays": [0, 1, 2, 3, 4], "opens": "08:30", "closes": "16:00",
     "terms": [[f"{y}-01-08", f"{y}-03-28"] for y in range(2024, 2042)]
     + [[f"{y}-04-10", f"{y}-07-20"] for y in range(2024, 2042)]
     + [[f"{y}-09-03", f"{y}-12-18"] for y in range(2024, 2042)]},
    ALWAYS,
]  # fmt: skip


@pytest.fixture(autouse=True)
def no_answer_is_remembered() -> Iterator[None]:
    """A deadline that was counted with a fault must not be found by the next test."""
    deadlines._due_instant.cache_clear()
    yield
    deadlines._due_instant.cache_clear()


@pytest.fixture(scope="module")
def thousands() -> tuple[list[tuple[Question, Answer]], list[Calendar]]:
    """Some thousands of questions with the oracle's answers, and the agencies that they are about."""
    agencies = calendars(SEED, 60)
    return list(answered(SEED, ASKED, agencies)), agencies


def asked_of_all(notices: list[int], before: str | None = "1 working_days") -> list[tuple[Question, Answer]]:
    """Every kind of rule for every agency at these instants; what needs the years after 2041 is left out."""
    sittings = tuple(f"{year}-{month:02d}-14" for year in range(2024, 2041) for month in (2, 6, 10))
    found = []
    for number, notice, rule in product(range(len(AGENCIES)), notices, AMOUNTS):
        question = Question(number, notice, rule, sittings, before)
        try:
            found.append((question, answer(question, AGENCIES[number])))
        except BeyondHorizonError:
            continue
    return found


def test_thousands_of_deadlines_and_reminders_are_the_oracles(
    thousands: tuple[list[tuple[Question, Answer]], list[Calendar]],
) -> None:
    found = comparing.compare(*thousands)
    assert found.asked.total() == ASKED
    assert found.differ.total() == 0, found.shown


def test_at_every_clock_change_of_london_every_kind_of_rule_holds() -> None:
    """T07. Told in the days before, in the night itself to the microsecond, and in the days after."""
    hours = (-66, -17, -1, 0, 1, 16, 31)
    notices = [c + h * HOUR_US + u for c in CLOCK_CHANGES_ASKED for h in hours for u in (-1, 0)]
    assert len(CLOCK_CHANGES_ASKED) == 33
    found = comparing.compare(asked_of_all(notices), AGENCIES)
    assert found.asked.total() == len(notices) * len(AGENCIES) * len(AMOUNTS)
    assert found.differ.total() == 0, found.shown


def _edges() -> Iterator[int]:
    """The last microsecond of a day and the first of the next, at ends of months and of years."""
    days = [date(year, month, 1) for year in (2024, 2031, 2040) for month in (1, 3, 4, 6)]
    days += [date(year, 12, day) for year in range(2024, 2040, 2) for day in (24, 25, 26, 27, 29, 31)]
    days += [date(year, 2, 29) for year in range(2024, 2040, 4)] + [date(y, 3, 1) for y in range(2024, 2040)]
    for day in days:
        midnight = from_london((day - date(1970, 1, 1)).days, 0)
        yield from (midnight - 1, midnight, midnight + 1)


def test_at_the_edges_of_days_months_and_years_every_kind_of_rule_holds() -> None:
    """T09. 23:59:59.999999 and 00:00, ends of months, Christmas to New Year, 29 February."""
    notices = [
        edge for edge in _edges() if edge >= from_london((date(2024, 1, 1) - date(1970, 1, 1)).days, 0)
    ]
    found = comparing.compare(asked_of_all(notices), AGENCIES)
    assert found.asked.total() > 10_000
    assert found.differ.total() == 0, found.shown


# ------------------------------------------------------------------ adding a day off


@given(
    st.sampled_from(range(len(AGENCIES))),
    st.timedeltas(timedelta(0), timedelta(days=365 * 15)),
    st.sampled_from(AMOUNTS),
    st.integers(0, 90),
)
def test_a_day_off_more_never_moves_a_deadline_earlier(
    number: int, passed: timedelta, rule: str, ahead: int
) -> None:
    """T06."""
    notice = datetime(2024, 1, 1, tzinfo=UTC) + passed
    calendar, counted = comparing.agency(AGENCIES[number]), amount.parse(rule)
    off = notice.astimezone(LONDON).date() + timedelta(days=ahead)
    resting = replace(calendar, closures=calendar.closures | {off})
    sittings = (notice.date() + timedelta(days=10), notice.date() + timedelta(days=40))
    usual, later = (deadlines.due_instant(counted, notice, c, sittings) for c in (calendar, resting))
    assert later >= usual


# ------------------------------------------------------------------ faults that must be seen


def _naive(self: WorkingCalendar, day: date) -> datetime:
    return datetime.combine(day, self.hours_on(day)[1], UTC)


def _a_week_late(self: WorkingCalendar, day: date) -> datetime:
    offset = datetime.combine(day - timedelta(days=7), time(12), LONDON).utcoffset()
    assert offset is not None
    return datetime.combine(day, self.hours_on(day)[1], UTC) - offset


def _inverted(self: WorkingCalendar, day: date) -> bool:
    return day.weekday() in self.weekdays and day in working.bank_holidays(self.nation, day.year)


def _after_closing(self: WorkingCalendar, notice: datetime) -> date:
    local = notice.astimezone(ZoneInfo(self.zone))
    late = self.is_working_day(local.date()) and local.time() > self.hours_on(local.date())[1]
    return self.on_or_after(local.date() + timedelta(days=1 if late else 0))


def _english(nation: str, year: int) -> frozenset[date]:
    return _bank_holidays("ENG", year)


def _days_before(due: datetime, before: amount.Amount, *_: object) -> datetime:
    return due - timedelta(days=before.count)


_bank_holidays = working.bank_holidays

FAULTS: dict[str, tuple[object, str, Callable[..., object]]] = {
    "holidays inverted": (WorkingCalendar, "is_working_day", _inverted),
    "naive local time": (WorkingCalendar, "closing", _naive),
    "< for <= at closing": (WorkingCalendar, "day_of_notice", _after_closing),
    "a clock change seen a week late": (WorkingCalendar, "closing", _a_week_late),
    "terms ignored": (WorkingCalendar, "_in_term", lambda self, day: True),
    "closed afternoons ignored": (WorkingCalendar, "hours_on", lambda self, day: (self.opens, self.closes)),
    "one nation for all": (working, "bank_holidays", _english),
    "reminders in days of the calendar": (deadlines, "_opening_before", _days_before),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_our_clock_is_seen(
    fault: str,
    thousands: tuple[list[tuple[Question, Answer]], list[Calendar]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    where, name, wrong = FAULTS[fault]
    monkeypatch.setattr(where, name, wrong)
    asked, agencies = thousands
    found = comparing.compare(asked[:3_000], agencies)
    assert found.differ.total() > 0, f"{fault}: nobody saw it"


def test_a_reminder_that_lies_before_the_notice_is_not_looked_for_back_to_the_beginning_of_time() -> None:
    """A school's terms begin in 2024: sixty weeks before a deadline in its first term there is nothing."""
    school = comparing.agency(AGENCIES[3])
    notice = datetime(2024, 1, 15, 10, tzinfo=UTC)
    due = deadlines.due_instant(amount.parse("5 working_days"), notice, school)
    assert deadlines.remind_instant(due, amount.parse("60 weeks"), notice, school) is None
