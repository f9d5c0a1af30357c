"""Ends requests to destroy what was written in a case that no second person answered in time."""

from escalation.config import Settings
from escalation.jobs.result import Result
from escalation.services import erasure


def run(settings: Settings) -> Result:
    """Every request that is overdue, once: what was written is kept."""
    return Result({"lapsed": erasure.lapse_unanswered()})
