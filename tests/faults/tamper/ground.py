"""The rows of the record in the owner's hand: guard rails off, whatever is done is taken back."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from escalation.models import Base
from escalation.security.case_facts import AFTER, OPENED
from tests.support import beyond

Row = Mapping[str, Any]
AUDITED: Mapping[str, tuple[str, ...]] = {
    "event": (
        *("partnership_id", "case_id", "seq", "entry_seq", "at", "kind", "actor_id", "slot", "body"),
        *("previous", "hash"),
    ),
    "statement": ("partnership_id", "case_id", "event_seq", "field", "field_class", "text"),
    "read_log": ("partnership_id", "id", "case_id", "account_id", "slot", "what", "reason", "at"),
    "seal": (
        *("partnership_id", "n", "at", "epoch", "root", "leaves", "cases", "events", "reads", "key_id"),
        *("previous", "body", "hash", "signature"),
    ),
    "sealed_head": ("partnership_id", "case_id", "seq", "n", "hash"),
    "sealed_read": ("partnership_id", "read_id", "n", "hash"),
    "case": ("partnership_id", "event_seq", "head", "entry_seq", "named_at", *AFTER, *OPENED),
}
"""Every column that the verification answers for."""


@dataclass(frozen=True)
class Ground:
    """The connection on which everything is tried, and the rows as they were, by table in order of key."""

    connection: Connection
    rows: Mapping[str, Sequence[Row]]

    def where(self, table: str, row: Row) -> tuple[str, dict[str, Any]]:
        """A condition for one row, by its key."""
        keys = [c.name for c in Base.metadata.tables[table].primary_key]
        return " AND ".join(f'"{k}" = :k_{k}' for k in keys), {f"k_{k}": row[k] for k in keys}

    def events_of_a_long_case(self) -> list[Row]:
        """The events of the case that has most."""
        by_case: dict[int, list[Row]] = {}
        for row in self.rows["event"]:
            by_case.setdefault(row["case_id"], []).append(row)
        return max(by_case.values(), key=len)


@contextmanager
def opened() -> Iterator[Ground]:
    """The database of the app that is entered, as its owner, with triggers, references and checks off."""
    with beyond.engine().connect().execution_options(write=True) as connection:
        sqlite = connection.dialect.name == "sqlite"
        driver: Any = connection.connection.driver_connection
        if sqlite:
            driver.execute("PRAGMA foreign_keys = OFF")
            driver.execute("PRAGMA ignore_check_constraints = ON")
        for statement in _off(connection):
            connection.exec_driver_sql(statement)
        yield Ground(connection, {table: _rows(connection, table) for table in AUDITED})
        connection.rollback()
        if sqlite:
            driver.execute("PRAGMA foreign_keys = ON")
            driver.execute("PRAGMA ignore_check_constraints = OFF")


def _off(connection: Connection) -> list[str]:
    if connection.dialect.name == "sqlite":
        names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars()
        return [f'DROP TRIGGER "{name}"' for name in names]
    tables = ", ".join(f"'{table}'::regclass" for table in ("event", '"case"', *list(AUDITED)[1:-1]))
    constraints = connection.exec_driver_sql(
        "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'c' "
        f"AND conrelid IN ({tables})"
    ).all()
    return [
        "SET LOCAL session_replication_role = replica",
        *(f'ALTER TABLE "{table}" DISABLE TRIGGER ALL' for table in AUDITED),
        *(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"' for table, name in constraints),
    ]


def _rows(connection: Connection, table: str) -> list[Row]:
    keys = ", ".join(f'"{c.name}"' for c in Base.metadata.tables[table].primary_key)
    found = connection.execute(text(f'SELECT * FROM "{table}" ORDER BY {keys}')).mappings()
    return [dict(row) for row in found]
