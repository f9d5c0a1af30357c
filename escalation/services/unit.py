"""One unit of work: one transaction, with the database's time read at its start.

It uses a session of its own, never the one a web request may have open, so that what a use case
writes stands or falls together, whoever called it.

Whoever opens one names whose cases it reaches: a person's partnerships, one partnership, or all of them
with a reason. Who names none reaches no case: on PostgreSQL the database sees to it (see `security.wall`).

When the database goes away in the middle, as in a failover, `retried` does the whole unit again: what
a person sends carries a key that counts once, and what the clock does is looked up anew.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, wraps
from typing import ParamSpec, TypeVar

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from escalation import clock
from escalation.extensions import db
from escalation.security import wall
from escalation.security.wall import (
    NOTHING,
    Reach,
    across_partnerships,
    of_account,
    of_partnership,
    of_partnerships,
)

P = ParamSpec("P")
T = TypeVar("T")

WAITS = (0.05, 0.2, 0.5, 1.0, 2.0, 2.0)
"""Seconds before each new try: a promoted standby answers within a few, and a person waits no longer."""
LONGEST = 10.0
"""No new try begins after so many seconds."""
_OUT_OF_ORDER = frozenset({"40001", "40P01"})
_READ_ONLY = "25006"
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Unit:
    """What a use case works with: the connection of this transaction, and now.

    `real_now` differs from `now` only where the clock can be moved; sign-in sessions go by it.
    `epoch` grows with each restored backup.
    """

    connection: Connection
    now: datetime
    real_now: datetime
    epoch: int

    @cached_property
    def session(self) -> Session:
        """A session on that connection, made for those who ask for it: many units write without one."""
        return Session(self.connection, expire_on_commit=False)

    def turn_to(self, reach: Reach) -> None:
        """From here on the unit reaches these partnerships, and no longer those of before."""
        wall.turn(self.connection, reach)

    @property
    def sqlite(self) -> bool:
        """True on the embedded database, which has one writer at a time and no row locks."""
        return self.connection.dialect.name == "sqlite"


@contextmanager
def writing(reach: Reach = NOTHING) -> Iterator[Unit]:
    """A transaction that may write. Commits at the end; any exception rolls it back and goes on."""
    with _begun(reach, write=True) as unit:
        yield unit
        if "session" in vars(unit):
            unit.session.flush()
        unit.connection.commit()


@contextmanager
def reading(reach: Reach = NOTHING) -> Iterator[Unit]:
    """A transaction that only reads. It is always rolled back."""
    with _begun(reach, write=False) as unit:
        yield unit


@contextmanager
def _begun(reach: Reach, *, write: bool) -> Iterator[Unit]:
    with db.engine.connect().execution_options(write=write) as connection:
        beside = (reach.column, reach.values) if connection.dialect.name == "postgresql" else ("", {})
        moment = clock.read(connection, *beside)
        unit = Unit(connection, moment.now, moment.real, moment.epoch)
        try:
            yield unit
        finally:
            if "session" in vars(unit):
                unit.session.close()


def passing(error: Exception) -> bool:
    """True when the database went away, or would not put two units in order: the same may do later."""
    return went_away(error) or (isinstance(error, DBAPIError) and _state(error) in _OUT_OF_ORDER)


def went_away(error: Exception) -> bool:
    """True when the database was shut down, failed over, or is a standby now; or when nobody listens."""
    if not isinstance(error, DBAPIError):
        return False
    state = _state(error)
    gone = error.connection_invalidated or _never_connected(error)
    return gone or state == _READ_ONLY or state.startswith(("08", "57P0"))


def _never_connected(error: DBAPIError) -> bool:
    """psycopg: no server said anything, so there is no code of one. (SQLite's errors have no such field.)"""
    return isinstance(error, OperationalError) and getattr(error.orig, "sqlstate", "") is None


def _state(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""


def retried(use_case: Callable[P, T]) -> Callable[P, T]:
    """Does a use case again, whole, when the database went away under it. It must be safe to do twice.

    Raises what the last try raised.
    """

    @wraps(use_case)
    def tried(*args: P.args, **kwargs: P.kwargs) -> T:
        began = time.monotonic()
        for wait in WAITS:
            try:
                return use_case(*args, **kwargs)
            except DBAPIError as error:
                if not passing(error) or time.monotonic() - began > LONGEST:
                    raise
                _log.warning("the database went away; trying again", unit=use_case.__qualname__, wait=wait)
            time.sleep(wait)
        return use_case(*args, **kwargs)

    return tried


__all__ = [
    "Reach",
    "Unit",
    "across_partnerships",
    "of_account",
    "of_partnership",
    "of_partnerships",
    "passing",
    "reading",
    "retried",
    "went_away",
    "writing",
]
