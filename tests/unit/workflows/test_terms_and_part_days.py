"""Calendars with terms and other hours on some days, and lengths of time that end inside a day."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows import amount
from workflows.calendar import PAST_TERMS, WorkingCalendar
from workflows.deadlines import (
    after_standstill,
    due_instant,
    remind_instant,
    spell_out,
    working_days_between,
)

LONDON = ZoneInfo("Europe/London")
TEN_MINUTES = timedelta(minutes=10)
OFFICE = WorkingCalendar("ENG")
SCHOOL = replace(
    OFFICE,
    terms=((date(2026, 9, 2), date(2026, 10, 23)), (date(2026, 11, 2), date(2026, 12, 18))),
)
HALF_WEDNESDAY = replace(OFFICE, hours=((2, time(8, 30), time(12, 30)),))
SITTINGS = (date(2026, 12, 8), date(2026, 11, 24))


def london(text: str) -> datetime:
    """A wall time in London."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


class TestASchool:
    @pytest.mark.parametrize(
        ("day", "works"),
        [
            ("2026-09-01", False),  # the day before the first term
            ("2026-09-02", True),
            ("2026-10-23", True),  # its last day
            ("2026-10-26", False),  # half term
            ("2026-10-30", False),
            ("2026-11-02", True),
            ("2026-11-07", False),  # a Saturday
            ("2026-12-18", True),
            ("2026-12-21", True),  # no further term is known, and the usual week counts
            ("2026-12-25", False),
        ],
    )
    def test_works_in_its_terms_and_after_the_last_one_that_is_known(self, day: str, works: bool) -> None:
        assert SCHOOL.is_working_day(date.fromisoformat(day)) is works

    def test_is_told_in_the_holidays_on_the_first_day_of_the_next_term(self) -> None:
        told = london("2026-10-27 10:00")
        assert SCHOOL.day_of_notice(told) == date(2026, 11, 2)
        assert due_instant(amount.parse("2 working_days"), told, SCHOOL) == london("2026-11-04 17:00")

    @pytest.mark.parametrize(
        ("due", "past"),
        [("2026-12-18 23:59", False), ("2026-12-19 00:00", True), ("2026-09-02 09:00", False)],
    )
    def test_says_of_a_deadline_that_its_terms_were_not_known_any_more(self, due: str, past: bool) -> None:
        assert SCHOOL.known_until == date(2026, 12, 18)
        assert SCHOOL.version_at(london(due)).endswith(PAST_TERMS) is past

    def test_differs_from_an_office_that_knows_no_terms(self) -> None:
        far = london("2040-01-04 10:00")
        assert OFFICE.known_until is None
        assert OFFICE.version_at(far) == OFFICE.version
        assert len(SCHOOL.version.rpartition(" ")[2]) == 8
        assert SCHOOL.version != replace(SCHOOL, terms=SCHOOL.terms[:1]).version

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"terms": ((date(2026, 9, 3), date(2026, 9, 2)),)}, "a term ends before it begins"),
            ({"hours": ((7, time(9), time(12)),)}, "Monday is 0 and Sunday 6"),
            ({"hours": ((-1, time(9), time(12)),)}, "Monday is 0 and Sunday 6"),
            ({"hours": ((2, time(12), time(12)),)}, "opens at 12:00:00 and closes at 12:00:00"),
        ],
    )
    def test_cannot_have_what_is_none(self, fields: dict[str, object], words: str) -> None:
        with pytest.raises(ValueError, match=words):
            replace(OFFICE, **fields)

    def test_may_have_a_term_of_a_day_and_hours_on_a_sunday(self) -> None:
        one = replace(OFFICE, terms=((date(2026, 9, 2), date(2026, 9, 2)),), hours=((6, time(9), time(12)),))
        assert one.hours_on(date(2026, 11, 22)) == (time(9), time(12))


class TestAClosedAfternoon:
    @pytest.mark.parametrize(
        ("at", "is_open"),
        [
            ("2026-11-18 08:29", False),
            ("2026-11-18 08:30", True),
            ("2026-11-18 12:29", True),
            ("2026-11-18 12:30", False),
            ("2026-11-19 08:59", False),
            ("2026-11-19 16:59", True),
            ("2026-11-21 10:00", False),
        ],
    )
    def test_is_when_nobody_is_there(self, at: str, is_open: bool) -> None:
        assert HALF_WEDNESDAY.is_open(london(at)) is is_open

    @pytest.mark.parametrize(
        ("at", "opens"),
        [
            ("2026-11-18 10:00", "2026-11-18 10:00"),
            ("2026-11-18 07:00", "2026-11-18 08:30"),
            ("2026-11-18 12:30", "2026-11-19 09:00"),
            ("2026-11-20 17:00", "2026-11-23 09:00"),
        ],
    )
    def test_ends_when_they_open_again(self, at: str, opens: str) -> None:
        assert HALF_WEDNESDAY.opens_next(london(at)) == london(opens)

    def test_makes_a_deadline_end_at_noon_on_that_day(self) -> None:
        told = london("2026-11-16 10:00")
        assert due_instant(amount.parse("2 working_days"), told, HALF_WEDNESDAY) == london("2026-11-18 12:30")


class TestWhatEndsInsideADay:
    @pytest.mark.parametrize(
        ("words", "told", "ends"),
        [
            ("same_working_day", "2026-11-18 10:00", "2026-11-18 17:00"),
            ("same_working_day", "2026-11-18 17:00", "2026-11-19 17:00"),
            ("same_working_day until 15:00", "2026-11-18 14:59", "2026-11-18 17:00"),
            ("same_working_day until 15:00", "2026-11-18 15:00", "2026-11-19 17:00"),
            (
                "same_working_day until 15:00",
                "2026-11-17 18:00",
                "2026-11-18 17:00",
            ),  # told the evening before
            ("same_working_day until 15:00", "2026-11-20 16:00", "2026-11-23 17:00"),
            ("4 working_hours", "2026-11-18 10:00", "2026-11-18 14:00"),
            ("4 working_hours", "2026-11-18 13:00", "2026-11-18 17:00"),  # to the minute of closing
            ("4 working_hours", "2026-11-18 13:01", "2026-11-19 09:01"),
            ("4 working_hours", "2026-11-18 07:00", "2026-11-18 13:00"),
            ("12 working_hours", "2026-11-20 16:00", "2026-11-24 12:00"),
            ("4 working_hours at most 24 hours", "2026-11-20 16:00", "2026-11-21 16:00"),
            ("30 hours", "2026-11-20 16:00", "2026-11-21 22:00"),
            ("3 calendar_days", "2026-11-16 10:00", "2026-11-19 17:00"),
            ("1 weeks", "2026-11-16 17:30", "2026-11-24 17:00"),
        ],
    )
    def test_is_as_on_the_wall(self, words: str, told: str, ends: str) -> None:
        assert due_instant(amount.parse(words), london(told), OFFICE) == london(ends)
        assert (
            spell_out(amount.parse(words), london(told), OFFICE)[-1] == london(ends).astimezone(LONDON).date()
        )

    @pytest.mark.parametrize(
        ("told", "ends"),
        [
            ("2026-11-18 10:00", "2026-11-24 17:00"),
            ("2026-11-24 16:59", "2026-11-24 17:00"),  # on the day itself
            ("2026-11-24 17:00", "2026-12-08 17:00"),
            ("2026-12-09 10:00", "2027-01-11 17:00"),  # none is known: twenty working days
        ],
    )
    def test_the_next_sitting_is_the_first_that_is_not_over(self, told: str, ends: str) -> None:
        found = due_instant(amount.parse("next_sitting"), london(told), OFFICE, SITTINGS)
        assert found == london(ends)
        shown = spell_out(amount.parse("next_sitting"), london(told), OFFICE, SITTINGS)
        assert shown == (london(ends).date(),)

    @given(st.integers(0, 6 * 24 * 365), st.integers(1, 20))
    def test_working_hours_are_those_in_which_it_is_open(self, told: int, hours: int) -> None:
        start = datetime(2026, 1, 1, tzinfo=UTC) + told * TEN_MINUTES
        due = due_instant(amount.parse(f"{hours} working_hours"), start, OFFICE)
        assert _open_for(start, due) == timedelta(hours=hours)


class TestAStandstill:
    @pytest.mark.parametrize(
        ("words", "told", "since", "until", "ends"),
        [
            # Three hours were left at noon on Friday: they are left on Monday at ten.
            (
                "4 working_hours",
                "2026-11-20 11:00",
                "2026-11-20 12:00",
                "2026-11-23 10:00",
                "2026-11-23 13:00",
            ),
            # Over a weekend: an hour on Friday and three on Monday were left.
            (
                "5 working_hours",
                "2026-11-20 15:00",
                "2026-11-20 16:00",
                "2026-11-24 09:00",
                "2026-11-24 13:00",
            ),
            # Nothing of it was open: at night, before anybody came.
            (
                "4 working_hours",
                "2026-11-19 18:00",
                "2026-11-19 20:00",
                "2026-11-20 08:00",
                "2026-11-20 13:00",
            ),
            ("24 hours", "2026-11-20 11:00", "2026-11-20 12:00", "2026-11-23 10:30", "2026-11-24 09:30"),
            (
                "2 working_days",
                "2026-11-18 10:00",
                "2026-11-18 12:00",
                "2026-11-18 16:00",
                "2026-11-20 17:00",
            ),
            (
                "2 working_days",
                "2026-11-18 10:00",
                "2026-11-18 12:00",
                "2026-11-18 17:00",
                "2026-11-23 17:00",
            ),
            (
                "2 working_days",
                "2026-11-18 10:00",
                "2026-11-20 18:00",
                "2026-11-23 09:00",
                "2026-11-20 17:00",
            ),
        ],
    )
    def test_gives_back_what_was_lost(self, words: str, told: str, since: str, until: str, ends: str) -> None:
        counted = amount.parse(words)
        due = due_instant(counted, london(told), OFFICE)
        assert after_standstill(due, london(since), london(until), counted, OFFICE) == london(ends)

    @given(st.integers(0, 6 * 24 * 10), st.integers(0, 6 * 24 * 10))
    def test_of_working_hours_gives_neither_more_nor_less_than_was_left(
        self, paused: int, stood: int
    ) -> None:
        told, counted = london("2026-11-02 10:00"), amount.parse("20 working_hours")
        due = due_instant(counted, told, OFFICE)
        since = min(told + paused * TEN_MINUTES, due)
        until = since + stood * TEN_MINUTES
        later = after_standstill(due, since, until, counted, OFFICE)
        assert _open_for(told, since) + _open_for(until, later) == timedelta(hours=20)


def _open_for(start: datetime, end: datetime) -> timedelta:
    """For how long the office is open, counted ten minutes by ten minutes."""
    steps = range((end - start) // TEN_MINUTES)
    return sum(OFFICE.is_open(start + n * TEN_MINUTES) for n in steps) * TEN_MINUTES


class TestReminders:
    @pytest.mark.parametrize(
        ("told", "reminder"),
        [
            ("2026-11-23 08:59", "2026-11-23 09:00"),
            ("2026-11-23 09:00", None),  # at the very instant it would come too late
            ("2026-11-24 10:00", None),  # there are not so many working days since the notice
        ],
    )
    def test_come_after_the_notice_or_not_at_all(self, told: str, reminder: str | None) -> None:
        due, two = london("2026-11-25 17:00"), amount.parse("2 working_days")
        found = remind_instant(due, two, london(told), OFFICE)
        assert found == (london(reminder) if reminder else None)


def test_a_deadline_of_today_is_late_by_a_day_as_soon_as_it_is_late() -> None:
    due = london("2026-11-25 17:00")
    assert working_days_between(due, due, OFFICE) == 0
    assert working_days_between(due + timedelta(microseconds=1), due, OFFICE) == -1


@pytest.mark.parametrize(("shut", "opens"), [(365, True), (366, False)])
def test_an_agency_that_is_shut_for_a_whole_leap_year_is_none(shut: int, opens: bool) -> None:
    first = date(2026, 2, 3)
    days = frozenset(first + timedelta(days=n) for n in range(shut))
    calendar = WorkingCalendar("ENG", weekdays=frozenset(range(7)), closures=days)
    if opens:
        assert calendar.on_or_after(first) == first + timedelta(days=shut)
    else:
        with pytest.raises(ValueError, match="no working day for a year"):
            calendar.on_or_after(first)
