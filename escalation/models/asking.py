"""Questions to the database that are written once and asked often.

To build a select and to look up how it is written costs more than the answer to a small one. `Asked` is
one select, `Together` are several in one statement: each set of rows then travels as one JSON text.
Parameters are named by `bindparam` and `Among`.
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

from escalation.models.types import AnyRow, AnySelect, Utc, utc_text


class Asked:
    """One select, written once for each database."""

    def __init__(self, query: AnySelect) -> None:
        self._query = query
        self._shape = _shape(query)
        self._texts: dict[str, tuple[str, dict[str, Any]]] = {}

    def rows(self, connection: Connection, **values: Any) -> list[AnyRow]:
        """Its rows. A collection among `values` is what `Among` looks in."""
        dialect = connection.dialect.name
        text, constants = self._texts.get(dialect) or self._written(dialect)
        found = connection.exec_driver_sql(text, constants | _all_given(values, dialect)).all()
        return self._shape([list(row) for row in found], dialect)

    def _written(self, dialect: str) -> tuple[str, dict[str, Any]]:
        self._texts[dialect] = _written(self._query, dialect)
        return self._texts[dialect]


class Together:
    """Some selects by name, asked as one."""

    def __init__(self, **queries: AnySelect) -> None:
        self._queries = queries
        self._shapes = {name: _shape(query) for name, query in queries.items()}
        self._texts: dict[str, tuple[str, dict[str, Any]]] = {}

    def read(self, connection: Connection, **values: Any) -> Mapping[str, list[AnyRow]]:
        """The rows of each select, in its order. A collection among `values` is what `Among` looks in."""
        dialect = connection.dialect.name
        text, constants = self._texts.get(dialect) or self._written(dialect)
        found = connection.exec_driver_sql(text, constants | _all_given(values, dialect)).one()
        return {
            name: shape(json.loads(rows) if isinstance(rows, str) else rows or [], dialect)
            for (name, shape), rows in zip(self._shapes.items(), found, strict=True)
        }

    def _written(self, dialect: str) -> tuple[str, dict[str, Any]]:
        array, aggregate = _WORDS[dialect]
        sets = (query.subquery(name) for name, query in self._queries.items())
        columns = (select(aggregate(array(*rows.c))).scalar_subquery() for rows in sets)
        self._texts[dialect] = _written(select(*columns), dialect)
        return self._texts[dialect]


def _written(query: AnySelect, dialect: str) -> tuple[str, dict[str, Any]]:
    compiled = query.compile(dialect=_DIALECTS[dialect])
    return str(compiled), dict(compiled.params)


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
    "postgresql": postgresql.dialect(paramstyle="pyformat"),  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
    "sqlite": sqlite.dialect(paramstyle="named"),
}
_WORDS = {
    "postgresql": (func.json_build_array, func.json_agg),
    "sqlite": (func.json_array, func.json_group_array),
}


def _all_given(values: Mapping[str, Any], dialect: str) -> dict[str, Any]:
    return {name: _given(value, dialect) for name, value in values.items()}


def _given(value: Any, dialect: str) -> Any:
    many = isinstance(value, Collection) and not isinstance(value, str)
    if dialect == "postgresql":
        return list(value) if many else value
    if many:
        return json.dumps(list(value))
    return utc_text(value) if isinstance(value, datetime) else value


def _shape(query: AnySelect) -> Callable[[list[list[Any]], str], list[Any]]:
    """Makes rows of a select from what JSON has of them."""
    columns = list(query.selected_columns)
    row: Any = _named([str(column.key) for column in columns])
    instants = [n for n, column in enumerate(columns) if isinstance(column.type, Utc)]
    truths = [n for n, column in enumerate(columns) if isinstance(column.type, Boolean)]

    def made(rows: list[list[Any]], dialect: str) -> list[Any]:
        for values in rows:
            for n in instants:
                if values[n] is not None:
                    values[n] = _instant(values[n])
            if dialect == "sqlite":
                for n in truths:
                    values[n] = bool(values[n])
        return [row(*values) for values in rows]

    return made


def _named(columns: list[str]) -> Any:
    return namedtuple("Row", columns)


@lru_cache(maxsize=4096)
def _instant(value: str | datetime) -> datetime:
    instant = datetime.fromisoformat(value) if isinstance(value, str) else value
    return instant.astimezone(UTC)
