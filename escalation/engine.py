"""How the two databases are spoken to: SQLite as one careful writer, PostgreSQL through failovers.

SQLite: write-ahead log, foreign keys on, every commit on disk; a unit that writes says so at its start
(BEGIN IMMEDIATE) and waits its turn, a unit that reads does not wait. PostgreSQL: connections to a
node that was shut down or became read-only are thrown away, not handed out again.
"""

import time
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import Connection, Dialect, Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import InvalidatePoolError

BUSY_MS = 10_000
_PRAGMAS = (
    *("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}"),
    *("cache_size=-32768", "wal_autocheckpoint=4000", "secure_delete=ON"),
)
"""The last three: 32 MiB of pages a connection, the log goes into the file every 16 MiB, and what is removed
is written over: a key that was destroyed leaves no bytes in free pages."""
_PATIENCE = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""A machine that vanished says nothing: whoever waits for its answer gives up after less than half a minute.
Seconds, but for the last, which is in milliseconds. What stands in the address of the database goes first."""
RESTED = 0.5
"""Seconds after which a connection is asked whether it still stands before it is used again."""
_GONE = frozenset({"25006", "57P01", "57P02", "57P03"})


def options(database_url: str, *, pooled: bool = False) -> Mapping[str, Any]:
    """Engine options for Flask-SQLAlchemy. `pooled`: each transaction may run on another connection."""
    # What people wrote is a parameter: no error or log may print it.
    hidden = {"hide_parameters": True}
    if database_url.startswith("sqlite"):
        return {**hidden, "connect_args": {"check_same_thread": False}}
    asked = parse_qs(urlsplit(database_url).query)
    patience = {name: value for name, value in _PATIENCE.items() if name not in asked}
    return {
        **hidden,
        "pool_size": 10,
        "max_overflow": 10,
        "connect_args": {**patience, **({"prepare_threshold": None} if pooled else {})},
    }


def prepare(engine: Engine) -> None:
    """Attaches what each dialect needs. To be called once for an engine, before its first use."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_connected)
        event.listen(engine, "begin", _sqlite_begins)
    else:
        event.listen(engine, "handle_error", _postgresql_gone)
        for moment in ("connect", "checkin"):
            event.listen(engine, moment, _used)
        event.listen(engine, "checkout", partial(_asked_after_a_rest, engine.dialect))


def _sqlite_connected(connection: Any, record: Any) -> None:
    # No implicit BEGIN from the driver: the "begin" event below says which kind it is.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_begins(connection: Connection) -> None:
    writes = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _used(connection: Any, record: Any) -> None:
    record.info["used"] = time.monotonic()


def _asked_after_a_rest(dialect: Dialect, connection: Any, record: Any, proxy: Any) -> None:
    """Asks whether a connection still stands, unless it did a moment ago: that costs a way there and back."""
    if time.monotonic() - record.info["used"] < RESTED:
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        raise InvalidatePoolError from error


def _postgresql_gone(context: ExceptionContext) -> None:
    if getattr(context.original_exception, "sqlstate", None) in _GONE:
        context.is_disconnect = True
