"""Owes the board offices their daily mail, when their day begins."""

from escalation.config import Settings
from escalation.jobs.result import Result
from escalation.services import digest


def run(settings: Settings) -> Result:
    """Today's digests, once."""
    return Result({"owed": digest.owe_digests()})
