"""Seals: what a partnership's record held at one instant, signed with a key that no database knows.

    event -> chain of its case -> sealed_head --+
                                                +--> Merkle root -> seal -> the seal after it
    reading ----------------------> sealed_read +

A head that is sealed binds every event of the case up to it. What is on record and in neither list is not
sealed yet: see `services.record_seals`, and docs/record.md for the format.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from escalation.models.base import STRICT, Base
from escalation.models.types import BigId


def _of_seal() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["partnership_id", "n"], ["seal.partnership_id", "seal.n"])


class SealRow(Base):
    """One seal. `body` is the canonical JSON that hash and signature cover; the other columns repeat it.

    `cases`, `events` and `reads` count everything that is sealed since the first one. `previous` is the hash
    of the seal before, `root` that of the tree over what is new.
    """

    __tablename__ = "seal"
    __table_args__ = (UniqueConstraint("partnership_id", "previous"), STRICT)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"), primary_key=True)
    n: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    epoch: Mapped[int] = mapped_column(Integer)
    root: Mapped[str] = mapped_column(String(64))
    leaves: Mapped[int] = mapped_column(Integer)
    cases: Mapped[int] = mapped_column(Integer)
    events: Mapped[int] = mapped_column(Integer)
    reads: Mapped[int] = mapped_column(Integer)
    key_id: Mapped[str] = mapped_column(String(16))
    previous: Mapped[str] = mapped_column(String(64))
    body: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(128))


class SealedHead(Base):
    """The newest event of a case when a seal was made: the case had moved since the seal before."""

    __tablename__ = "sealed_head"
    __table_args__ = (
        _of_seal(),
        ForeignKeyConstraint(
            ["partnership_id", "case_id", "seq"], ["event.partnership_id", "event.case_id", "event.seq"]
        ),
        Index("ix_sealed_head_n", "partnership_id", "n"),
        STRICT,
    )
    partnership_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    n: Mapped[int] = mapped_column(Integer)
    hash: Mapped[str] = mapped_column(String(64))


class SealedRead(Base):
    """A reading that a seal covers, with the hash of its row."""

    __tablename__ = "sealed_read"
    __table_args__ = (_of_seal(), Index("ix_sealed_read_n", "partnership_id", "n"), STRICT)
    partnership_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    read_id: Mapped[int] = mapped_column(ForeignKey("read_log.id"), primary_key=True)
    n: Mapped[int] = mapped_column(Integer)
    hash: Mapped[str] = mapped_column(String(64))
