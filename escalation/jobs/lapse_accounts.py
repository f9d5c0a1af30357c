"""Closes the accounts that nobody uses, a week after their people were warned."""

from datetime import timedelta

from escalation.config import Settings
from escalation.jobs.result import Result
from escalation.services import unused


def run(settings: Settings) -> Result:
    """Everything that is due now; nothing where accounts never lapse."""
    if not settings.lapse_after_days:
        return Result()
    closed = unused.close_unused(timedelta(days=settings.lapse_after_days))
    return Result({"warned": closed.warned, "lapsed": closed.lapsed})
