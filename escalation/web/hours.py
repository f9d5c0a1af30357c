"""The words for when an agency works: its week, its terms, the days on which it is closed."""

from datetime import date, time
from itertools import groupby

from escalation.services.places import WorkingTimeView

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def opening(agency: WorkingTimeView) -> str:
    """For example: Monday to Wednesday 9am to 5pm, Thursday 9am to 12:30pm, Friday 9am to 5pm."""
    days = groupby(enumerate(agency.week), key=lambda item: item[1])
    return ", ".join(_row([n for n, _ in same], hours) for hours, same in days if hours)


def _row(days: list[int], hours: tuple[time, time]) -> str:
    between = " and " if len(days) == 2 else " to "
    names = _DAYS[days[0]] if len(days) == 1 else f"{_DAYS[days[0]]}{between}{_DAYS[days[-1]]}"
    return f"{names} {_clock(hours[0])} to {_clock(hours[1])}"


def _clock(when: time) -> str:
    minutes = f":{when.minute:02d}" if when.minute else ""
    return f"{when.hour % 12 or 12}{minutes}{'am' if when.hour < 12 else 'pm'}"


def terms(agency: WorkingTimeView) -> str:
    """The terms that run or are to come."""
    if agency.all_year:
        return "All year"
    return ", ".join(f"{_day(first)} to {_day(last)}" for first, last in agency.terms)


def terms_end(agency: WorkingTimeView) -> str:
    """That the terms end soon or have ended, and what is counted then."""
    if agency.terms_end is None:
        return ""
    return f"No term is known after {_day(agency.terms_end)}: every weekday will be counted"


def closures(agency: WorkingTimeView) -> str:
    """The days off that are to come, besides bank holidays."""
    return ", ".join(map(_day, agency.closures)) or "None"


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
