"""A case and what runs in it. Prose is never here: it lies in statements (see `record`)."""

from datetime import datetime

from sqlalchemy import (
    Boolean,
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
from workflows.case import DeadlineState, LeadView, Position
from workflows.vocabulary import Phase, Side, Urgency


def _of_case() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["partnership_id", "case_id"], ["case.partnership_id", "case.id"])


class Case(Base):
    """The record of one challenge: where it stands, and the head of its chain of events.

    `version` grows with every unit of work, `event_seq` with every event, `head` is the hash of the
    last one. `stage` is a word of the protocol; `phase` is from the closed list.
    """

    __tablename__ = "case"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("partnership_id", "reference"),
        ForeignKeyConstraint(
            ["partnership_id", "protocol_version_id"],
            ["protocol_version.partnership_id", "protocol_version.id"],
        ),
        ForeignKeyConstraint(["partnership_id", "follows_id"], ["case.partnership_id", "case.id"]),
        ForeignKeyConstraint(["partnership_id", "beside_id"], ["case.partnership_id", "case.id"]),
        one_of("phase", Phase),
        one_of("position", Position),
        one_of("lead_view", LeadView),
        one_of("urgency", Urgency),
        CheckConstraint("(phase = 'closed') = (closed_at IS NOT NULL)", name="closed_has_time"),
        STRICT,
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"))
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    reference: Mapped[str] = mapped_column(String(24))
    protocol_version_id: Mapped[int] = mapped_column(BigId)
    raiser_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    challenged_role: Mapped[str] = mapped_column(String(20))
    urgency: Mapped[str] = mapped_column(String(20))
    track: Mapped[str] = mapped_column(String(40))
    pace: Mapped[str] = mapped_column(String(40))
    terms: Mapped[str] = mapped_column(Text)
    """What was agreed or put on record and bears on what may follow (see `services.terms`)."""
    paused_at: Mapped[datetime | None]
    quiet: Mapped[bool] = mapped_column(Boolean, server_default="0")
    """Raised through the raiser's safeguarding lead: the other side is not told the raiser's name."""
    named_at: Mapped[datetime | None]
    """When a custodian let the other side know that name all the same."""
    stage: Mapped[str] = mapped_column(String(40))
    phase: Mapped[str] = mapped_column(String(20), index=True)
    entry_seq: Mapped[int] = mapped_column(Integer)
    position: Mapped[str] = mapped_column(String(10))
    lead_view: Mapped[str] = mapped_column(String(10))
    readdressed: Mapped[int] = mapped_column(Integer)
    raised_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    follows_id: Mapped[int | None] = mapped_column(BigId)
    beside_id: Mapped[int | None] = mapped_column(BigId)
    """The case beside which this one was opened, on a track of its own."""
    version: Mapped[int] = mapped_column(Integer)
    event_seq: Mapped[int] = mapped_column(Integer)
    head: Mapped[str] = mapped_column(String(64))


class StageEntry(Base):
    """A stage that the case entered, and why. Open while `left_at` is null: one for each case."""

    __tablename__ = "stage_entry"
    __table_args__ = (
        _of_case(),
        one_of("phase", Phase),
        Index(
            "uq_stage_entry_open",
            "partnership_id",
            "case_id",
            unique=True,
            sqlite_where=text("left_at IS NULL"),
            postgresql_where=text("left_at IS NULL"),
        ),
        STRICT,
    )
    partnership_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    stage: Mapped[str] = mapped_column(String(40))
    phase: Mapped[str] = mapped_column(String(20))
    pace: Mapped[str] = mapped_column(String(40))
    cause: Mapped[str] = mapped_column(String(20))
    entered_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


class Participation(Base):
    """An agency's post (or, for the raiser, a person) that takes part in a case, on one side, in one slot.

    Rows are only added. `ended_at` says that another took the place (a wrong door, a recusal).
    """

    __tablename__ = "participation"
    __table_args__ = (
        _of_case(),
        ForeignKeyConstraint(["partnership_id", "post_id"], ["post.partnership_id", "post.id"]),
        ForeignKeyConstraint(
            ["partnership_id", "agency_id"], ["membership.partnership_id", "membership.agency_id"]
        ),
        one_of("side", Side),
        CheckConstraint("post_id IS NOT NULL OR account_id IS NOT NULL OR vacant", name="somebody"),
        Index("ix_participation_post", "partnership_id", "post_id"),
        Index("ix_participation_account", "account_id"),
        STRICT,
    )
    partnership_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    no: Mapped[int] = mapped_column(Integer, primary_key=True)
    side: Mapped[str] = mapped_column(String(12))
    slot: Mapped[str] = mapped_column(String(40))
    agency_id: Mapped[int] = mapped_column(BigId)
    post_id: Mapped[int | None] = mapped_column(BigId)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    vacant: Mapped[bool] = mapped_column(Boolean, server_default="0")
    """The agency has no such post: the board office was told instead."""
    entry_seq: Mapped[int] = mapped_column(Integer)
    joined_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Deadline(Base):
    """A running clock. It is unique by case, stage entry, clock and rung: a second move of the same
    rung is impossible in the database itself."""

    __tablename__ = "deadline"
    __table_args__ = (
        ForeignKeyConstraint(
            ["partnership_id", "case_id", "entry_seq"],
            ["stage_entry.partnership_id", "stage_entry.case_id", "stage_entry.seq"],
        ),
        one_of("state", DeadlineState),
        one_of("side", Side),
        CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="open_has_no_end"),
        Index(
            "ix_deadline_due",
            "partnership_id",
            "due_at",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index(
            "ix_deadline_remind",
            "remind_at",
            sqlite_where=text("state = 'open' AND remind_at IS NOT NULL AND reminded_at IS NULL"),
            postgresql_where=text("state = 'open' AND remind_at IS NOT NULL AND reminded_at IS NULL"),
        ),
        STRICT,
    )
    partnership_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entry_seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    clock: Mapped[str] = mapped_column(String(40), primary_key=True)
    rung: Mapped[int] = mapped_column(Integer, primary_key=True)
    side: Mapped[str] = mapped_column(String(12))
    waits_for: Mapped[str] = mapped_column(String(40))
    base_at: Mapped[datetime]
    budget: Mapped[str] = mapped_column(String(40))
    due_at: Mapped[datetime]
    remind_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    calendar_version: Mapped[str] = mapped_column(String(120))
    zone: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(10))
    ended_at: Mapped[datetime | None]
    late_by: Mapped[int] = mapped_column(Integer, server_default="0")
    """Whole seconds between the due instant and the lapse being carried out."""
    set_aside: Mapped[str | None] = mapped_column(String(200))
    """Why the sweep could not carry this one out; it is left to a person, and the auditor sees it."""


class ProposalRow(Base):
    """A proposal to settle, by one side, until the other agrees or does not. One open one a case."""

    __tablename__ = "proposal"
    __table_args__ = (
        _of_case(),
        one_of("side", Side),
        one_of("state", ("open", "agreed", "declined", "lapsed")),
        Index(
            "uq_proposal_open",
            "partnership_id",
            "case_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        STRICT,
    )
    partnership_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    side: Mapped[str] = mapped_column(String(12))
    reply: Mapped[bool] = mapped_column(Boolean)
    state: Mapped[str] = mapped_column(String(10))


class Recusal(Base):
    """A person who stands aside in one case, for good: they keep their post and lose their seat here."""

    __tablename__ = "recusal"
    __table_args__ = (_of_case(), STRICT)
    partnership_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    event_seq: Mapped[int] = mapped_column(Integer)
