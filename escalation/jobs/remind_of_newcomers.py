"""Tells the board office again of who still waits to be let in: a concern waits with each of them."""

from escalation.config import Settings
from escalation.jobs.result import Result
from escalation.services import newcomers, restored


def run(settings: Settings) -> Result:
    """Today's reminders, once."""
    return Result() if restored.now_standing() else Result({"owed": newcomers.remind()})
