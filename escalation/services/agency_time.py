"""The working time that a file gives an agency: hours by weekday, school terms, local closures.

What a file says replaces what was known, since terms and closures are told anew each year. Deadlines that
run keep their instants; what is counted from now on uses the new dates.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from escalation.errors import InvalidInput
from escalation.models import Agency
from escalation.models.types import AnyRow
from escalation.services.directory import calendar_of
from escalation.services.people_file import NONE, Line
from escalation.services.unit import Unit
from workflows import opening_hours
from workflows.calendar import WorkingCalendar


def columns_of(line: Line) -> Mapping[str, str]:
    """What a line says of its agency's own time, by column; what it leaves out is left out."""
    said: dict[str, str] = {}
    if line.hours:
        week = opening_hours.week(_text(line.hours))
        said["hours"] = opening_hours.hours_as_kept(week)
        said["weekdays"] = "".join(map(str, sorted(week.weekdays)))
    if line.terms:
        said["terms"] = opening_hours.terms_as_kept(opening_hours.terms(_text(line.terms)))
    if line.closures:
        said["closures"] = opening_hours.closures_as_kept(opening_hours.closures(_text(line.closures)))
    return said


def _text(given: str) -> str:
    return "" if given == NONE else given


def renew(unit: Unit, agency: int, line: Line) -> Iterable[str]:
    """Gives an agency the time that a line says. Gives a sentence for each thing that is new.

    Raises InvalidInput, by line, when nobody would work there for a year.
    """
    said = columns_of(line)
    if not said:
        return []
    before = _row(unit, agency)
    changed = [name for name, value in said.items() if getattr(before, name) != value]
    if changed:
        unit.session.execute(update(Agency).where(Agency.id == agency).values(**said))
        _refuse_without_end(_row(unit, agency), line, unit.now)
    words = (_CALLED.get(name, name) for name in changed)
    return [f"{before.name}: {name} are new" for name in words]


_CALLED = {"weekdays": "working days"}
NOTICE_DAYS = 60
"""So long before the known terms end somebody should bring the next ones."""


def _refuse_without_end(agency: AnyRow, line: Line, now: datetime) -> None:
    """Raises InvalidInput when a deadline that begins now would never end."""
    calendar = calendar_of(agency)
    try:
        calendar.on_or_after(_today(calendar, now))
    except ValueError as error:
        raise InvalidInput({f"line {line.number}": [f"closures: nobody works there: {error}"]}) from error


def advice(agency: AnyRow, now: datetime) -> Iterable[str]:
    """What an operator should know about the terms of an agency: not begun yet, ending soon, or over."""
    calendar = calendar_of(agency)
    first = min((begins for begins, _ in calendar.terms), default=None)
    if first is not None and first > _today(calendar, now):
        yield f"{agency.name}: no term is known before {first}; until then nobody works there"
    elif (left := days_known(calendar, now)) is not None and left < NOTICE_DAYS:
        words = f"the last term that is known ends on {calendar.known_until}"
        yield f"{agency.name}: {words}; after it every weekday counts as a working day"


def days_known(calendar: WorkingCalendar, now: datetime) -> int | None:
    """For how many days more the terms are known, negative when they are over; None without terms."""
    known = calendar.known_until
    return None if known is None else (known - _today(calendar, now)).days


def calendars_with_terms(unit: Unit) -> list[WorkingCalendar]:
    """The calendar of every agency that keeps terms."""
    rows = unit.session.execute(select(*Agency.__table__.c).where(Agency.terms != ""))
    return [calendar_of(row) for row in rows]


def _today(calendar: WorkingCalendar, now: datetime) -> date:
    return now.astimezone(ZoneInfo(calendar.zone)).date()


def _row(unit: Unit, agency: int) -> AnyRow:
    return unit.session.execute(select(*Agency.__table__.c).where(Agency.id == agency)).one()
