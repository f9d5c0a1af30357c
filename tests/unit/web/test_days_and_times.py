"""How days, times and the time that is left are said."""

import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.web import words
from tests.unit.web.views_by_hand import DUE, FIVE_DAYS, LONDON, TOLD, a_deadline


def test_a_day_has_its_name_and_the_year_only_when_asked_for() -> None:
    assert words.day(DUE) == "Wednesday 25 November"
    assert words.day(DUE, year=True) == "Wednesday 25 November 2026"
    assert words.day(date(2026, 12, 1)) == "Tuesday 1 December"


def test_a_day_is_the_day_where_the_people_are() -> None:
    late_in_summer = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    assert words.day(late_in_summer, LONDON) == "Wednesday 1 July"
    assert words.day(late_in_summer, "UTC") == "Tuesday 30 June"
    assert (
        words.day(datetime(2026, 12, 31, 23, 59, tzinfo=UTC), LONDON, year=True)
        == "Thursday 31 December 2026"
    )


@pytest.mark.parametrize(
    ("hour", "minute", "said"),
    [(0, 0, "12am"), (0, 5, "12:05am"), (9, 12, "9:12am"), (11, 59, "11:59am"), (12, 0, "12pm"),
     (12, 30, "12:30pm"), (17, 0, "5pm"), (23, 59, "11:59pm")],
)  # fmt: skip
def test_a_time_is_said_as_people_say_it(hour: int, minute: int, said: str) -> None:
    assert words.clock_time(datetime(2026, 11, 25, hour, minute, tzinfo=UTC), LONDON) == said


def test_a_time_in_summer_is_an_hour_later_than_in_utc() -> None:
    assert words.clock_time(datetime(2026, 7, 1, 16, 0, tzinfo=UTC), LONDON) == "5pm"


def test_a_moment_has_day_and_time_and_a_short_one_no_year() -> None:
    assert words.moment(DUE, LONDON) == "Wednesday 25 November 2026 at 5pm"
    assert words.short_moment(TOLD, LONDON) == "Wednesday 18 November, 5:51pm"


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0 working days"), (1, "1 working day"), (2, "2 working days"), (21, "21 working days")],
)
def test_one_working_day_is_one_and_all_others_are_days(count: int, said: str) -> None:
    assert words.working_days(count) == said


@pytest.mark.parametrize(
    ("left", "said"),
    [(2, "2 working days left"), (1, "1 working day left"), (0, "due today at 5pm"),
     (-1, "past its time by 1 working day"), (-3, "past its time by 3 working days")],
)  # fmt: skip
def test_the_time_left_is_counted_due_today_or_past(left: int, said: str) -> None:
    assert words.time_left(a_deadline(days_left=left)) == said


@given(st.integers(-400, 400))
def test_the_time_left_never_shows_a_minus_and_never_one_days(left: int) -> None:
    said = words.time_left(a_deadline(days_left=left))
    assert "-" not in said
    assert not re.search(r"\b1 working days\b", said)
    assert ("past its time" in said) == (left < 0)


@pytest.mark.parametrize(
    ("written", "said"),
    [("5 working_days", "5 working days"), ("1 working_days", "1 working day"), ("11 working_days", "11 working days"),
     ("30 calendar_days", "30 calendar days"), ("1 calendar_days", "1 calendar day"), ("2 hours", "2 hours"),
     ("1 hours", "1 hour"), ("1 weeks", "1 week"), ("2 weeks", "2 weeks"), ("1 minutes", "1 minute")],
)  # fmt: skip
def test_a_budget_of_the_protocol_is_said_in_words(written: str, said: str) -> None:
    assert words.budget(written) == said


def test_the_sum_names_each_day_that_counts_and_whose_closing_time_ends_it() -> None:
    assert words.the_sum(a_deadline()) == (
        "5 working days, told Wednesday 18 November, 5:51pm; the first is the day after: "
        "Thu 19 Nov, Fri 20 Nov, Mon 23 Nov, Tue 24 Nov, "
        "Wed 25 Nov. It ends when Northtown Hospitals closes: Wednesday 25 November 2026 at 5pm."
    )


def test_the_sum_says_when_an_evening_counts_as_the_next_working_day() -> None:
    told_late = a_deadline(counts_from=date(2026, 11, 19), days=FIVE_DAYS[1:])
    words_of_it = words.the_sum(told_late)
    assert "5:51pm, outside working hours, so it counts as told on Thu 19 Nov; the first" in words_of_it


def test_the_sum_of_a_single_day_is_from_and_until() -> None:
    one = a_deadline(
        budget="1 working_days", days=(date(2026, 11, 19),), due=datetime(2026, 11, 19, 17, tzinfo=UTC)
    )
    assert words.the_sum(one) == (
        "1 working day from Wednesday 18 November, 5:51pm: Thursday 19 November 2026 at 5pm."
    )


def test_the_sum_of_two_days_names_both() -> None:
    two = a_deadline(budget="2 working_days", days=FIVE_DAYS[:2])
    assert words.the_sum(two).startswith(
        "2 working days, told Wednesday 18 November, 5:51pm; the first is the day after: Thu 19 Nov, Fri 20 Nov. "
    )
