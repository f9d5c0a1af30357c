"""Verifies each partnership's record once a day, whole, and tells where it is broken.

One partnership at a time, with a rest after each some thousand rows: people's moves go first.
"""

import structlog

from escalation.config import Settings
from escalation.jobs.result import Result
from escalation.reporting import proof
from escalation.security import seal_keys
from escalation.services import record_checks

PAUSE = 0.05
_log = structlog.get_logger(__name__)


def run(settings: Settings) -> Result:
    """The one that waits the longest, if it is due; a break is told to both offices."""
    place = record_checks.next_due()
    if place is None:
        return Result()
    keys = seal_keys.to_verify_with(settings.seal_key, settings.seal_keys_before)
    report = proof.verify(proof.Asked(place, replay=True, keys=keys, pause=PAUSE))
    outcome = report.outcomes[place]
    told = record_checks.keep(place, outcome.word, outcome.breaks)
    if outcome.breaks:
        # Where it is broken names cases: that is for whoever verifies, and not for a log.
        codes = sorted({found.code for found in report.findings})
        _log.error("the record is broken", partnership=place, breaks=outcome.breaks, codes=codes)
    return Result({"verified": 1, "broken": outcome.breaks, "told": told})
