"""Erasure: what two appointed people ask for and agree to, and the holds that forbid it. Codes only.

These rows stay when a case's content is destroyed: there is no place in them for a word about anybody.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from escalation.models.base import STRICT, Base
from escalation.models.types import BigId, one_of


class ErasureRule(StrEnum):
    """On which rule an erasure rests. The paper itself is kept by the board, outside this service."""

    RETENTION = "retention"
    PERSON = "person"
    ORDER = "order"
    UNLAWFUL = "unlawful"


class ErasureState(StrEnum):
    """What became of a request."""

    WAITING = "waiting"
    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class HoldGround(StrEnum):
    """Why a case must be kept as it is."""

    COURT = "court"
    INQUIRY = "inquiry"
    CLAIM = "claim"


def _event_of() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["partnership_id", "case_id", "event_seq"],
        ["event.partnership_id", "event.case_id", "event.seq"],
    )


class Erasure(Base):
    """One request to destroy what was written in a case, until a second person answers it."""

    __tablename__ = "erasure"
    __table_args__ = (
        _event_of(),
        one_of("rule", ErasureRule),
        one_of("state", ErasureState),
        CheckConstraint("(state = 'waiting') = (ended_at IS NULL)", name="ended_has_time"),
        CheckConstraint("state <> 'agreed' OR ended_by_id <> asked_by_id", name="two_people"),
        Index(
            "uq_erasure_waiting",
            "partnership_id",
            "case_id",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        STRICT,
    )
    partnership_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    """The event with which it was asked for."""
    rule: Mapped[str] = mapped_column(String(20))
    asked_by_id: Mapped[int] = mapped_column(BigId, ForeignKey("account.id"))
    asked_at: Mapped[datetime]
    answer_by: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10))
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("account.id"))


class LegalHold(Base):
    """A case whose content must not be destroyed. One at a time; lifted, it stays as a row."""

    __tablename__ = "legal_hold"
    __table_args__ = (
        _event_of(),
        one_of("ground", HoldGround),
        CheckConstraint("(lifted_at IS NULL) = (lifted_by_id IS NULL)", name="lifted_by_somebody"),
        Index(
            "uq_legal_hold_standing",
            "partnership_id",
            "case_id",
            unique=True,
            sqlite_where=text("lifted_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL"),
        ),
        STRICT,
    )
    partnership_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    ground: Mapped[str] = mapped_column(String(20))
    set_by_id: Mapped[int] = mapped_column(BigId, ForeignKey("account.id"))
    set_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    lifted_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("account.id"))
