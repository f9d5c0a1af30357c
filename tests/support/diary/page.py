"""What stands in the diary: its lines, and each challenge as the diary knows it."""

from dataclasses import dataclass, field
from datetime import datetime

from tests.support.diary.times import REVIEW
from tests.support.diary.town import HEAD, MANAGER


@dataclass
class Promise:
    """Somebody's time that runs. `late` when it ran out before and they were asked again."""

    due: datetime
    late: bool = False


@dataclass(frozen=True)
class Line:
    """One line of the diary: when, about which challenge, what happened, and a word more."""

    at: datetime
    number: int
    what: str
    more: str = ""


@dataclass
class Challenge:
    """One challenge as the diary knows it."""

    number: int
    case: str
    by: str
    first_to: str
    to: str
    urgent: bool
    stage: str = REVIEW
    running: dict[str, Promise] = field(default_factory=dict)
    asked_here: set[str] = field(default_factory=set)
    viewed: bool = False
    replied: bool = False
    passed_on: bool = False

    @property
    def answering(self) -> str | None:
        """Who may reply for the challenged side at this stage."""
        return (MANAGER if self.stage == REVIEW else HEAD).get(self.to)
