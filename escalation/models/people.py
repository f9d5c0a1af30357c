"""Accounts are global: one e-mail address, one person, posts in any number of partnerships."""

from datetime import datetime

from flask_security import AsaList
from flask_security.core import RoleMixin, UserMixin
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
)
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from escalation.models.base import STRICT, Base
from escalation.models.sign_in import Passkey
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
    """A person who can sign in. `mail_ok` turns false when a mail came back, until somebody mends it.

    `active` is false for who has left; `lapsed_at` is set for who did not come for so long that the way in
    was closed. The names of the columns of second factors are Flask-Security's.
    """

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
    """Encrypted with a key from the settings."""
    totp_counter: Mapped[int | None] = mapped_column(BigInteger)
    """The last time step whose code was used: none is good twice."""
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()))
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(  # type: ignore[assignment]  # the mixin says str, its code takes None
        String(64), index=True, unique=True
    )
    used_at: Mapped[datetime | None]
    """When this person was last here, to the day."""
    lapsed_at: Mapped[datetime | None]
    webauthn: Mapped[list[Passkey]] = relationship(  # type: ignore[assignment]  # the mixin says its own class
        cascade="all, delete", passive_deletes=True
    )
    roles: Mapped[list[Role]] = relationship(secondary=account_role)  # type: ignore[assignment]  # the mixin says list[str], its code takes roles


class WebSession(Base):
    """A signed-in browser, kept on the server so that it can be listed and ended.

    Only the hash of the cookie's value is stored: a stolen table opens no session.
    """

    __tablename__ = "web_session"
    __table_args__ = (Index("ix_web_session_account", "account_id"), STRICT)
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("account.id", ondelete="CASCADE"))
    data: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    public_id: Mapped[str | None] = mapped_column(String(32), index=True, unique=True)
    """How a person names this session when they end it from another."""
    how: Mapped[str | None] = mapped_column(String(20))
    """How they proved who they are: code, password, second_factor, passkey, provider."""
    verified_at: Mapped[datetime | None]
    """When they last proved it, for steps that ask anew."""
    agent: Mapped[str | None] = mapped_column(String(80))
    """The kind of browser, in a few words."""
