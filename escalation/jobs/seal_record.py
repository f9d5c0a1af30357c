"""Seals the record of each partnership: every hour, and soon after a decision of a board. Once a week the
newest seal is owed to the chair, and to an address outside."""

from pathlib import Path

from escalation.config import Settings
from escalation.jobs.result import Result
from escalation.security import seal_keys
from escalation.services import record_seals, seal_mail


def run(settings: Settings) -> Result:
    """Everything that is to be sealed now; nothing where no key is set, which /health/deep says."""
    if not settings.seal_key:
        return Result()
    sealed = record_seals.seal(seal_keys.load(Path(settings.seal_key)))
    return Result({"sealed": sealed, "owed": seal_mail.owe_weekly(settings.seal_outside)})
