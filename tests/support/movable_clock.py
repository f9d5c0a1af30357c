"""Moves the service's time by hand, as a demo does: the database keeps the offset."""

import math
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool

from escalation import clock
from tests.support import beyond

_MOVE = text("UPDATE installation SET movable = true, offset_seconds = :seconds WHERE id = 1")


def _engine_of(url: str) -> Engine:
    # On PostgreSQL a new connection costs more than what is asked over it.
    return create_engine(url, poolclass=NullPool) if url.startswith("sqlite") else beyond.engine_of(url)


TimePasses = Callable[..., None]
"""Moves the clock, by days= and the like, and lets the jobs run: the fixture `time_passes`."""


class MovableClock:
    """The clock of one database. Wall time goes on under it; only the offset changes."""

    def __init__(self, url: str) -> None:
        self._engine = _engine_of(url)

    def now(self) -> datetime:
        """What the service would read now, in UTC."""
        with self._engine.connect() as connection:
            return clock.read(connection).now

    def move(self, *, to: datetime | None = None, **by: float) -> datetime:
        """Moves the clock `to` an instant, or by days=, hours=, minutes=, seconds= (also back).

        The offset is kept in whole seconds: after `to` it is that instant or up to a second later, and
        never earlier. Returns the new time. Raises ValueError for an instant without a zone.
        """
        if to is not None and to.tzinfo is None:
            raise ValueError(f"an instant needs a zone: {to!r}")
        with self._engine.begin() as connection:
            stands_at(connection, (to or clock.read(connection).now) + timedelta(**by))
            return clock.read(connection).now


def stands_at(connection: Connection, instant: datetime) -> None:
    """Moves the clock of a database to an instant, or up to a second later, within a transaction."""
    offset = instant - clock.read(connection).real
    connection.execute(_MOVE, {"seconds": math.ceil(offset.total_seconds())})
