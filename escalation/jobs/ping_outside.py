"""Asks for an address outside while all is in order: somebody there notices when the asking stops.

What watches this service must not live on its machine. It is told nothing but that all is well: no
ping when the last audit found something, or is old, or when this job does not run.
"""

import urllib.request
from http.client import HTTPException
from typing import Any

import structlog

from escalation.config import Settings
from escalation.jobs.result import Result
from escalation.services import audit

TIME_LIMIT = 10.0
"""Seconds for each step of the call."""
_log = structlog.get_logger(__name__)


def run(settings: Settings) -> Result:
    """One ping, if an address is set and the audit finds nothing. An address that fails is logged only."""
    if not settings.ping_url:
        return Result()
    if not audit.in_order(settings.longest_silence):
        return Result({"kept_back": 1})
    return Result({"pinged" if _asked(settings.ping_url) else "unanswered": 1})


def _asked(address: str) -> bool:
    # The settings' check lets https through, and http to this machine only.
    request = urllib.request.Request(address, headers={"User-Agent": "escalation"})  # noqa: S310 (the settings let https and loopback alone)
    try:
        with _OPENER.open(request, timeout=TIME_LIMIT):
            return True
    except (OSError, ValueError, HTTPException) as error:
        # The address may hold a secret, and so may the error's words.
        _log.warning("the ping outside was not answered", reason=type(error).__name__)
        return False


class _NoOtherAddress(urllib.request.HTTPRedirectHandler):
    """What was checked is asked, and nothing that an answer names."""

    def redirect_request(self, *_: Any) -> None:
        """Never: the redirect counts as no answer."""


_OPENER = urllib.request.build_opener(_NoOtherAddress)
