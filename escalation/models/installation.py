"""The installation itself: its clock, its epoch, its jobs and its heartbeat."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from escalation.models.base import STRICT, Base
from escalation.models.types import BigId


class Installation(Base):
    """One row. Only a demo or a test may move the clock, and the database itself sees to it."""

    __tablename__ = "installation"
    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        CheckConstraint("movable OR offset_seconds = 0", name="clock_stands"),
        STRICT,
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    movable: Mapped[bool] = mapped_column(Boolean, server_default="0")
    offset_seconds: Mapped[int] = mapped_column(BigInteger, server_default="0")
    epoch: Mapped[int] = mapped_column(Integer, server_default="1")
    """Grows when a backup is restored; mails owed in an older epoch wait for an operator."""
    restored_at: Mapped[datetime | None]
    """When a backup was put in here last. From then until `released_at` no mail leaves."""
    backup_of: Mapped[datetime | None]
    """The instant that the restored backup shows."""
    released_at: Mapped[datetime | None]
    """When an operator let the mails leave again, and the clocks run."""
    sealed_at: Mapped[datetime | None]
    """Since when everything that people wrote is sealed: what is not, is not believed any more."""
    factors_bound_at: Mapped[datetime | None]
    """Since when every second factor is bound to its account: one that is not, is not believed any more."""


class JobRun(Base):
    """The last run of a job, as it reported itself."""

    __tablename__ = "job_run"
    __table_args__ = (STRICT,)
    job: Mapped[str] = mapped_column(String(40), primary_key=True)
    runs: Mapped[int] = mapped_column(BigInteger, server_default="0")
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    result: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)


class Heartbeat(Base):
    """The auditor's word that nothing is overdue. It stops beating when something is."""

    __tablename__ = "heartbeat"
    __table_args__ = (STRICT,)
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    beat_at: Mapped[datetime | None]
    checked_at: Mapped[datetime]
    finding: Mapped[str | None] = mapped_column(Text)
