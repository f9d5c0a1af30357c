"""Working days counted the slow way, to compare the service's sums with.

Nothing here comes from a holidays library or a time zone database. The bank holidays were written down
by hand from the rules (first Monday of May, Easter by its known dates, the next free weekday for a
holiday on a weekend), and London's clock is worked out from its two Sundays.
"""

from datetime import UTC, date, datetime, time, timedelta

YEARS = (2025, 2026, 2027)

_ENGLAND = (
    "2025-01-01 2025-04-18 2025-04-21 2025-05-05 2025-05-26 2025-08-25 2025-12-25 2025-12-26 "
    "2026-01-01 2026-04-03 2026-04-06 2026-05-04 2026-05-25 2026-08-31 2026-12-25 2026-12-28 "
    "2027-01-01 2027-03-26 2027-03-29 2027-05-03 2027-05-31 2027-08-30 2027-12-27 2027-12-28"
)
# The second of January, no Easter Monday, summer in early August, St Andrew, and the proclaimed
# Monday of the football summer of 2026.
_SCOTLAND = (
    "2025-01-01 2025-01-02 2025-04-18 2025-05-05 2025-05-26 2025-08-04 2025-12-01 2025-12-25 2025-12-26 "
    "2026-01-01 2026-01-02 2026-04-03 2026-05-04 2026-05-25 2026-06-15 2026-08-03 2026-11-30 2026-12-25 "
    "2026-12-28 "
    "2027-01-01 2027-01-04 2027-03-26 2027-05-03 2027-05-31 2027-08-02 2027-11-30 2027-12-27 2027-12-28"
)
# St Patrick and the Twelfth as well.
_NORTHERN_IRELAND = _ENGLAND + " 2025-03-17 2025-07-14 2026-03-17 2026-07-13 2027-03-17 2027-07-12"

# Where a holiday falls on a weekend, an agency that works at weekends rests on that day too.
_AT_WEEKENDS = {
    "ENG": "2026-12-26 2027-12-25 2027-12-26",
    "WLS": "2026-12-26 2027-12-25 2027-12-26",
    "SCT": "2025-11-30 2026-12-26 2027-01-02 2027-12-25 2027-12-26",
    "NIR": "2025-07-12 2026-07-12 2026-12-26 2027-12-25 2027-12-26",
}

BANK_HOLIDAYS = {
    nation: frozenset(date.fromisoformat(day) for day in f"{days} {_AT_WEEKENDS[nation]}".split())
    for nation, days in {
        "ENG": _ENGLAND,
        "WLS": _ENGLAND,
        "SCT": _SCOTLAND,
        "NIR": _NORTHERN_IRELAND,
    }.items()
}


def working_days(nation: str, week: frozenset[int], closures: frozenset[date]) -> list[date]:
    """Every working day of the three years, one calendar day after the other."""
    day, found = date(YEARS[0], 1, 1), []
    while day.year <= YEARS[-1]:
        if day.weekday() in week and day not in BANK_HOLIDAYS[nation] and day not in closures:
            found.append(day)
        day += timedelta(days=1)
    return found


def london_to_utc(day: date, wall: time) -> datetime:
    """A wall time in London as an instant, for wall times that are not in the night of a change."""
    summer = _last_sunday(day.year, 3) <= day < _last_sunday(day.year, 10)
    return datetime.combine(day, wall, UTC) - timedelta(hours=1 if summer else 0)


def due(notice: datetime, count: int, days: list[date], closes: time) -> datetime:
    """The first working day whose closing is still to come is day nought; the Nth after it is due."""
    nought = next(i for i, day in enumerate(days) if london_to_utc(day, closes) > notice)
    return london_to_utc(days[nought + count], closes)


def _last_sunday(year: int, month: int) -> date:
    day = date(year, month, 31)
    while day.isoweekday() != 7:
        day -= timedelta(days=1)
    return day
