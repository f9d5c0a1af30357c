"""Moving the service's clock: in a demo, a rehearsal or a test, and nowhere else.

The database itself refuses an offset unless the installation was made movable, which is done once,
on an empty database, and never by the running service.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update

from escalation.errors import NotAllowed
from escalation.models import Case, Installation
from escalation.services.unit import across_partnerships, reading, writing
from workflows.calendar import WorkingCalendar


def make_movable() -> None:
    """Lets the clock of this database be moved. Raises NotAllowed when there are cases in it already."""
    with writing(across_partnerships("there may be no case in any of them")) as unit:
        if unit.session.execute(select(func.count()).select_from(Case)).scalar_one():
            raise NotAllowed("A database with cases in it can never get a clock that moves.")
        unit.session.execute(update(Installation).values(movable=True))


def is_movable() -> bool:
    """True in a demo, a rehearsal or a test."""
    with reading() as unit:
        return bool(unit.session.execute(select(Installation.movable)).scalar_one())


def move(by: timedelta) -> datetime:
    """Moves the clock and gives the new time. Raises NotAllowed where it may not be moved."""
    with writing() as unit:
        _refuse_unless_movable(unit.session.execute(select(Installation.movable)).scalar_one())
        seconds = int(by.total_seconds())
        unit.session.execute(
            update(Installation).values(offset_seconds=Installation.offset_seconds + seconds)
        )
        return unit.now + timedelta(seconds=seconds)


def move_to(instant: datetime) -> datetime:
    """Moves the clock to an instant (aware), to the second."""
    with reading() as unit:
        now = unit.now
    return move(instant.astimezone(UTC) - now)


def let_go() -> None:
    """Puts the clock back to the real time, and lets what fell due meanwhile be found as it is."""
    with writing() as unit:
        unit.session.execute(update(Installation).values(offset_seconds=0))


def one_working_day_later(nation: str = "ENG", zone: str = "Europe/London") -> datetime:
    """Moves the clock to the same time of day on the next working day."""
    with reading() as unit:
        local = unit.now.astimezone(ZoneInfo(zone))
    day = next(WorkingCalendar(nation, zone).working_days_after(local.date()))
    later = datetime.combine(day, local.time(), ZoneInfo(zone))
    return move_to(later)


def _refuse_unless_movable(movable: bool) -> None:
    if not movable:
        raise NotAllowed("The clock of this installation cannot be moved.")
