"""Rows that were written once and are put into a database again, so that not every test writes them anew.

What a database holds is kept in memory as it is stored: each column's own value on SQLite, COPY's text on
PostgreSQL. The row of the installation is not part of it: each database has its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, func, select

from escalation.models import Base, Installation
from tests.support import beyond, movable_clock


@dataclass(frozen=True, slots=True)
class Kept:
    """What each table held, in the order in which they may be filled, and how far PostgreSQL had counted."""

    rows: Mapping[str, Any]
    counted: Mapping[str, int]


def keep() -> Kept:
    """What the database of the app that is entered holds now."""
    with beyond.engine().connect() as connection:
        take = _taken_from_sqlite if connection.dialect.name == "sqlite" else _taken_from_postgresql
        filled = [table for table in _tables() if _holds_rows(connection, table)]
        return Kept({table.name: take(connection, table.name) for table in filled}, _counted(connection))


def put(kept: Kept, until: datetime) -> None:
    """Puts it into the database of the app that is entered, which is empty but for its installation. Its clock
    stands at `until` then, or up to a second later: nobody may have come later than now."""
    with beyond.engine().connect().execution_options(write=True) as connection:
        put_one = _put_into_sqlite if connection.dialect.name == "sqlite" else _put_into_postgresql
        for table, rows in kept.rows.items():
            put_one(connection, table, rows)
        for sequence, last in kept.counted.items():
            connection.execute(select(func.setval(sequence, last)))
        movable_clock.stands_at(connection, until)
        connection.commit()


def _tables() -> list[Table]:
    return [table for table in Base.metadata.sorted_tables if table is not Installation.__table__]


def _holds_rows(connection: Connection, table: Table) -> bool:
    return connection.execute(select(1).select_from(table).limit(1)).first() is not None


def _taken_from_sqlite(connection: Connection, table: str) -> Any:
    return _driver(connection).execute(f'SELECT * FROM "{table}"').fetchall()


def _put_into_sqlite(connection: Connection, table: str, rows: list[tuple[Any, ...]]) -> None:
    places = ", ".join("?" for _ in rows[0])
    _driver(connection).executemany(f'INSERT INTO "{table}" VALUES ({places})', rows)


def _taken_from_postgresql(connection: Connection, table: str) -> bytes:
    with _driver(connection).cursor() as cursor, cursor.copy(f'COPY "{table}" TO STDOUT') as copy:
        return b"".join(map(bytes, copy))


def _put_into_postgresql(connection: Connection, table: str, rows: bytes) -> None:
    with _driver(connection).cursor() as cursor, cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
        copy.write(rows)


def _counted(connection: Connection) -> dict[str, int]:
    if connection.dialect.name == "sqlite":
        return {}
    known = "SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL"
    return {row.sequencename: row.last_value for row in connection.exec_driver_sql(known)}


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection
