"""A deadline in hours ends in the middle of the night when it must; its reminder comes when somebody reads it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.amount import Amount
from workflows.calendar import WorkingCalendar
from workflows.deadlines import due_instant, reminder_at_work
from workflows.vocabulary import Unit

LONDON = ZoneInfo("Europe/London")
OFFICE = WorkingCalendar("ENG")
TWO_HOURS = Amount(2, Unit.HOURS)


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


@pytest.mark.parametrize(
    ("notice", "hours", "due"),
    [("2026-11-20 23:30", 4, "2026-11-21 03:30"), ("2026-12-24 16:00", 24, "2026-12-25 16:00")],
)
def test_a_person_at_immediate_risk_does_not_wait_for_office_hours(notice: str, hours: int, due: str) -> None:
    assert due_instant(Amount(hours, Unit.HOURS), london(notice), OFFICE) == london(due)


@pytest.mark.parametrize(
    ("notice", "due", "reminder"),
    [
        ("2026-11-18 10:00", "2026-11-18 16:00", "2026-11-18 14:00"),  # they are at work
        ("2026-11-18 10:00", "2026-11-19 10:30", "2026-11-19 09:00"),  # 8:30: half an hour later they open
        ("2026-11-19 10:00", "2026-11-21 03:00", "2026-11-20 09:00"),  # in the night: when they last opened
        ("2026-11-18 10:00", "2026-11-20 09:00", "2026-11-19 09:00"),  # due as they open: the day before
        ("2026-11-20 10:00", "2026-11-22 03:00", None),  # told on Friday after they had opened: that was it
        ("2026-11-20 22:00", "2026-11-21 06:00", None),  # told and due in one night
        ("2026-11-18 10:00", "2026-11-18 11:00", None),  # too short to be reminded of
    ],
)
def test_a_reminder_keeps_office_hours(notice: str, due: str, reminder: str | None) -> None:
    found = reminder_at_work(london(due), TWO_HOURS, london(notice), OFFICE)
    assert found == (london(reminder) if reminder else None)


@given(st.integers(0, 365 * 24 * 60), st.integers(1, 200), st.integers(1, 72))
def test_whatever_the_hours_somebody_is_there_and_it_is_in_between(
    minute: int, long: int, before: int
) -> None:
    notice = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    due = notice + timedelta(hours=long)
    found = reminder_at_work(due, Amount(before, Unit.HOURS), notice, OFFICE)
    if found is not None:
        assert notice < found < due
        assert OFFICE.is_open(found)
