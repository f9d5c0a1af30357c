"""The record: chained events (codes and ids), statements (what people wrote), and the log of reads."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from escalation.models.base import STRICT, Base
from escalation.models.types import BigId, one_of
from workflows.events import EventKind


class FieldClass(StrEnum):
    """How sensitive a written field is, and so who may read it and how it is sealed."""

    IDENTIFIER = "F1"
    HOUSEHOLD = "F2"
    RAISER = "F3"
    NARRATIVE = "F4"
    DRAFT = "F5"
    LEADERSHIP = "F6"
    DECISION = "F7"
    ATTACHMENT = "F8"
    SAFE_CONTACT = "F9"


class EventRow(Base):
    """One event of a case. `body` is the canonical JSON that `hash` covers, kept exactly as hashed."""

    __tablename__ = "event"
    __table_args__ = (
        ForeignKeyConstraint(["partnership_id", "case_id"], ["case.partnership_id", "case.id"]),
        UniqueConstraint("partnership_id", "case_id", "previous"),
        one_of("kind", EventKind),
        STRICT,
    )
    partnership_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    entry_seq: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(30))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    slot: Mapped[str | None] = mapped_column(String(40))
    body: Mapped[str] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class Statement(Base):
    """What somebody wrote: the one place where prose lies. It points at the event it came with."""

    __tablename__ = "statement"
    __table_args__ = (
        ForeignKeyConstraint(
            ["partnership_id", "case_id", "event_seq"],
            ["event.partnership_id", "event.case_id", "event.seq"],
        ),
        one_of("field_class", FieldClass),
        STRICT,
    )
    partnership_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    field: Mapped[str] = mapped_column(String(40), primary_key=True)
    field_class: Mapped[str] = mapped_column(String(2))
    text: Mapped[str] = mapped_column(Text)


class ReadEntry(Base):
    """Somebody opened a case. Append-only, written by the one access function, never in the case row."""

    __tablename__ = "read_log"
    __table_args__ = (
        ForeignKeyConstraint(["partnership_id", "case_id"], ["case.partnership_id", "case.id"]),
        Index("ix_read_log_partnership_id", "partnership_id", "id"),
        STRICT,
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    partnership_id: Mapped[int] = mapped_column(BigId)
    case_id: Mapped[int] = mapped_column(BigId, index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    slot: Mapped[str | None] = mapped_column(String(40))
    what: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(Text)
    """Why, where a reading asks for a reason."""
    at: Mapped[datetime]
