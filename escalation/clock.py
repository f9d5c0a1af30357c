"""The time, read from the database at the start of each unit of work and passed down.

Nothing else in the service reads a clock. An offset row moves it in a demo and in tests; the database
refuses an offset anywhere else (see `models.installation`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from sqlalchemy import Connection

_WALL = {
    "sqlite": "strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000'",
    "postgresql": "clock_timestamp()",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """The service's time, and the real time: what a demo moves is the first, sessions go by the second.

    `epoch` grows when a backup is restored: it says to which life of the installation this moment belongs.
    """

    now: datetime
    real: datetime
    epoch: int


def read(connection: Connection, beside: str = "", values: Mapping[str, object] | None = None) -> Reading:
    """Both times, aware, in UTC, and the epoch. SQLite gives milliseconds, PostgreSQL microseconds.

    `beside` is one more column, with its `values`: what else is to be done at the start of a transaction
    travels with this. Raises LookupError when the installation row is missing: the database was not set up.
    """
    asked = _question(connection.dialect.name, beside)
    row = connection.exec_driver_sql(asked, dict(values) if values else None).one_or_none()
    if row is None:
        raise LookupError("this database has no installation row: run the migrations")
    wall: datetime | str = row[0]
    if isinstance(wall, str):
        wall = datetime.fromisoformat(wall).replace(tzinfo=UTC)
    real = wall.astimezone(UTC)
    return Reading(real + timedelta(seconds=row[1]), real, row[2])


@lru_cache(maxsize=64)
def _question(dialect: str, beside: str) -> str:
    columns = (_WALL[dialect], "offset_seconds", "epoch", *([beside] if beside else []))
    return f"SELECT {', '.join(columns)} FROM installation"  # noqa: S608 (constants, and a reach of `security.wall`)
