"""Reminds the one a deadline waits for, and forewarns the next holder."""

from escalation.config import Settings
from escalation.jobs.result import Result
from escalation.services import clocks_apart, reminders, restored


def run(settings: Settings) -> Result:
    """Every reminder that is due now. Raises ClocksApart when the time cannot be trusted."""
    clocks_apart.agree()
    if restored.now_standing():
        # Whoever would be booked as silent was not told.
        return Result()
    done = reminders.remind()
    return Result({"reminded": done.reminded}, done.next_due)
