"""Reminds the one a deadline waits for, and forewarns the next holder."""

from escalation.config import Settings
from escalation.jobs.result import Result
from escalation.services import reminders, restored


def run(settings: Settings) -> Result:
    """Every reminder that is due now."""
    if restored.now_standing():
        # Whoever would be booked as silent was not told.
        return Result()
    done = reminders.remind()
    return Result({"reminded": done.reminded}, done.next_due)
