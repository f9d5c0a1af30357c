"""Reminds the one a deadline waits for, and forewarns the next holder."""

from escalation.config import Settings
from escalation.jobs.result import Result
from escalation.services import reminders


def run(settings: Settings) -> Result:
    """Every reminder that is due now."""
    done = reminders.remind()
    return Result({"reminded": done.reminded}, done.next_due)
