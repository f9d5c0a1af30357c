"""The outbox: mails that are owed, written in the same transaction as what they tell of."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from escalation.models.base import STRICT, Base
from escalation.models.types import BigId, one_of


class OutboxState(StrEnum):
    """OWED (also while leased), SENT, FAILED for good, SKIPPED with its reason, HELD after a restore."""

    OWED = "owed"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"
    HELD = "held"


class OutboxRow(Base):
    """One mail to one person about one event. Ids and codes only: the words are made at sending.

    A worker claims a row by raising `lease_token` and setting `lease_until`; it may mark the row
    only while its token still stands.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        ForeignKeyConstraint(
            ["partnership_id", "case_id", "event_seq"],
            ["event.partnership_id", "event.case_id", "event.seq"],
        ),
        UniqueConstraint("dedupe_key"),
        one_of("state", OutboxState),
        CheckConstraint("state = 'skipped' OR account_id IS NOT NULL", name="somebody"),
        Index(
            "ix_outbox_owed",
            "next_at",
            sqlite_where=text("state = 'owed'"),
            postgresql_where=text("state = 'owed'"),
        ),
        Index("ix_outbox_case", "partnership_id", "case_id"),
        Index(
            "ix_outbox_sent",
            "account_id",
            "sent_at",
            sqlite_where=text("state = 'sent'"),
            postgresql_where=text("state = 'sent'"),
        ),
        STRICT,
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"))
    case_id: Mapped[int | None] = mapped_column(BigId)
    event_seq: Mapped[int | None] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(40))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    """Empty only for a mail that was skipped because nobody was left to tell."""
    to_address: Mapped[str | None] = mapped_column(String(254))
    """An address outside that gets it, in the name of the account."""
    slot: Mapped[str] = mapped_column(String(40))
    via: Mapped[str] = mapped_column(String(10))
    dedupe_key: Mapped[str] = mapped_column(String(160))
    set_up_link: Mapped[str | None] = mapped_column(Text)
    """Only for account mails; emptied when the mail has left."""
    state: Mapped[str] = mapped_column(String(10), server_default="owed")
    owed_at: Mapped[datetime]
    next_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    lease_token: Mapped[int] = mapped_column(Integer, server_default="0")
    lease_until: Mapped[datetime | None]
    message_id: Mapped[str | None] = mapped_column(String(160))
    epoch: Mapped[int] = mapped_column(Integer)
    sent_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(200))
