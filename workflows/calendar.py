"""The working days of an agency: its week, its hours, the bank holidays of its nation, local closures."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib.metadata import version
from zoneinfo import ZoneInfo

import holidays

NATIONS = ("ENG", "WLS", "SCT", "NIR")
"""England, Wales, Scotland and Northern Ireland keep different bank holidays."""

LONGEST_CLOSURE = 366
"""After so many days without a working day a calendar is not a calendar."""

PAST_TERMS = "past its terms"
"""How the version of a calendar ends in a deadline that lies after the last term that was known."""

_SOURCE = f"holidays {version('holidays')}"


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """When an agency works.

    `nation` is one of NATIONS. `weekdays` counts Monday as 0. `opens` and `closes` are wall times in
    `zone`; `hours` has the weekdays with other ones (a closed afternoon). `closures` are local extra days
    off. Where there are `terms`, first and last days, nobody works outside them (a school), until they run
    out: after the last one that is known the usual week counts, so that a deadline is never lost, and
    `version_at` says so. Raises ValueError for a week without a working day, or one that closes before it
    opens.
    """

    nation: str
    zone: str = "Europe/London"
    weekdays: frozenset[int] = frozenset({0, 1, 2, 3, 4})
    opens: time = time(9, 0)
    closes: time = time(17, 0)
    closures: frozenset[date] = frozenset()
    hours: tuple[tuple[int, time, time], ...] = ()
    terms: tuple[tuple[date, date], ...] = ()

    def __post_init__(self) -> None:
        if self.nation not in NATIONS:
            raise ValueError(f"{self.nation!r} is no nation of {', '.join(NATIONS)}")
        if not self.weekdays or not self.weekdays <= frozenset(range(7)):
            raise ValueError("a week needs at least one working day, Monday is 0 and Sunday 6")
        for opens, closes in ((self.opens, self.closes), *((o, c) for _, o, c in self.hours)):
            if opens >= closes:
                raise ValueError(f"opens at {opens} and closes at {closes}")
        if any(not 0 <= weekday <= 6 for weekday, _, _ in self.hours):
            raise ValueError("hours are those of a weekday, Monday is 0 and Sunday 6")
        if any(first > last for first, last in self.terms):
            raise ValueError("a term ends before it begins")

    @property
    def version(self) -> str:
        """What a deadline was counted with, so that the sum can be checked later."""
        return _version(self)

    def is_working_day(self, day: date) -> bool:
        """True when the agency works on that day."""
        return (
            day.weekday() in self.weekdays
            and day not in self.closures
            and day not in bank_holidays(self.nation, day.year)
            and (not self.terms or self._in_term(day))
        )

    def _in_term(self, day: date) -> bool:
        over = True
        for first, last in self.terms:
            if first <= day <= last:
                return True
            over = over and last < day
        return over

    @property
    def known_until(self) -> date | None:
        """The last day of the last term that is known, or None for an agency without terms."""
        return max((last for _, last in self.terms), default=None)

    def version_at(self, due: datetime) -> str:
        """The version, and that terms were not known any more when a deadline at `due` was counted."""
        known, day = self.known_until, due.astimezone(ZoneInfo(self.zone)).date()
        return f"{self.version} {PAST_TERMS}" if known is not None and day > known else self.version

    def hours_on(self, day: date) -> tuple[time, time]:
        """When the agency opens and closes on a day, by its weekday."""
        weekday = day.weekday()
        return next(((o, c) for other, o, c in self.hours if other == weekday), (self.opens, self.closes))

    def working_days_after(self, day: date) -> Iterator[date]:
        """The working days after `day`, in order, for ever."""
        idle = 0
        while idle < LONGEST_CLOSURE:
            day += timedelta(days=1)
            if self.is_working_day(day):
                idle = 0
                yield day
            else:
                idle += 1
        raise ValueError(f"no working day for a year before {day}: the calendar has run out")

    def on_or_after(self, day: date) -> date:
        """`day` itself when it is a working day, else the next one."""
        return next(self.working_days_after(day - timedelta(days=1)))

    def closing(self, day: date) -> datetime:
        """The instant, in UTC, at which the agency closes on that day."""
        return datetime.combine(day, self.hours_on(day)[1], ZoneInfo(self.zone)).astimezone(UTC)

    def opening(self, day: date) -> datetime:
        """The instant, in UTC, at which the agency opens on that day."""
        return datetime.combine(day, self.hours_on(day)[0], ZoneInfo(self.zone)).astimezone(UTC)

    def is_open(self, instant: datetime) -> bool:
        """True when somebody is at work at that instant."""
        local = instant.astimezone(ZoneInfo(self.zone))
        opens, closes = self.hours_on(local.date())
        return self.is_working_day(local.date()) and opens <= local.time() < closes

    def opens_next(self, instant: datetime) -> datetime:
        """The instant, in UTC, at which the agency next opens; `instant` itself while it is open."""
        if self.is_open(instant):
            return instant.astimezone(UTC)
        return self.opening(self.day_of_notice(instant))

    def day_of_notice(self, notice: datetime) -> date:
        """The working day on which a notice counts as given.

        After closing time, or on a day when nobody works, that is the next working day.
        """
        local = notice.astimezone(ZoneInfo(self.zone))
        late = self.is_working_day(local.date()) and local.time() >= self.hours_on(local.date())[1]
        return self.on_or_after(local.date() + timedelta(days=1 if late else 0))


@lru_cache(maxsize=4096)
def _version(calendar: WorkingCalendar) -> str:
    week = "".join(str(day) for day in sorted(calendar.weekdays))
    hours = f"{calendar.opens:%H:%M}-{calendar.closes:%H:%M}"
    return f"{_SOURCE} {calendar.nation} {week} {hours} {_particulars(calendar)}"


def _particulars(calendar: WorkingCalendar) -> str:
    """A short hash of what an agency has of its own: closures, other hours, terms."""
    own = [*sorted(map(str, calendar.closures)), *map(str, calendar.hours), *map(str, calendar.terms)]
    return hashlib.sha256(" ".join(own).encode()).hexdigest()[:8] if own else "-"


@lru_cache(maxsize=512)
def bank_holidays(nation: str, year: int) -> frozenset[date]:
    """The bank holidays of a nation in a year, with their substitute days."""
    return frozenset(holidays.country_holidays("GB", subdiv=nation, years=year))
