"""Protocols as published: a version never changes, and a case keeps the one it began under."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from escalation.models.base import STRICT, Base
from escalation.models.types import BigId


class ProtocolVersion(Base):
    """One published file, whole, with its hash. The newest `in_force_from` is in force."""

    __tablename__ = "protocol_version"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("partnership_id", "key", "version"),
        STRICT,
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"))
    key: Mapped[str] = mapped_column(String(80))
    version: Mapped[str] = mapped_column(String(40))
    sha256: Mapped[str] = mapped_column(String(64))
    body: Mapped[str] = mapped_column(Text)
    in_force_from: Mapped[datetime]
