"""Forgets one-time codes that are too old, and accounts that came to nothing."""

from escalation.config import Settings
from escalation.jobs.result import Result
from escalation.services import forgetting


def run(settings: Settings) -> Result:
    """A batch of them."""
    return Result(forgetting.forget())
