"""Looks for what should have happened and did not; only an empty answer feeds the heartbeat."""

import structlog

from escalation.config import Settings
from escalation.jobs.result import Result
from escalation.services import audit

_log = structlog.get_logger(__name__)


def run(settings: Settings) -> Result:
    """One audit. Findings are logged, and kept in the heartbeat row."""
    findings = audit.audit_the_clock(settings.longest_silence)
    for finding in findings:
        _log.error("the clock needs a person", code=finding.code, count=finding.count, words=finding.words)
    return Result({finding.code: finding.count for finding in findings})
