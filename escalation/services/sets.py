"""Whole sets of rows in one statement, on both databases: the rows travel as one JSON text."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Connection, Table, TextClause, text
from sqlalchemy.dialects import postgresql, sqlite

from escalation.models.base import Base
from escalation.models.types import utc_text

Row = Mapping[str, Any]


def insert_all(connection: Connection, model: type[Base], rows: Sequence[Row]) -> None:
    """Inserts `rows`, which all have the same keys (columns of `model`). Nothing for no rows."""
    if rows:
        statement = _insert(_table(model), tuple(rows[0]), connection.dialect.name)
        connection.execute(statement, {"rows": _as_json(rows)})


def update_all(connection: Connection, model: type[Base], keys: Sequence[str], rows: Sequence[Row]) -> int:
    """Updates the row of `model` that each of `rows` names by `keys`; gives how many were updated."""
    if not rows:
        return 0
    columns = tuple(name for name in rows[0] if name not in keys)
    statement = _update(_table(model), tuple(keys), columns, connection.dialect.name)
    if connection.dialect.name == "sqlite":
        # By primary key, one after the other: SQLite would scan the table for UPDATE ... FROM.
        return sum(connection.execute(statement, _plain(row)).rowcount for row in rows)
    return connection.execute(statement, {"rows": _as_json(rows)}).rowcount


def insert_new(connection: Connection, model: type[Base], row: Row) -> bool:
    """Inserts one row unless its key is taken; True if it was inserted. Waits for a rival in flight."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    table = _table(model)
    statement = insert(table).values(**row).on_conflict_do_nothing().returning(*table.primary_key)
    # The count of rows is not to be had from every driver; what was inserted is.
    return connection.execute(statement).first() is not None


def _table(model: type[Base]) -> Table:
    return cast(Table, model.__table__)


def _as_json(rows: Sequence[Row]) -> str:
    return json.dumps(rows, default=_as_text)


def _as_text(value: object) -> str:
    if isinstance(value, datetime):
        return utc_text(value)
    raise TypeError(f"{value!r} is no value of a column")


def _plain(row: Row) -> dict[str, Any]:
    return {k: utc_text(v) if isinstance(v, datetime) else v for k, v in row.items()}


@lru_cache(maxsize=256)
def _insert(table: Table, columns: tuple[str, ...], dialect: str) -> TextClause:
    # Names come from our own table definitions, never from input.
    names = ", ".join(f'"{c}"' for c in columns)
    if dialect == "sqlite":
        values = ", ".join(f"json_extract(value, '$.{c}')" for c in columns)
        return text(f'INSERT INTO "{table.name}" ({names}) SELECT {values} FROM json_each(:rows)')  # noqa: S608
    return text(
        f'INSERT INTO "{table.name}" ({names}) SELECT {names} '  # noqa: S608
        f"FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r({_typed(table, columns)})"
    )


@lru_cache(maxsize=256)
def _update(table: Table, keys: tuple[str, ...], columns: tuple[str, ...], dialect: str) -> TextClause:
    if dialect == "sqlite":
        changes = ", ".join(f'"{c}" = :{c}' for c in columns)
        where = " AND ".join(f'"{k}" = :{k}' for k in keys)
        return text(f'UPDATE "{table.name}" SET {changes} WHERE {where}')  # noqa: S608
    changes = ", ".join(f'"{c}" = r."{c}"' for c in columns)
    where = " AND ".join(f't."{k}" = r."{k}"' for k in keys)
    return text(
        f'UPDATE "{table.name}" AS t SET {changes} '  # noqa: S608
        f"FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r({_typed(table, keys + columns)}) WHERE {where}"
    )


def _typed(table: Table, columns: tuple[str, ...]) -> str:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
    return ", ".join(f'"{c}" {table.c[c].type.compile(dialect)}' for c in columns)
