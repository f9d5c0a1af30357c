"""Tells the chair and the board office of cases opened without a seat that nobody reviewed in time."""

from escalation.config import Settings
from escalation.jobs.result import Result
from escalation.services import glass_review


def run(settings: Settings) -> Result:
    """Every review that is overdue, once."""
    return Result({"overdue": glass_review.tell_overdue()})
