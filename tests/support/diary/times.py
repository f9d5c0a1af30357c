"""What the diary knows of the procedure: its stages, who has how long in them, and when time is up."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tests.support.diary.town import CLOSES, LONDON

REVIEW, SENIOR, ARBITRATION = "Manager review", "Senior challenge", "Board arbitration"
FOLLOW_UP, CLOSED = "Follow-up", "Closed"
UP = {REVIEW: SENIOR, SENIOR: ARBITRATION}
ON_ENTERING = {REVIEW: ("reply", "view"), SENIOR: ("position",), ARBITRATION: ("decision",),
               FOLLOW_UP: ("follow-up",), CLOSED: ()}  # fmt: skip
"""What is asked for when a stage begins."""

BANK_HOLIDAYS = {
    2026: {(4, 3), (4, 6), (5, 4), (5, 25), (8, 31), (12, 25), (12, 28)},
    2027: {(1, 1), (3, 26), (3, 29), (5, 3), (5, 31), (8, 30), (12, 27), (12, 28)},
}


@dataclass(frozen=True)
class Time:
    """How many working days somebody has, on the usual and on the urgent track, and when asked again."""

    usual: int
    urgent: int
    again: int = 0
    climbs: bool = False


TIMES = {
    "reply": Time(5, 1, climbs=True),
    "position": Time(3, 1, climbs=True),
    "view": Time(2, 1),
    "information": Time(2, 1, again=1),
    "answer": Time(3, 1, again=2),
    "decision": Time(10, 2, again=2),
    "follow-up": Time(30, 30, again=5),
}
"""All in working days but the follow-up, which is asked for after thirty days of the calendar."""


def due(told: datetime, days: int, agency: str, *, calendar_days: bool = False) -> datetime:
    """When time is up: at closing time, after so many days; told after closing is told the next day."""
    closing, local = CLOSES.get(agency, time(17, 0)), told.astimezone(LONDON)
    after_hours = _works(local.date()) and local.time() >= closing
    day = _next_working(local.date() + timedelta(days=int(after_hours)))
    if calendar_days:
        day = _next_working(day + timedelta(days=days))
    else:
        for _ in range(days):
            day = _next_working(day + timedelta(days=1))
    return datetime.combine(day, closing, LONDON)


def _works(day: date) -> bool:
    return day.weekday() < 5 and (day.month, day.day) not in BANK_HOLIDAYS[day.year]


def _next_working(day: date) -> date:
    while not _works(day):
        day += timedelta(days=1)
    return day
