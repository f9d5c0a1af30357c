"""The time, read from the database at the start of each unit of work and passed down.

Nothing else in the service reads a clock. An offset row moves it in a demo and in tests; the database
refuses an offset anywhere else (see `models.installation`).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

_WALL = {
    "sqlite": "SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000', offset_seconds, epoch FROM installation",
    "postgresql": "SELECT clock_timestamp(), offset_seconds, epoch FROM installation",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """The service's time, and the real time: what a demo moves is the first, sessions go by the second.

    `epoch` grows when a backup is restored: it says to which life of the installation this moment belongs.
    """

    now: datetime
    real: datetime
    epoch: int


def read(connection: Connection) -> Reading:
    """Both times, aware, in UTC, and the epoch. SQLite gives milliseconds, PostgreSQL microseconds.

    Raises LookupError when the installation row is missing: the database was not set up.
    """
    row = connection.exec_driver_sql(_WALL[connection.dialect.name]).one_or_none()
    if row is None:
        raise LookupError("this database has no installation row: run the migrations")
    wall: datetime | str = row[0]
    if isinstance(wall, str):
        wall = datetime.fromisoformat(wall).replace(tzinfo=UTC)
    real = wall.astimezone(UTC)
    return Reading(real + timedelta(seconds=row[1]), real, row[2])
