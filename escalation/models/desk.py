"""A person's own desk: drafts that nobody else sees, and submissions that count once."""

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from escalation.models.base import STRICT, Base
from escalation.models.types import BigId


class DraftRow(Base):
    """Answers that were typed and not sent. One open draft for each case and trigger."""

    __tablename__ = "draft"
    __table_args__ = (
        ForeignKeyConstraint(["partnership_id", "case_id"], ["case.partnership_id", "case.id"]),
        Index(
            "uq_draft_case_kind",
            "account_id",
            "case_id",
            "kind",
            unique=True,
            sqlite_where=text("case_id IS NOT NULL"),
            postgresql_where=text("case_id IS NOT NULL"),
        ),
        STRICT,
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"))
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    case_id: Mapped[int | None] = mapped_column(BigId)
    answers: Mapped[str] = mapped_column(Text)
    """JSON of the answers; field class F5."""
    saved_at: Mapped[datetime]


class Submission(Base):
    """A form that was sent. The same key again gives the first result; another body is refused."""

    __tablename__ = "submission"
    __table_args__ = (STRICT,)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"))
    fingerprint: Mapped[str] = mapped_column(String(64))
    result: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
