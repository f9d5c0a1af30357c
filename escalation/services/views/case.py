"""A case as one person may see it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from escalation.services.views.doing import ActionView
from escalation.services.views.record import DeadlineView, EventView, SeatView, StepView, WrittenView
from workflows.case import LeadView, Position
from workflows.vocabulary import Phase, Side


@dataclass(frozen=True, slots=True)
class SafetyView:
    """Who keeps the person safe tonight, as somebody last said."""

    text: str
    author: str
    author_agency: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ProposalView:
    """An open proposal to settle. `reply` is True when a reply awaits acceptance."""

    side: Side
    mine: bool
    reply: bool
    outcome: str | None


@dataclass(frozen=True, slots=True)
class PartnershipView:
    """The partnership whose words, numbers and colours a page shows."""

    public_id: str
    name: str
    service_name: str
    duty_phone: str
    office_phone: str
    office_hours: str
    office_address: str
    zone: str
    privacy_note: str = ""


class Tie(StrEnum):
    """How another case is tied to this one."""

    FOLLOWS = "follows"
    """This one was raised from it, because it made no difference."""
    FOLLOWED_BY = "followed_by"
    BESIDE = "beside"
    """This one was opened beside it."""
    OPENED_BESIDE = "opened_beside"


@dataclass(frozen=True, slots=True)
class TiedCase:
    """Another case that this one is tied to, which the reader takes part in as well."""

    public_id: str
    reference: str
    stage_name: str
    tie: Tie
    state: Phase
    raised_at: datetime


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case as one person may see it."""

    public_id: str
    reference: str
    version: int
    partnership: PartnershipView
    person_reference: str
    raised_at: datetime
    raiser: str
    """A name, or what stands for it where the reader is not told it."""
    raiser_role: str
    raising_agency: str
    challenged_agency: str
    challenged_role: str
    """A word from schemas.words.CHALLENGED_ROLES (doctor, nurse ...)."""
    urgency: str
    pace: str
    pace_name: str
    protocol: str
    stage: str
    stage_name: str
    phase: Phase
    my_side: Side | None
    my_slots: frozenset[str]
    my_titles: tuple[str, ...]
    is_raiser: bool
    position: Position
    lead_view: LeadView
    proposal: ProposalView | None
    written: Mapping[str, WrittenView]
    """The raiser's answers by field: decision, risk, request, attempts, changed_lately."""
    replies: tuple[EventView, ...]
    """Positions given, newest first (decision_changed, decision_kept, information_asked)."""
    news: tuple[WrittenView, ...]
    """What was told later (what_changed), newest first."""
    safety: SafetyView | None
    running: tuple[DeadlineView, ...]
    """Open deadlines, soonest first."""
    main: DeadlineView | None
    mine: DeadlineView | None
    """What the reader owes, when it is something else than what the whole case waits for."""
    """The deadline that the whole case waits for now."""
    lapsed: tuple[DeadlineView, ...]
    steps: tuple[StepView, ...]
    seats: tuple[SeatView, ...]
    if_nobody: str | None
    """Name of the stage it goes to by itself, or None when it does not."""
    events: tuple[EventView, ...]
    """Newest first, only those this person may see."""
    actions: tuple[ActionView, ...]
    last_activity: datetime
    outcome: str | None = None
    may_follow: bool = False
    """The follow-up said that the person is not safer, and this person may raise a new concern from it."""
    mail_told: Mapping[str, datetime] = field(default_factory=dict)
    also_challenged: tuple[str, ...] = ()
    """Further challenged agencies, in the order in which they were named."""
    words: Mapping[str, str] = field(default_factory=dict)
    """The board's own words, where its procedure has some (see `workflows.own_words`)."""
    welsh: Mapping[str, str] = field(default_factory=dict)
    """The procedure's Welsh, by what it stands beside: `title`, `stage.1`, `slot.chair`."""
    tied: tuple[TiedCase, ...] = ()
    quiet: bool = False
    """Raised through a safeguarding lead. The other side was told the raiser's name at `named_at`."""
    named_at: datetime | None = None
    may_name: bool = False
    """The reader may let the other side know that name."""
    destroyed_at: datetime | None = None
    """When what was written in it was destroyed (see `services.erasure`)."""
    may_erase: bool = False
    """The reader may ask, as the board's office, that this be done."""
    masked: bool = False
    """The reader does not see the reference for the person at once, and may for a reason."""
