"""How people prove who they are: passkeys, what an identity provider says, one-time codes, and tries."""

from datetime import datetime

from flask_security import AsaList
from flask_security.core import WebAuthnMixin
from sqlalchemy import Boolean, ForeignKey, Index, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column

from escalation.models.base import STRICT, Base
from escalation.models.types import BigId


class Passkey(Base, WebAuthnMixin):
    """A passkey of a person: its public half only. The names of the columns are Flask-Security's."""

    __tablename__ = "passkey"
    __table_args__ = (UniqueConstraint("user_id", "name"), STRICT)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("account.id", ondelete="CASCADE"))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1024), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(Integer, server_default="0")
    transports: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()))
    backup_state: Mapped[bool] = mapped_column(Boolean)
    device_type: Mapped[str] = mapped_column(String(64))
    extensions: Mapped[str | None] = mapped_column(String(255))
    create_datetime: Mapped[datetime]
    lastuse_datetime: Mapped[datetime]
    name: Mapped[str] = mapped_column(String(64))
    usage: Mapped[str] = mapped_column(String(64))


class Identity(Base):
    """A person as an identity provider knows them: issuer and subject, never an e-mail address.

    It says who somebody is. What they may do is for our own directory to say.
    """

    __tablename__ = "identity"
    __table_args__ = (STRICT,)
    issuer: Mapped[str] = mapped_column(String(255), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("account.id", ondelete="CASCADE"), index=True)
    linked_at: Mapped[datetime]
    used_at: Mapped[datetime]


class AddressProof(Base):
    """A one-time code that was sent to an address, to be typed in the browser that asked for it.

    Only hashes are kept, of the code and of the browser's own secret. It is used once.
    """

    __tablename__ = "address_proof"
    __table_args__ = (STRICT,)
    public_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    email: Mapped[str] = mapped_column(String(254), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    browser_hash: Mapped[str] = mapped_column(String(64))
    tries: Mapped[int] = mapped_column(Integer, server_default="0")
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class Attempts(Base):
    """How often something was tried by or for somebody, the last time at `since`: the brake on guessing.

    `whom` is a hash of the account, the address or the partnership that it is counted for.
    """

    __tablename__ = "attempts"
    __table_args__ = (Index("ix_attempts_since", "since"), STRICT)
    what: Mapped[str] = mapped_column(String(40), primary_key=True)
    whom: Mapped[str] = mapped_column(String(64), primary_key=True)
    since: Mapped[datetime]
    count: Mapped[int] = mapped_column(Integer)


class SignInRecord(Base):
    """What happened at the door: sign-ins, refusals, factors that changed. Codes and ids, no address."""

    __tablename__ = "sign_in_record"
    __table_args__ = (Index("ix_sign_in_record_account", "account_id", "at"), STRICT)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("account.id", ondelete="CASCADE"))
    what: Mapped[str] = mapped_column(String(40))
    how: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]
    detail: Mapped[str] = mapped_column(Text, server_default="")
