"""Keys that open what people wrote, each wrapped by the one above it, and the index of numbers.

The key at the top is never here (see `key_sources`), so that these rows open nothing by themselves.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from escalation.models.base import STRICT, Base
from escalation.models.types import BigId, one_of


class PartnershipKey(Base):
    """A partnership's key, which wraps the keys of its cases and seals its people's drafts."""

    __tablename__ = "partnership_key"
    __table_args__ = (STRICT,)
    partnership_id: Mapped[int] = mapped_column(BigId, ForeignKey("partnership.id"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    wrapped: Mapped[str] = mapped_column(Text)
    wrapped_by: Mapped[int] = mapped_column(Integer)
    """The version of the key at the top."""
    made_at: Mapped[datetime]


class CaseKey(Base):
    """The key of one case's texts. Destroyed, it is gone, and with it every text that it sealed."""

    __tablename__ = "case_key"
    __table_args__ = (
        ForeignKeyConstraint(["partnership_id", "case_id"], ["case.partnership_id", "case.id"]),
        ForeignKeyConstraint(
            ["partnership_id", "wrapped_by"], ["partnership_key.partnership_id", "partnership_key.version"]
        ),
        CheckConstraint("(wrapped IS NULL) = (destroyed_at IS NOT NULL)", name="destroyed_is_gone"),
        Index("ix_case_key_wrapped_by", "partnership_id", "wrapped_by"),
        STRICT,
    )
    partnership_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    wrapped: Mapped[str | None] = mapped_column(Text)
    wrapped_by: Mapped[int] = mapped_column(Integer)
    """The version of the partnership's key."""
    made_at: Mapped[datetime]
    destroyed_at: Mapped[datetime | None]


class PersonIndex(Base):
    """By which numbers a case can be found: keyed hashes that say nothing without a key from outside."""

    __tablename__ = "person_index"
    __table_args__ = (
        ForeignKeyConstraint(["partnership_id", "case_id"], ["case.partnership_id", "case.id"]),
        one_of("kind", ("nhs", "local")),
        Index("ix_person_index_digest", "partnership_id", "digest"),
        STRICT,
    )
    partnership_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(5))
    key_version: Mapped[int] = mapped_column(Integer)
