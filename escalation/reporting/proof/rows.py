"""Streams of plain tuples from the tables of the record, in the order of their keys, alike on both databases.

Instants come as whole microseconds since 1970 UTC. On SQLite they are texts, which must be written exactly
as the service writes them.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

from escalation.models.types import utc_text
from escalation.reporting.proof.findings import Broken
from escalation.security import wall
from escalation.security.chain import microseconds

T = TypeVar("T")
_BATCH = 5000


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of a table that are read, which of them are instants, and the order."""

    name: str
    columns: tuple[str, ...]
    order: str
    instants: frozenset[str] = frozenset()
    case_column: str = "case_id"


EVENTS = Table(
    "event",
    ("case_id", "seq", "entry_seq", "at", "kind", "actor_id", "slot", "body", "previous", "hash"),
    "case_id, seq",
    frozenset({"at"}),
)
STATEMENTS = Table(
    "statement", ("case_id", "event_seq", "field", "field_class", "text"), "case_id, event_seq, field"
)
HEADS = Table("sealed_head", ("case_id", "seq", "n", "hash"), "case_id, seq")
READS = Table(
    "read_log",
    ("id", "case_id", "account_id", "slot", "what", "reason", "at"),
    "id",
    frozenset({"at"}),
)
SEALED_READS = Table("sealed_read", ("read_id", "n", "hash"), "read_id")
SEALS = Table(
    "seal",
    ("n", "at", "epoch", "root", "leaves", "cases", "events", "reads", "key_id", "previous", "body", "hash",
     "signature"),
    "n",
    frozenset({"at"}),
)  # fmt: skip
HEADS_BY_SEAL = Table("sealed_head", ("n", "case_id", "seq", "hash"), "n, case_id, seq")
READS_BY_SEAL = Table("sealed_read", ("n", "read_id", "hash"), "n, read_id")


@contextmanager
def snapshot(engine: Engine, partnership: int) -> Iterator[Connection]:
    """A transaction that reads one partnership as it is at one instant, however long that takes."""
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        wall.turn(connection, wall.of_partnership(partnership))
        with whatever_is_written(connection):
            yield connection
        connection.rollback()


@contextmanager
def whatever_is_written(connection: Connection) -> Iterator[None]:
    """SQLite: a text that is no UTF-8 is read all the same, so that it can be named, and the rest checked."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        driver.text_factory = lambda raw: raw.decode(errors="surrogateescape")
    try:
        yield
    finally:
        if connection.dialect.name == "sqlite":
            driver.text_factory = str


def stream(
    connection: Connection, table: Table, partnership: int, case: int | None = None, *, pause: float = 0.0
) -> Iterator[Any]:
    """The rows of a partnership, or of one of its cases, without holding more than some thousand of them.

    `pause`: seconds to rest after each full batch.
    """
    sqlite = connection.dialect.name == "sqlite"
    mark = "?" if sqlite else "%s"
    columns = ", ".join(_column(name, table, sqlite) for name in table.columns)
    only = f" AND {table.case_column} = {mark}" if case is not None else ""
    query = f'SELECT {columns} FROM "{table.name}" WHERE partnership_id = {mark}{only} ORDER BY {table.order}'  # noqa: S608 (names of our tables)
    values = (partnership,) if case is None else (partnership, case)
    options = {"stream_results": True, "yield_per": _BATCH}
    with connection.exec_driver_sql(query, values, execution_options=options) as rows:
        for batch in rows.partitions(_BATCH):
            yield from batch
            if pause and len(batch) == _BATCH:
                time.sleep(pause)


def _column(name: str, table: Table, sqlite: bool) -> str:
    if name in table.instants and not sqlite:
        return f'(extract(epoch FROM "{name}") * 1000000)::bigint'
    return f'"{name}"'


def instant(value: Any) -> Any:
    """An instant of a stream as microseconds. Raises Broken for a text that the service never writes."""
    return _of_text(value) if isinstance(value, str) else value


@lru_cache(maxsize=4096)
def _of_text(text: str) -> int:
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is not None and utc_text(found) == text:
            return microseconds(found)
    except ValueError:
        pass
    raise Broken("its time is not written as the service writes it")


class Ahead(Iterator[T]):
    """A stream whose next row can be looked at before it is taken."""

    def __init__(self, rows: Iterator[T]) -> None:
        self._rows = rows
        self.next: T | None = next(rows, None)

    def __next__(self) -> T:
        if self.next is None:
            raise StopIteration
        taken, self.next = self.next, next(self._rows, None)
        return taken
