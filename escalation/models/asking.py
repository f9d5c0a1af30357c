"""Questions to the database that are written once and asked often.

To build a select and to look up how it is written costs more than the answer to a small one. `Asked` is
one select, or one change that returns something; `Together` are several selects in one statement: each
set of rows then travels as one JSON text.
Parameters are named by `bindparam` and `Among`.
"""

import json
from collections import namedtuple
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    Boolean,
    ColumnElement,
    Connection,
    CursorResult,
    Dialect,
    bindparam,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.visitors import replacement_traverse

from escalation.models.types import AnyChange, AnyRow, AnySelect, Utc


class _Written:
    """How a question is written: once for each database, and for which sets of values hold just one.

    What never changes stands in the text, and one value is no set: so the database can plan the question
    once, and knows as much of it as it ever will.
    """

    def __init__(self, of_dialect: Callable[[str], AnySelect | AnyChange]) -> None:
        self._of_dialect = of_dialect
        self._texts: dict[tuple[str, frozenset[str]], tuple[str, dict[str, Any]]] = {}

    def asked(self, connection: Connection, values: Mapping[str, Any]) -> CursorResult[Any]:
        """What the database answers. A collection among `values` is what `Among` looks in."""
        dialect = connection.dialect.name
        sets = {name for name, value in values.items() if _is_set(value)}
        alone = frozenset(name for name in sets if len(values[name]) == 1)
        text, rest = self._texts.get((dialect, alone)) or self._text(dialect, alone)
        given = {name: _many(values[name], dialect) for name in sets - alone}
        given |= {name: next(iter(values[name])) for name in alone}
        return connection.exec_driver_sql(text, {**rest, **values, **given})

    def _text(self, dialect: str, alone: frozenset[str]) -> tuple[str, dict[str, Any]]:
        query: Any = replacement_traverse(self._of_dialect(dialect), {}, _constant)
        compiled = query.compile(dialect=_DIALECTS[dialect], compile_kwargs={"alone": alone})
        text = str(compiled)
        for bind in compiled.literal_execute_params:
            value = compiled.render_literal_value(bind.value, bind.type)
            text = text.replace(f"__[POSTCOMPILE_{compiled.bind_names[bind]}]", value)
        # Something is added as it is written: SQLite has no LIMIT without an OFFSET.
        fixed = {compiled.bind_names[bind] for bind in compiled.literal_execute_params}
        rest = {n: v for n, v in compiled.params.items() if n not in fixed and v is not None}
        self._texts[dialect, alone] = text, rest
        return text, rest


def _constant(element: Any, **_: Any) -> Any:
    fixed = isinstance(element, BindParameter) and not element.required
    return element.render_literal_execute() if fixed else None


class Asked:
    """One select or one change, written once."""

    def __init__(self, query: AnySelect | AnyChange) -> None:
        self._written, self._shape = _Written(lambda dialect: query), _shape(query)

    def rows(self, connection: Connection, **values: Any) -> list[AnyRow]:
        """Its rows. A collection among `values` is what `Among` looks in."""
        found = self._written.asked(connection, values).all()
        return self._shape([list(row) for row in found], connection.dialect.name)


class Together:
    """Some selects by name, asked as one."""

    def __init__(self, **queries: AnySelect) -> None:
        self._shapes = {name: _shape(query) for name, query in queries.items()}
        self._written = _Written(lambda dialect: _as_one(queries, dialect))

    def read(self, connection: Connection, **values: Any) -> Mapping[str, list[AnyRow]]:
        """The rows of each select, in its order. A collection among `values` is what `Among` looks in."""
        found = self._written.asked(connection, values).one()
        return {
            name: shape(json.loads(rows) if isinstance(rows, str) else rows or [], connection.dialect.name)
            for (name, shape), rows in zip(self._shapes.items(), found, strict=True)
        }


def _as_one(queries: Mapping[str, AnySelect], dialect: str) -> AnySelect:
    array, aggregate = _WORDS[dialect]
    sets = (query.subquery(name) for name, query in queries.items())
    return select(*(select(aggregate(array(*rows.c))).scalar_subquery() for rows in sets))


class Among(ColumnElement[bool]):
    """True where a column holds one of the values of the parameter `name`, however many there are."""

    inherit_cache = False

    def __init__(self, column: Any, name: str) -> None:
        self.column, self.name = column, name
        self.values: BindParameter[Any] = bindparam(name)
        self.value: BindParameter[Any] = bindparam(name, type_=column.type)


_NONE: frozenset[str] = frozenset()


@compiles(Among, "postgresql")
def _among_in_postgresql(element: Among, compiler: Any, alone: frozenset[str] = _NONE, **kw: Any) -> str:
    column, values = _sides(element, compiler, alone, kw)
    return f"{column} = {values}" if element.name in alone else f"{column} = ANY({values})"


@compiles(Among, "sqlite")
def _among_in_sqlite(element: Among, compiler: Any, alone: frozenset[str] = _NONE, **kw: Any) -> str:
    column, values = _sides(element, compiler, alone, kw)
    if element.name in alone:
        return f"{column} = {values}"
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 (a column and a placeholder)


def _sides(element: Among, compiler: Any, alone: frozenset[str], kw: dict[str, Any]) -> tuple[str, str]:
    right = element.value if element.name in alone else element.values
    return compiler.process(element.column, **kw), compiler.process(right, **kw)


_DIALECTS: Mapping[str, Dialect] = {
    "postgresql": postgresql.dialect(paramstyle="pyformat"),  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
    "sqlite": sqlite.dialect(paramstyle="named"),
}
_WORDS = {
    "postgresql": (func.json_build_array, func.json_agg),
    "sqlite": (func.json_array, func.json_group_array),
}


def _is_set(value: Any) -> bool:
    return isinstance(value, Collection) and not isinstance(value, str)


def _many(values: Collection[Any], dialect: str) -> Any:
    return list(values) if dialect == "postgresql" else json.dumps(list(values))


def _shape(query: AnySelect | AnyChange) -> Callable[[list[list[Any]], str], list[Any]]:
    """Makes rows of a select from what JSON has of them."""
    columns = list(query.exported_columns)
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
