"""What somebody sees who raises a concern: what is asked, who would be told, and what was saved."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from escalation.services.views.case import PartnershipView
from escalation.services.views.doing import FormView
from notifications.message import Via
from workflows.vocabulary import Reason


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
    further: tuple[str, ...] = ()
    """The answers for further challenged agencies that it has places for."""
    forms: tuple[FormView, ...] = ()
    """The forms of the procedure that belong to raising a concern."""
    words: Mapping[str, str] = field(default_factory=dict)
    welsh: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DiversionView:
    """A concern that went elsewhere, for whoever raised it: where to, why, and the code it is counted by."""

    public_id: str
    partnership: PartnershipView
    destination: str
    because: str
    reason: Reason
    at: datetime


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
