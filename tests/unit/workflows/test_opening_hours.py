"""An agency's hours, terms and closures: kept as they were written, refused in words when they are a slip."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.opening_hours import (
    LONGEST_SPAN,
    USUAL_WEEK,
    WEEKDAYS,
    Week,
    closures,
    closures_as_kept,
    hours_as_kept,
    terms,
    terms_as_kept,
    week,
)

minutes = st.times().map(lambda at: at.replace(second=0, microsecond=0))
open_hours = st.tuples(minutes, minutes).filter(lambda span: span[0] < span[1])
days = st.dates(date(2020, 1, 1), date(2040, 12, 31))


@st.composite
def several_terms(draw: st.DrawFn) -> tuple[tuple[date, date], ...]:
    """Terms one after the other, the next beginning a day or more after the one before it."""
    found, day = [], draw(days)
    for rest, length in draw(st.lists(st.tuples(st.integers(1, 60), st.integers(0, 300)), max_size=4)):
        first = day + timedelta(days=rest)
        day = first + timedelta(days=length)
        found.append((first, day))
    return tuple(found)


class TestTheHoursOfAWeek:
    def test_are_the_usual_ones_where_nothing_is_written(self) -> None:
        assert week("") == Week(frozenset({0, 1, 2, 3, 4}), ())
        assert hours_as_kept(week("")) == ""

    def test_say_which_days_are_other_than_usual(self) -> None:
        found = week("SAT 09:00-12:00 wed 09:00-12:30 fri closed")
        assert found.weekdays == {0, 1, 2, 3, 5}
        assert found.hours == ((2, time(9), time(12, 30)), (5, time(9), time(12)))
        assert hours_as_kept(found) == "wed 09:00-12:30 sat 09:00-12:00"

    @given(st.dictionaries(st.sampled_from(range(7)), open_hours))
    def test_read_back_as_they_were_kept(self, hours: dict[int, tuple[time, time]]) -> None:
        kept = tuple((day, *span) for day, span in sorted(hours.items()))
        found = week(hours_as_kept(Week(frozenset(), kept)))
        assert found == Week(USUAL_WEEK | frozenset(hours), kept)

    @pytest.mark.parametrize(
        ("written", "words"),
        [
            ("wed", "hours are a weekday and its times"),
            ("wed 09:00-12:30 fri", "hours are a weekday and its times"),
            ("day 09:00-12:30", "'day' is not a weekday; known are mon, tue, wed, thu, fri, sat, sun"),
            ("wed 9:00-12:30", "'9:00-12:30' are not the hours of a day, for example"),
            ("wed 09:00-24:00", "'09:00-24:00' are not the hours of a day"),
            ("wed 12:30-09:00", "12:30-09:00 closes before it opens"),
            ("wed 09:00-09:00", "09:00-09:00 closes before it opens"),
            ("wed 09:00-12:30 wed closed", "wed has hours twice"),
            (" ".join(f"{day} closed" for day in WEEKDAYS[:5]), "one day of the week at least"),
        ],
    )
    def test_are_refused_in_words(self, written: str, words: str) -> None:
        with pytest.raises(ValueError, match=words):
            week(written)

    def test_of_one_day_alone_are_a_week(self) -> None:
        assert week("mon closed tue closed wed closed thu closed").weekdays == {4}


class TestTerms:
    def test_stand_in_order_and_may_be_a_day_long(self) -> None:
        found = terms("2027-01-05..2027-03-26 2026-09-02..2026-09-02")
        assert found == (
            (date(2026, 9, 2), date(2026, 9, 2)),
            (date(2027, 1, 5), date(2027, 3, 26)),
        )
        assert terms_as_kept(found) == "2026-09-02..2026-09-02 2027-01-05..2027-03-26"

    @given(several_terms())
    def test_read_back_as_they_were_kept(self, found: tuple[tuple[date, date], ...]) -> None:
        assert terms(terms_as_kept(found)) == found

    def test_may_follow_each_other_without_a_day_between(self) -> None:
        assert len(terms("2026-09-02..2026-10-16 2026-10-17..2026-12-18")) == 2

    @pytest.mark.parametrize(
        ("written", "words"),
        [
            ("2026-09-02", "'2026-09-02' is not a term; write its first and last day as"),
            ("2026-12-18..2026-09-02", "2026-12-18..2026-09-02 ends before it begins"),
            ("2026-09-02..2026-12-18 2026-12-18..2027-03-26", "begins on 2026-12-18 begins before"),
            ("2026-09-02..2026-13-18", "'2026-13-18' is not a date such as 2026-09-02"),
            ("20260902..20261218", "'20260902' is not a date"),
            ("2026-09-02..", "'' is not a date"),
        ],
    )
    def test_are_refused_in_words(self, written: str, words: str) -> None:
        with pytest.raises(ValueError, match=words):
            terms(written)

    @given(days)
    def test_are_a_year_long_at_most_and_a_leap_year_is_one(self, first: date) -> None:
        assert LONGEST_SPAN == 366
        longest, longer = (first + timedelta(days=n) for n in (365, 366))
        assert terms(f"{first}..{longest}") == ((first, longest),)
        with pytest.raises(ValueError, match=f"{first}..{longer} is longer than a year"):
            terms(f"{first}..{longer}")


class TestClosures:
    def test_are_single_days_and_spans_of_days(self) -> None:
        found = closures("2026-12-29..2026-12-31 2026-12-24")
        assert found == {date(2026, 12, day) for day in (24, 29, 30, 31)}
        assert closures_as_kept(found) == "2026-12-24 2026-12-29 2026-12-30 2026-12-31"

    @given(st.frozensets(days, max_size=20))
    def test_read_back_as_they_were_kept(self, found: frozenset[date]) -> None:
        assert closures(closures_as_kept(found)) == found

    def test_that_end_before_they_begin_are_refused(self) -> None:
        with pytest.raises(ValueError, match="ends before it begins"):
            closures("2026-12-31..2026-12-29")
