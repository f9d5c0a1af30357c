"""Partnerships, agencies, posts, and who holds them. Roles are found here, never by a person's name."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from escalation.models.base import STRICT, Base
from escalation.models.types import BigId, one_of
from workflows.vocabulary import AgencyKind, Tier

LINES = ("doctor", "nurse", "social_worker", "manager", "teacher", "police", "housing")
"""The lines of an agency: the roles whose decision can be challenged. A post of no line answers for any."""


class HoldingKind(StrEnum):
    """The holder of a post, or the deputy who stands in."""

    HOLDER = "holder"
    DEPUTY = "deputy"


class Partnership(Base):
    """The tenant: a children's partnership, an adults' board, or a joint one."""

    __tablename__ = "partnership"
    __table_args__ = (STRICT,)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    service_name: Mapped[str] = mapped_column(String(120))
    reference_prefix: Mapped[str] = mapped_column(String(6))
    nation: Mapped[str] = mapped_column(String(3))
    zone: Mapped[str] = mapped_column(String(40))
    duty_phone: Mapped[str] = mapped_column(String(40))
    office_phone: Mapped[str] = mapped_column(String(40))
    office_hours: Mapped[str] = mapped_column(String(80))
    office_address: Mapped[str] = mapped_column(String(254))


class Agency(Base):
    """An agency with its working week. Times are local wall times HH:MM."""

    __tablename__ = "agency"
    __table_args__ = (one_of("kind", AgencyKind), STRICT)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    nation: Mapped[str] = mapped_column(String(3))
    zone: Mapped[str] = mapped_column(String(40))
    opens: Mapped[str] = mapped_column(String(5), server_default="09:00")
    closes: Mapped[str] = mapped_column(String(5), server_default="17:00")
    weekdays: Mapped[str] = mapped_column(String(7), server_default="01234")
    closures: Mapped[str] = mapped_column(Text, server_default="")
    """Extra days off as ISO dates, separated by spaces."""
    hours: Mapped[str] = mapped_column(Text, server_default="")
    """Weekdays with other hours, separated by spaces: `wed 09:00-12:30`."""
    terms: Mapped[str] = mapped_column(Text, server_default="")
    """First and last days of terms, separated by spaces; empty: it works all year."""


class Membership(Base):
    """An agency belongs to a partnership."""

    __tablename__ = "membership"
    __table_args__ = (STRICT,)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"), primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), primary_key=True)


class Post(Base):
    """An office in an agency: how high (tier) and in which line. People hold it for a time."""

    __tablename__ = "post"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("partnership_id", "agency_id", "tier", "line", "title"),
        ForeignKeyConstraint(
            ["partnership_id", "agency_id"], ["membership.partnership_id", "membership.agency_id"]
        ),
        one_of("tier", Tier),
        STRICT,
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    partnership_id: Mapped[int] = mapped_column(BigId)
    agency_id: Mapped[int] = mapped_column(BigId)
    tier: Mapped[str] = mapped_column(String(20))
    line: Mapped[str] = mapped_column(String(20), server_default="")
    """The challenged role whose line this post is (doctor, nurse ...); empty: any."""
    title: Mapped[str] = mapped_column(String(120))


class Holding(Base):
    """A person holds a post, or is its deputy, from one instant to another."""

    __tablename__ = "holding"
    __table_args__ = (
        ForeignKeyConstraint(["partnership_id", "post_id"], ["post.partnership_id", "post.id"]),
        one_of("kind", HoldingKind),
        Index("ix_holding_account", "account_id"),
        UniqueConstraint("partnership_id", "post_id", "account_id", "kind", "from_at"),
        STRICT,
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    partnership_id: Mapped[int] = mapped_column(BigId)
    post_id: Mapped[int] = mapped_column(BigId)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str] = mapped_column(String(10))
    from_at: Mapped[datetime]
    to_at: Mapped[datetime | None]
    away_until: Mapped[datetime | None]
    """While set and in the future, the deputy stands in."""
