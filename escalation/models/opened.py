"""Cases that somebody without a seat opened for a stated reason: break-glass, and its review."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from escalation.models.base import STRICT, Base
from escalation.models.types import BigId, one_of


class GlassReason(StrEnum):
    """On which ground somebody opens a case that is not theirs."""

    CONSENT = "consent"
    LEGAL = "legal"
    PUBLIC_INTEREST = "public_interest"


class GlassFinding(StrEnum):
    """What the review found."""

    RIGHT = "right"
    WRONG = "wrong"


class OpenedGlass(Base):
    """One case, opened for reading, for a time, by one person. Its event stands in the case's chain.

    A row is written, with that event, before anything is shown. It waits for a review until `review_by`.
    """

    __tablename__ = "opened_glass"
    __table_args__ = (
        ForeignKeyConstraint(
            ["partnership_id", "case_id", "event_seq"],
            ["event.partnership_id", "event.case_id", "event.seq"],
        ),
        one_of("reason", GlassReason),
        one_of("finding", GlassFinding),
        CheckConstraint("(reviewed_at IS NULL) = (finding IS NULL)", name="reviewed_has_finding"),
        Index(
            "ix_opened_glass_unreviewed",
            "review_by",
            sqlite_where=text("reviewed_at IS NULL"),
            postgresql_where=text("reviewed_at IS NULL"),
        ),
        Index("ix_opened_glass_account", "account_id", "until"),
        STRICT,
    )
    partnership_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("account.id"))
    reason: Mapped[str] = mapped_column(String(20))
    opened_at: Mapped[datetime]
    until: Mapped[datetime]
    review_by: Mapped[datetime]
    escalated_at: Mapped[datetime | None]
    """When the review was overdue and the chair was told."""
    reviewed_at: Mapped[datetime | None]
    reviewed_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("account.id"))
    finding: Mapped[str | None] = mapped_column(String(10))
    note: Mapped[str | None] = mapped_column(Text)
