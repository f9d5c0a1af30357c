"""What all tables share: one metadata, names for constraints, STRICT on SQLite."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import MetaData, orm
from sqlalchemy.orm import DeclarativeBase

from escalation.models.types import Utc

STRICT = {"sqlite_strict": True}
"""Table option: SQLite refuses a value of the wrong type, as PostgreSQL does."""

_METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Base(DeclarativeBase):
    """Base of every table. Models inherit it directly, so that they stay free of Flask."""

    registry = orm.registry(metadata=_METADATA, type_annotation_map={datetime: Utc})
    metadata: ClassVar[Any] = _METADATA
