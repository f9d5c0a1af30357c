"""An agency's hours, terms and closures as people write them in a file, and as they are kept.

hours      wed 09:00-12:30 sat 09:00-12:00 fri closed
terms      2026-09-02..2026-12-18 2027-01-05..2027-03-26
closures   2026-12-24 2026-12-29..2026-12-31
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import pairwise

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
USUAL_WEEK = frozenset({0, 1, 2, 3, 4})
CLOSED = "closed"
LONGEST_SPAN = 366
_TIMES = re.compile(r"(([01]\d|2[0-3]):[0-5]\d)-(([01]\d|2[0-3]):[0-5]\d)")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_FOR_EXAMPLE = "for example 'wed 09:00-12:30 fri closed'"

Hours = tuple[tuple[int, time, time], ...]
Terms = tuple[tuple[date, date], ...]


@dataclass(frozen=True, slots=True)
class Week:
    """The weekdays on which an agency works, Monday is 0, and those with other hours than usual."""

    weekdays: frozenset[int]
    hours: Hours


def week(written: str) -> Week:
    """The usual week with what is written of some days: other hours, or closed.

    A Saturday or Sunday that has hours is worked. Raises ValueError, in words, for what cannot be read.
    """
    words, days, hours = written.lower().split(), set(USUAL_WEEK), {}
    if len(words) % 2:
        raise ValueError(f"hours are a weekday and its times, {_FOR_EXAMPLE}")
    for name, times in zip(words[::2], words[1::2], strict=True):
        day = _weekday(name)
        if day in hours:
            raise ValueError(f"{name} has hours twice")
        hours[day] = _times(times)
        (days.discard if hours[day] is None else days.add)(day)
    if not days:
        raise ValueError("an agency works on one day of the week at least")
    return Week(frozenset(days), tuple((day, *open_) for day, open_ in sorted(hours.items()) if open_))


def _weekday(name: str) -> int:
    if name not in WEEKDAYS:
        raise ValueError(f"{name!r} is not a weekday; known are {', '.join(WEEKDAYS)}")
    return WEEKDAYS.index(name)


def _times(written: str) -> tuple[time, time] | None:
    """When it opens and closes, or None for closed."""
    if written == CLOSED:
        return None
    found = _TIMES.fullmatch(written)
    if found is None:
        raise ValueError(f"{written!r} are not the hours of a day, {_FOR_EXAMPLE}")
    opens, closes = time.fromisoformat(found[1]), time.fromisoformat(found[3])
    if opens >= closes:
        raise ValueError(f"{written} closes before it opens")
    return opens, closes


def terms(written: str) -> Terms:
    """First and last days of terms, in order. Raises ValueError, in words, for what cannot be read.

    Terms that overlap are a slip of the pen, and a term of more than a year is a wrong year.
    """
    read = []
    for span in written.split():
        first, dots, last = span.partition("..")
        if not dots:
            raise ValueError(
                f"{span!r} is not a term; write its first and last day as 2026-09-02..2026-12-18"
            )
        read.append(_span(first, last))
    found = tuple(sorted(read))
    for (_, ends), (begins, _) in pairwise(found):
        if begins <= ends:
            raise ValueError(f"the term that begins on {begins} begins before the one before it ends")
    return found


def closures(written: str) -> frozenset[date]:
    """Days off, one by one or as first..last. Raises ValueError, in words, for what cannot be read."""
    return frozenset(day for span in written.split() for day in _days(span))


def _days(span: str) -> Iterator[date]:
    first, _, last = span.partition("..")
    begins, ends = _span(first, last or first)
    return (begins + timedelta(days=n) for n in range((ends - begins).days + 1))


def _span(first: str, last: str) -> tuple[date, date]:
    begins, ends = _day(first), _day(last)
    if begins > ends:
        raise ValueError(f"{first}..{last} ends before it begins")
    if (ends - begins).days >= LONGEST_SPAN:
        raise ValueError(f"{first}..{last} is longer than a year")
    return begins, ends


def _day(written: str) -> date:
    # The pattern first: `fromisoformat` also takes 20260902 and 2026-W36-3.
    try:
        if _DATE.fullmatch(written):
            return date.fromisoformat(written)
    except ValueError:
        pass
    raise ValueError(f"{written!r} is not a date such as 2026-09-02")


def hours_as_kept(week: Week) -> str:
    """The hours of single weekdays as text that `week` reads."""
    return " ".join(f"{WEEKDAYS[day]} {opens:%H:%M}-{closes:%H:%M}" for day, opens, closes in week.hours)


def terms_as_kept(terms: Terms) -> str:
    """Terms as text that `terms` reads."""
    return " ".join(f"{first}..{last}" for first, last in terms)


def closures_as_kept(days: frozenset[date]) -> str:
    """Days off as text that `closures` reads: one by one, in order."""
    return " ".join(map(str, sorted(days)))
