"""What a job says when it has run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Result:
    """Counts by word, and the instant (service time, UTC) at which there is work again, if known."""

    did: Mapping[str, int] = field(default_factory=dict)
    next_due: datetime | None = None

    def __bool__(self) -> bool:
        return any(self.did.values())
