"""Whole sets of rows in one statement, on both databases: the rows travel as one JSON text."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql

from escalation.models.base import Base
from escalation.models.types import utc_text

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one table, which all have the same keys (columns of `model`). With `keys` they are changes of
    the rows that these columns name, without they are new."""

    model: type[Base]
    rows: Sequence[Row]
    keys: tuple[str, ...] = ()


def write_together(connection: Connection, sets: Iterable[Rows]) -> None:
    """Writes all sets, none of which may change a row that another one writes: in one statement on
    PostgreSQL, in one after the other, in their order, on SQLite."""
    filled = [s for s in sets if s.rows]
    if not filled:
        return
    if connection.dialect.name == "sqlite":
        for each in filled:
            _write_to_sqlite(connection, each)
        return
    one = all(len(s.rows) == 1 for s in filled if s.keys)
    statement = _together(tuple((_table(s.model), s.keys, tuple(s.rows[0])) for s in filled), one)
    connection.exec_driver_sql(statement, {f"rows{n}": _as_json(s.rows) for n, s in enumerate(filled)})


def _write_to_sqlite(connection: Connection, each: Rows) -> None:
    table, columns = _table(each.model), tuple(each.rows[0])
    # By primary key, one after the other: SQLite would scan the table for UPDATE ... FROM. New rows as
    # well: it would read a JSON text again for each value.
    written = _update_in_sqlite(table, each.keys, columns) if each.keys else _insert_in_sqlite(table, columns)
    connection.exec_driver_sql(written, each.rows)


def insert_new(connection: Connection, model: type[Base], row: Row) -> bool:
    """Inserts one row unless its key is taken; True if it was inserted. Waits for a rival in flight."""
    statement = _insert_if_new(_table(model), tuple(row), connection.dialect.name)
    # The count of rows is not to be had from every driver; what was inserted is.
    return connection.exec_driver_sql(statement, dict(row)).first() is not None


def _table(model: type[Base]) -> Table:
    return cast(Table, model.__table__)


def _as_json(rows: Sequence[Row]) -> str:
    return json.dumps(rows, default=_as_text)


def _as_text(value: object) -> str:
    if isinstance(value, datetime):
        return utc_text(value)
    raise TypeError(f"{value!r} is no value of a column")


# Below, names come from our own table definitions, never from input.


@lru_cache(maxsize=256)
def _insert_if_new(table: Table, columns: tuple[str, ...], dialect: str) -> str:
    names = ", ".join(f'"{c}"' for c in columns)
    values = ", ".join(f":{c}" if dialect == "sqlite" else f"%({c})s" for c in columns)
    key = ", ".join(f'"{c.name}"' for c in table.primary_key)
    return f'INSERT INTO "{table.name}" ({names}) VALUES ({values}) ON CONFLICT DO NOTHING RETURNING {key}'  # noqa: S608 (names of our tables)


@lru_cache(maxsize=256)
def _together(sets: tuple[tuple[Table, tuple[str, ...], tuple[str, ...]], ...], one: bool) -> str:
    parts = (
        f"w{n} AS ({_update(table, keys, columns, n, one) if keys else _insert(table, columns, n)})"
        for n, (table, keys, columns) in enumerate(sets)
    )
    return f"WITH {', '.join(parts)} SELECT 1"


def _insert(table: Table, columns: tuple[str, ...], number: int) -> str:
    names = ", ".join(f'"{c}"' for c in columns)
    return f'INSERT INTO "{table.name}" ({names}) SELECT {names} {_given(table, columns, number)}'


def _update(table: Table, keys: tuple[str, ...], columns: tuple[str, ...], number: int, one: bool) -> str:
    changes = ", ".join(f'"{c}" = r."{c}"' for c in columns if c not in keys)
    where = " AND ".join(f't."{k}" = r."{k}"' for k in keys)
    # The limit tells the planner that it is just one row: else it may read a whole table for it.
    given = f"FROM (SELECT * {_given(table, columns, number)}{' LIMIT 1' if one else ''}) AS r"
    return f'UPDATE "{table.name}" AS t SET {changes} {given} WHERE {where}'  # noqa: S608 (names of our tables)


def _given(table: Table, columns: tuple[str, ...], number: int) -> str:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
    typed = ", ".join(f'"{c}" {table.c[c].type.compile(dialect)}' for c in columns)
    return f"FROM json_to_recordset(CAST(%(rows{number})s AS json)) AS r({typed})"


@lru_cache(maxsize=256)
def _insert_in_sqlite(table: Table, columns: tuple[str, ...]) -> str:
    names = ", ".join(f'"{c}"' for c in columns)
    values = ", ".join(f":{c}" for c in columns)
    return f'INSERT INTO "{table.name}" ({names}) VALUES ({values})'  # noqa: S608 (names of our tables)


@lru_cache(maxsize=256)
def _update_in_sqlite(table: Table, keys: tuple[str, ...], columns: tuple[str, ...]) -> str:
    changes = ", ".join(f'"{c}" = :{c}' for c in columns if c not in keys)
    where = " AND ".join(f'"{k}" = :{k}' for k in keys)
    return f'UPDATE "{table.name}" SET {changes} WHERE {where}'  # noqa: S608 (names of our tables)
