"""What may be seen: the frozen values that pages, the API, mails and exports accept, and nothing else.

They are made by `case_view.view_of(case, actor)` and never hold a model. Instants are aware UTC;
words for people are made at the doors.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from notifications.message import Via
from workflows.case import DeadlineState, LeadView, Position
from workflows.events import Code, EventKind
from workflows.triggers import Trigger
from workflows.vocabulary import Phase, Side


class Standing(StrEnum):
    """How a person who was told stands: a tick, a half, a ring or a diamond on the page."""

    POSITION = "position"
    """Took a position (replied, supported, did not support, decided)."""
    OWNED = "owned"
    """Said: I have read this and own it. No position yet."""
    OPENED = "opened"
    """Opened the case. No position yet."""
    TOLD = "told"
    """A mail has left or is on its way. Not opened."""
    UNREACHED = "unreached"
    """Nobody holds the post, or the mail came back."""
    SILENT = "silent"
    """Did not answer in time."""


@dataclass(frozen=True, slots=True)
class DeadlineView:
    """One deadline. `days` are the working days that count, for the sum on the page, and `counts_from`
    is the working day on which the notice counts as given: the day before the first of them."""

    clock: str
    title: str
    rung: int
    side: Side
    waits_for: str
    waits_for_title: str
    agency: str
    base: datetime
    due: datetime
    budget: str
    counts_from: date
    days: tuple[date, ...]
    days_left: int
    """Working days left, today not counted; 0 means today; negative: past its time by so many."""
    state: DeadlineState
    zone: str
    late_by: int = 0
    at_work: bool = True
    """Whether the agency that it waits for is open at this moment."""


@dataclass(frozen=True, slots=True)
class SeatView:
    """One post that takes part. `people` are display names of who holds it today."""

    slot: str
    title: str
    agency: str
    side: Side
    people: tuple[str, ...]
    via: Via
    standing: Standing
    at: datetime | None
    mine: bool
    title_welsh: str = ""
    """Only where the post has the title that the procedure gives it: only that one is translated."""


@dataclass(frozen=True, slots=True)
class WrittenView:
    """Something a person wrote. `field` is the answer's name in its command.

    What was written in a form of the protocol says so: its name there, in which form, and in Welsh.
    """

    field: str
    text: str
    author: str
    author_agency: str
    side: Side | None
    at: datetime
    label: str = ""
    form: str = ""
    label_welsh: str = ""


@dataclass(frozen=True, slots=True)
class EventView:
    """One thing that happened, with what was written with it. `actor` is empty for the clock."""

    seq: int
    kind: EventKind
    at: datetime
    codes: Mapping[str, Code]
    actor: str
    actor_agency: str
    by_me: bool
    written: tuple[WrittenView, ...] = ()


class StepState(StrEnum):
    """Where a stage stands on the way of this case."""

    DONE = "done"
    HERE = "here"
    AHEAD = "ahead"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class StepView:
    """One stage of the protocol on the way of this case. `cause` tells why it was entered."""

    stage: str
    name: str
    phase: Phase
    state: StepState
    entered_at: datetime | None = None
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class AskedView:
    """One field of a form: `name` is how its answer is called on pages and in the API."""

    name: str
    label: str
    hint: str
    required: bool
    label_welsh: str = ""


@dataclass(frozen=True, slots=True)
class FormView:
    """A form of the protocol that a move asks for, with the fields that this person answers."""

    id: str
    version: str
    title: str
    fields: tuple[AskedView, ...]
    title_welsh: str = ""


@dataclass(frozen=True, slots=True)
class ActionView:
    """One thing this person may do, or may not do yet and why (`refusal` in words)."""

    trigger: Trigger
    refusal: str | None = None
    choices: Mapping[str, str] = field(default_factory=dict)
    """What may be picked, where the move asks for it: ids and words."""
    forms: tuple[FormView, ...] = ()
    """The forms of the protocol that the move asks for."""


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
    words: Mapping[str, str] = field(default_factory=dict)
    """The board's own words, where its procedure has some (see `workflows.own_words`)."""
    welsh: Mapping[str, str] = field(default_factory=dict)
    """The procedure's Welsh, by what it stands beside: `title`, `stage.1`, `slot.chair`."""
    tied: tuple[TiedCase, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkRow:
    """One case in somebody's list."""

    public_id: str
    reference: str
    partnership: str
    raising_agency: str
    challenged_agency: str
    stage_name: str
    phase: Phase
    due: datetime | None
    zone: str
    waits_for_title: str
    waits_for_agency: str
    waits_for_me: bool
    moved_by_silence: bool
    unheld: bool
    """Nobody holds the post that it waits for: the board office was told."""
    past_time: bool
    raised_by_me: bool
    stage_welsh: str = ""
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft that only its author sees."""

    public_id: str
    kind: str
    saved_at: datetime
    answered: int


@dataclass(frozen=True, slots=True)
class MyWork:
    """Everything that concerns a person, in the order of what waits for them."""

    waiting_for_me: tuple[WorkRow, ...]
    waiting_for_others: tuple[WorkRow, ...]
    finished: tuple[WorkRow, ...]
    drafts: tuple[DraftRow, ...]
    named_professional: str | None
    may_raise: bool
    board_of: tuple[PartnershipView, ...]
    """Partnerships whose board office or chair this person is: they see the worklist and the measures."""


@dataclass(frozen=True, slots=True)
class AgencyChoice:
    """An agency that may be challenged (or to which a concern may be passed on)."""

    public_id: str
    name: str
    kind: str
    own_without_manager: bool = False
    """The person works there, and it has no line manager who can be told: the board office is, instead."""


@dataclass(frozen=True, slots=True)
class WhoIsTold:
    """On the check page: a post that will be told, and who holds it (or that nobody does)."""

    title: str
    agency: str
    people: tuple[str, ...]
    via: Via


@dataclass(frozen=True, slots=True)
class RaiseAsks:
    """What the procedure in force asks of whoever raises a concern, beside the five questions: ids and words.

    Empty where it makes no difference. `concern` and `protect`: whether a moment bears on its times.
    """

    subjects: Mapping[str, str] = field(default_factory=dict)
    topics: Mapping[str, str] = field(default_factory=dict)
    forums: Mapping[str, str] = field(default_factory=dict)
    entries: Mapping[str, str] = field(default_factory=dict)
    concern: bool = False
    protect: bool = False
    forms: tuple[FormView, ...] = ()
    """The forms of the procedure that belong to raising a concern."""
    words: Mapping[str, str] = field(default_factory=dict)
    welsh: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RaisePreview:
    """What will happen when the concern is sent: who is told and until when they have."""

    told: tuple[WhoIsTold, ...]
    due: datetime
    days: tuple[date, ...]
    budget: str
    next_stage: str
    zone: str
    earlier_cases: int
    """Challenges this person may see that carry the same reference."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft with its answers, as saved."""

    public_id: str
    kind: str
    partnership: PartnershipView
    answers: Mapping[str, str]
    saved_at: datetime
    case_public_id: str | None = None
