"""Accounts are global: one e-mail address, one person, posts in any number of partnerships."""

from datetime import datetime

from flask_security.core import RoleMixin, UserMixin
from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, LargeBinary, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from escalation.models.base import STRICT, Base
from escalation.models.types import BigId

account_role = Table(
    "account_role",
    Base.metadata,
    Column("account_id", BigId, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", BigId, ForeignKey("role.id", ondelete="CASCADE"), primary_key=True),
    sqlite_strict=True,
)


class Role(Base, RoleMixin):
    """A role in the installation (administrator), never a role in a case: those are posts."""

    __tablename__ = "role"
    __table_args__ = (STRICT,)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    description: Mapped[str] = mapped_column(String(255), server_default="")


class Account(Base, UserMixin):
    """A person who can sign in. `mail_ok` turns false when a mail came back, until somebody mends it."""

    __tablename__ = "account"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_lower"), STRICT)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(Boolean, server_default="1")
    mail_ok: Mapped[bool] = mapped_column(Boolean, server_default="1")
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    invited_at: Mapped[datetime | None]
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    roles: Mapped[list[Role]] = relationship(secondary=account_role)  # type: ignore[assignment]  # the mixin says list[str], its code takes roles


class WebSession(Base):
    """A signed-in browser, kept on the server so that it can be listed and ended.

    Only the hash of the cookie's value is stored: a stolen table opens no session.
    """

    __tablename__ = "web_session"
    __table_args__ = (STRICT,)
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("account.id", ondelete="CASCADE"))
    data: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
