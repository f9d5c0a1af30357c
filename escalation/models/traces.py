"""What is known of looking that opens no case in the service: searches by a number, and what operators took
out; and how the last verification of each record went.

None of it holds a number, a name of somebody a case is about, or a word that somebody wrote.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from escalation.models.base import STRICT, Base
from escalation.models.types import BigId, one_of

NUMBER_KINDS = ("nhs", "local")
CHECKED = ("whole", "broken", "incomplete")
WHY_TAKEN_OUT = ("court", "inspection", "subject_access", "review", "other")


class NumberSearch(Base):
    """Somebody looked for cases by a number, in one partnership: its kind, and how many cases were found.

    Neither the number nor its keyed hash is kept: with the index key the hash is the number (see
    docs/threat-model.md), and a list of who was looked for would be worth more to a thief than the cases.
    """

    __tablename__ = "number_search"
    __table_args__ = (
        one_of("kind", NUMBER_KINDS),
        CheckConstraint("found >= 0", name="found"),
        Index("ix_number_search_partnership_id", "partnership_id", "at"),
        STRICT,
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    partnership_id: Mapped[int] = mapped_column(BigId, ForeignKey("partnership.id"))
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("account.id"))
    kind: Mapped[str] = mapped_column(String(5))
    found: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime]


class TakenOut(Base):
    """An operator wrote a case with its proof into a file: who, why, how much was in it, and its SHA-256.

    `operator` is the account of the operating system, `asked_by` whoever they say asked for it.
    """

    __tablename__ = "taken_out"
    __table_args__ = (
        ForeignKeyConstraint(["partnership_id", "case_id"], ["case.partnership_id", "case.id"]),
        one_of("why", WHY_TAKEN_OUT),
        Index("ix_taken_out_partnership_id", "partnership_id", "at"),
        STRICT,
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    partnership_id: Mapped[int] = mapped_column(BigId)
    case_id: Mapped[int] = mapped_column(BigId)
    operator: Mapped[str] = mapped_column(String(120))
    asked_by: Mapped[str] = mapped_column(String(120))
    why: Mapped[str] = mapped_column(String(20))
    events: Mapped[int] = mapped_column(Integer)
    statements: Mapped[int] = mapped_column(Integer)
    reads: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class RecordCheck(Base):
    """How the last verification of a partnership's record went. The findings themselves are not kept: whoever
    mends it verifies again."""

    __tablename__ = "record_check"
    __table_args__ = (one_of("outcome", CHECKED), STRICT)
    partnership_id: Mapped[int] = mapped_column(BigId, ForeignKey("partnership.id"), primary_key=True)
    checked_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(10))
    breaks: Mapped[int] = mapped_column(Integer)
    broken_since: Mapped[datetime | None]
    """When the first of the verifications in a row found it broken."""
