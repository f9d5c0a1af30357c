"""A person's own desk: drafts that nobody else sees, submissions that count once, and what went elsewhere."""

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from escalation.models.base import STRICT, Base
from escalation.models.types import BigId, one_of
from workflows.vocabulary import AgencyKind, Reason, Subject, Urgency, Within


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


class Diversion(Base):
    """A concern that the procedure sent elsewhere: codes and ids, and nothing of what was written.

    `route` is the place of the route in that version's file (from 0): the words of destination and reason
    stand there. Each sending once; a second sending with its key finds the first.
    """

    __tablename__ = "diversion"
    __table_args__ = (
        ForeignKeyConstraint(
            ["partnership_id", "protocol_version_id"],
            ["protocol_version.partnership_id", "protocol_version.id"],
        ),
        Index("ix_diversion_at", "partnership_id", "at"),
        one_of("reason", Reason),
        one_of("subject", Subject),
        one_of("urgency", Urgency),
        one_of("within", Within),
        one_of("raising", AgencyKind),
        one_of("challenged", AgencyKind),
        STRICT,
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"))
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    protocol_version_id: Mapped[int] = mapped_column(BigId)
    route: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(20))
    topic: Mapped[str] = mapped_column(String(40))
    forum: Mapped[str] = mapped_column(String(40))
    urgency: Mapped[str] = mapped_column(String(20))
    within: Mapped[str] = mapped_column(String(20))
    raising: Mapped[str] = mapped_column(String(30))
    challenged: Mapped[str] = mapped_column(String(30))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    at: Mapped[datetime]
