"""Who opened unusually many cases: against their own weeks, and honest about those who have none yet."""

from datetime import UTC, datetime, timedelta

import pytest

from escalation.audit_commands import lines_of
from escalation.reporting.lookups import Lookups, Opening, is_outside_hours, unusual

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def opened(account: int, *per_week: int) -> list[Opening]:
    """So many different cases in each week, the last week first."""
    return [
        Opening(account, 100 * week + case, NOW - timedelta(days=7 * week + 1))
        for week, count in enumerate(per_week)
        for case in range(count)
    ]


@pytest.mark.parametrize(
    ("weeks", "found"),
    [
        ((9, 2, 3, 3, 4), True),
        ((8, 2, 3, 3, 4), False),
        ((4, 0, 0, 0, 1), False),
        ((5, 0, 0, 0, 1), True),
        ((12, 5, 5, 5, 5, 5), False),
        ((6, 1), True),
    ],
)
def test_unusual_is_many_and_three_times_ones_own_median(weeks: tuple[int, ...], found: bool) -> None:
    rows = unusual(opened(1, *weeks), {1: "A"}, NOW)
    assert [row.last_week for row in rows] == ([weeks[0]] if found else [])


def test_who_is_too_new_has_no_usual_week_and_the_report_says_so() -> None:
    (row,) = unusual(opened(1, 6, 1), {}, NOW)
    assert row.usual is None
    report = Lookups(NOW, "Europe/London", (row,), (), (), ())
    assert lines_of(report) == ["unusually many: account 1 opened 6 in 7 days, usually not known yet"]


def test_the_same_case_opened_again_counts_once_in_a_week() -> None:
    assert unusual([Opening(1, 7, NOW - timedelta(hours=n)) for n in range(40)], {}, NOW) == ()


@pytest.mark.parametrize(
    ("at", "outside"),
    [
        (datetime(2026, 11, 27, 6, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 27, 7, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 27, 20, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 28, 12, 0, tzinfo=UTC), True),
        (datetime(2026, 7, 1, 6, 30, tzinfo=UTC), False),
    ],
)
def test_hours_are_those_of_the_partnerships_own_clock(at: datetime, outside: bool) -> None:
    assert is_outside_hours(at, "Europe/London") is outside


def test_nothing_to_ask_about_is_said() -> None:
    assert lines_of(Lookups(NOW, "Europe/London", (), (), (), ())) == ["nothing to ask about"]
