"""Moves the service's time by hand, as a demo does: the database keeps the offset."""

import math
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from escalation import clock

_MOVE = text("UPDATE installation SET movable = true, offset_seconds = :seconds WHERE id = 1")

TimePasses = Callable[..., None]
"""Moves the clock, by days= and the like, and lets the jobs run: the fixture `time_passes`."""


class MovableClock:
    """The clock of one database. Wall time goes on under it; only the offset changes."""

    def __init__(self, url: str) -> None:
        self._engine = create_engine(url, poolclass=NullPool)

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
            read = clock.read(connection)
            offset = (to or read.now) + timedelta(**by) - read.real
            connection.execute(_MOVE, {"seconds": math.ceil(offset.total_seconds())})
            return clock.read(connection).now
