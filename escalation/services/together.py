"""Several sets of rows read in one statement, on both databases: each set travels as one JSON text.

A move asks for a dozen tables; on one machine the asking costs more than the answer. The statement is
written once for each database, from the same selects that would be asked one by one.
"""

import json
from collections import namedtuple
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, Boolean, ColumnElement, Connection, Dialect, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles

from escalation.models.types import AnyRow, AnySelect, Utc


class Together:
    """Some selects by name, asked as one. Their parameters are named by `bindparam` and `Among`."""

    def __init__(self, **queries: AnySelect) -> None:
        self._queries = queries
        self._shapes = {name: _shape(query) for name, query in queries.items()}
        self._texts: dict[str, tuple[str, Mapping[str, Any]]] = {}

    def read(self, connection: Connection, **values: Any) -> Mapping[str, list[AnyRow]]:
        """The rows of each select, in its order. A collection among `values` is what `Among` looks in."""
        dialect = connection.dialect.name
        text, constants = self._texts.get(dialect) or self._written(dialect)
        given = {name: _given(value, dialect) for name, value in values.items()}
        found = connection.exec_driver_sql(text, {**constants, **given}).one()
        return {
            name: shape(json.loads(rows) if isinstance(rows, str) else rows, dialect)
            for (name, shape), rows in zip(self._shapes.items(), found, strict=True)
        }

    def _written(self, dialect: str) -> tuple[str, Mapping[str, Any]]:
        array, aggregate = _WORDS[dialect]
        sets = (query.subquery(name) for name, query in self._queries.items())
        columns = (select(aggregate(array(*rows.c))).scalar_subquery() for rows in sets)
        compiled = select(*columns).compile(dialect=_DIALECTS[dialect])
        self._texts[dialect] = str(compiled), compiled.params
        return self._texts[dialect]


class Among(ColumnElement[bool]):
    """True where a column holds one of the values of the parameter `name`, however many there are."""

    inherit_cache = False

    def __init__(self, column: Any, name: str) -> None:
        self.column = column
        self.values: BindParameter[Any] = bindparam(name)


@compiles(Among, "postgresql")
def _among_in_postgresql(element: Among, compiler: Any, **kw: Any) -> str:
    return f"{compiler.process(element.column, **kw)} = ANY({compiler.process(element.values, **kw)})"


@compiles(Among, "sqlite")
def _among_in_sqlite(element: Among, compiler: Any, **kw: Any) -> str:
    column, values = compiler.process(element.column, **kw), compiler.process(element.values, **kw)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 (a column and a placeholder)


_DIALECTS: Mapping[str, Dialect] = {
    "postgresql": postgresql.dialect(paramstyle="pyformat"),  # type: ignore[no-untyped-call]  # SQLAlchemy's
    "sqlite": sqlite.dialect(paramstyle="named"),
}
_WORDS = {
    "postgresql": (func.json_build_array, func.json_agg),
    "sqlite": (func.json_array, func.json_group_array),
}


def _given(value: Any, dialect: str) -> Any:
    many = isinstance(value, Collection) and not isinstance(value, str)
    if dialect == "postgresql":
        return list(value) if many else value
    if many:
        return json.dumps(list(value))
    return utc_of_sqlite(value) if isinstance(value, datetime) else value


def utc_of_sqlite(instant: datetime) -> str | None:
    """An instant as SQLite keeps it."""
    return Utc().process_bind_param(instant, _DIALECTS["sqlite"])  # type: ignore[no-any-return]


def _shape(query: AnySelect) -> Callable[[list[list[Any]] | None, str], list[Any]]:
    """Makes rows of a select from what JSON has of them."""
    columns = list(query.selected_columns)
    row: Any = _named([str(column.key) for column in columns])
    instants = [n for n, column in enumerate(columns) if isinstance(column.type, Utc)]
    truths = [n for n, column in enumerate(columns) if isinstance(column.type, Boolean)]

    def made(rows: list[list[Any]] | None, dialect: str) -> list[Any]:
        for values in rows or ():
            for n in instants:
                if values[n] is not None:
                    values[n] = _instant(values[n])
            if dialect == "sqlite":
                for n in truths:
                    values[n] = bool(values[n])
        return [row(*values) for values in rows or ()]

    return made


def _named(columns: list[str]) -> Any:
    return namedtuple("Row", columns)


@lru_cache(maxsize=4096)
def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
