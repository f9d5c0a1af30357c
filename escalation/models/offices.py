"""Who has an office in a partnership beside the posts of agencies, who is let in, and who checks it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from escalation.models.base import STRICT, Base
from escalation.models.types import BigId, one_of


class Office(StrEnum):
    """What somebody is appointed to in a partnership. None of them is a seat in a case."""

    BOARD_MEMBER = "board_member"
    ADMINISTRATOR = "administrator"
    """Looks after people and settings, never cases."""
    PRIVACY_OFFICER = "privacy_officer"
    INSPECTOR = "inspector"
    CUSTODIAN = "custodian"
    """May name somebody who raised a concern through their safeguarding lead, with a reason."""


class Appointment(Base):
    """A person has an office in a partnership from one instant to another."""

    __tablename__ = "appointment"
    __table_args__ = (
        one_of("office", Office),
        UniqueConstraint("partnership_id", "account_id", "office", "from_at"),
        Index("ix_appointment_account", "account_id"),
        STRICT,
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    partnership_id: Mapped[int] = mapped_column(BigId, ForeignKey("partnership.id"))
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("account.id"))
    office: Mapped[str] = mapped_column(String(20))
    from_at: Mapped[datetime]
    to_at: Mapped[datetime | None]
    by_account_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("account.id"))
    """Who appointed; empty: an operator, on the command line."""


class DeclaredInterest(Base):
    """A person has a line to an agency in which they hold no post: a spouse, a former employer."""

    __tablename__ = "declared_interest"
    __table_args__ = (
        ForeignKeyConstraint(
            ["partnership_id", "agency_id"], ["membership.partnership_id", "membership.agency_id"]
        ),
        UniqueConstraint("partnership_id", "account_id", "agency_id", "from_at"),
        Index("ix_declared_interest_account", "account_id"),
        STRICT,
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    partnership_id: Mapped[int] = mapped_column(BigId)
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("account.id"))
    agency_id: Mapped[int] = mapped_column(BigId)
    from_at: Mapped[datetime]
    to_at: Mapped[datetime | None]


class MailDomain(Base):
    """A mail domain that the board knows as an agency's: who proves an address of it may raise from there."""

    __tablename__ = "mail_domain"
    __table_args__ = (
        ForeignKeyConstraint(
            ["partnership_id", "agency_id"], ["membership.partnership_id", "membership.agency_id"]
        ),
        CheckConstraint("domain = lower(domain)", name="domain_lower"),
        Index("ix_mail_domain_domain", "domain"),
        STRICT,
    )
    partnership_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    domain: Mapped[str] = mapped_column(String(253), primary_key=True)
    agency_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    added_at: Mapped[datetime]
    by_account_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("account.id"))


class Newcomer(Base):
    """Somebody of a domain that nobody knows, who has proved the address and waits for the board office.

    What they wrote lies in their draft; the office sees that it waits, and nothing of it.
    """

    __tablename__ = "newcomer"
    __table_args__ = (
        ForeignKeyConstraint(
            ["partnership_id", "agency_id"], ["membership.partnership_id", "membership.agency_id"]
        ),
        CheckConstraint("(settled_at IS NULL) = (admitted IS NULL)", name="settled_has_answer"),
        Index(
            "uq_newcomer_waiting",
            "partnership_id",
            "account_id",
            unique=True,
            sqlite_where=text("settled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL"),
        ),
        STRICT,
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    partnership_id: Mapped[int] = mapped_column(BigId)
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("account.id"), index=True)
    agency_id: Mapped[int] = mapped_column(BigId)
    draft_public_id: Mapped[str | None] = mapped_column(String(32))
    asked_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    admitted: Mapped[bool | None] = mapped_column(Boolean)
    by_account_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("account.id"))


class AccessReview(Base):
    """The quarterly list of who has access in an agency, signed by somebody who answers for it.

    `body` is JSON of what stood on it when it was signed: holdings and what was said of each.
    """

    __tablename__ = "access_review"
    __table_args__ = (
        ForeignKeyConstraint(
            ["partnership_id", "agency_id"], ["membership.partnership_id", "membership.agency_id"]
        ),
        CheckConstraint("(signed_at IS NULL) = (signed_by_id IS NULL)", name="signed_by_somebody"),
        STRICT,
    )
    partnership_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agency_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    quarter: Mapped[str] = mapped_column(String(7), primary_key=True)
    """As 2026-Q4."""
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]
    signed_at: Mapped[datetime | None]
    signed_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("account.id"))
    body: Mapped[str | None] = mapped_column(Text)
