"""Column types that mean the same on SQLite and PostgreSQL."""

import sqlite3
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    Dialect,
    Integer,
    Row,
    Select,
    String,
    Text,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.dml import ReturningUpdate
from sqlalchemy.types import TypeDecorator, TypeEngine

AnyRow = Row[*tuple[Any, ...]]
"""A row of columns that are named where they are selected."""
AnySelect = Select[*tuple[Any, ...]]
"""A query for such rows."""
AnyChange = ReturningUpdate[Any]
"""A change of rows that returns something of each."""
UTC_TEXT = "%Y-%m-%dT%H:%M:%S.%fZ"


class Utc(TypeDecorator[datetime]):
    """An aware instant in UTC: timestamptz on PostgreSQL, fixed-width ISO text on SQLite.

    Raises ValueError for a naive datetime: a time without a zone is not an instant.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"an instant needs a zone: {value!r}")
        instant = value.astimezone(UTC)
        return utc_text(instant) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | str | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, str):
            return datetime.strptime(value, UTC_TEXT).replace(tzinfo=UTC)
        return value.astimezone(UTC)


@lru_cache(maxsize=1024)
def utc_text(instant: datetime) -> str:
    """The fixed-width text of an instant, which sorts as time does."""
    return instant.astimezone(UTC).isoformat("T", "microseconds").removesuffix("+00:00") + "Z"


# SQLite's driver has a form of its own, without the zone and not of one width.
sqlite3.register_adapter(datetime, utc_text)

BigId = BigInteger().with_variant(Integer, "sqlite")
"""A 64-bit id: BIGINT on PostgreSQL, the rowid on SQLite."""


def one_of(column: str, values: type[StrEnum] | tuple[str, ...], name: str | None = None) -> CheckConstraint:
    """A CHECK that `column` holds one word of a closed list."""
    words = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({words})", name=name or column)


# SQLite STRICT tables know INTEGER, TEXT, REAL and BLOB only.
@compiles(String, "sqlite")
@compiles(Text, "sqlite")
def _text(element: Any, compiler: Any, **kw: Any) -> str:
    return "TEXT"


@compiles(Boolean, "sqlite")
@compiles(BigInteger, "sqlite")
def _integer(element: Any, compiler: Any, **kw: Any) -> str:
    return "INTEGER"


@compiles(DateTime, "sqlite")
def _instant(element: Any, compiler: Any, **kw: Any) -> str:
    return "TEXT"
