"""This machine's clock beside the database's. The database's word counts; but when the two are far
apart one of them is wrong, and nobody knows which: then nothing lapses until a person has looked.
"""

from datetime import UTC, datetime, timedelta

import structlog

from escalation.errors import ClocksApart
from escalation.services.unit import reading, retried

WARN = timedelta(seconds=5)
STOP = timedelta(seconds=60)
_log = structlog.get_logger(__name__)


def machine_time() -> datetime:
    """What this machine's clock says, in UTC."""
    return datetime.now(UTC)


def between(before: datetime, database: datetime, after: datetime) -> timedelta:
    """How far the clocks are apart at least: 0 when the database's time lies between two looks at ours."""
    return max(before - database, database - after, timedelta(0))


@retried
def apart() -> timedelta:
    """How far the clocks are apart now, however long the database took to answer."""
    before = machine_time()
    with reading() as unit:
        database = unit.real_now
    return between(before, database, machine_time())


def agree() -> None:
    """Lets a sweep begin. From 5 seconds on it is logged; from 60 on ClocksApart is raised."""
    far = apart()
    if far > STOP:
        raise ClocksApart(words(far))
    if far > WARN:
        _log.warning("the clocks are apart", seconds=round(far.total_seconds(), 1))


def words(far: timedelta) -> str:
    """How far the clocks are apart, and what follows from it, for an operator."""
    said = f"This machine's clock and the database's are {far.total_seconds():.0f} seconds apart"
    return f"{said}: nothing lapses until they agree." if far > STOP else f"{said}."
