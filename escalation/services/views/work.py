"""What waits for whom, in lists."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from escalation.services.views.case import PartnershipView
from workflows.vocabulary import Phase


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
    """It came to the stage where it is because nobody answered."""
    unheld: bool
    """Nobody holds the post that it waits for: the board office was told."""
    past_time: bool
    again: bool
    """What is past is a time before; the one that runs now is not over."""
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
