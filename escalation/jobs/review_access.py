"""Opens the access reviews at the start of each quarter, and reminds of those that are nearly due."""

from escalation.config import Settings
from escalation.jobs.result import Result
from escalation.services import access_reviews


def run(settings: Settings) -> Result:
    """Everything that is due now, once."""
    done = access_reviews.open_and_remind()
    return Result({"opened": done.opened, "reminded": done.reminded})
