"""One tree of errors. Each says something the user can act on; the doors turn it into a page or a problem."""

import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any


class EscalationError(Exception):
    """Something went wrong that this service has words for."""


class ConfigurationError(EscalationError):
    """A setting is missing or cannot be right. The service does not start."""


class ClocksApart(EscalationError):
    """This machine's clock and the database's are too far apart for anything to lapse by either."""


class NotFound(EscalationError):
    """There is nothing here that you may see."""


class NotAllowed(EscalationError):
    """You are known, and this part of the service is not for your role."""


class Refused(EscalationError):
    """The move is not possible (any more). `code` is for machines, `reason` for people.

    `case` is the case as it now is (a CaseView), when the person may see it.
    """

    def __init__(self, code: str, reason: str, case: Any = None) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.case = case


class SentElsewhere(Refused):
    """It is for another process, which is on record now. `diversion` (a DiversionView) says for which."""

    def __init__(self, diversion: Any) -> None:
        super().__init__("elsewhere", f"This goes to: {diversion.destination}. {diversion.because}".strip())
        self.diversion = diversion


class InvalidInput(EscalationError):
    """Some answers are missing or cannot be right. `errors` has the messages by field."""

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        super().__init__("; ".join(m for ms in errors.values() for m in ms))
        self.errors = dict(errors)


class Conflict(EscalationError):
    """Somebody was faster. Nothing was changed; look again and decide."""


class TooManyAttempts(EscalationError):
    """That was tried too often. `wait` says how long it is until it can be tried again."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"That was tried too often. Try again in {_in_words(wait)}.")
        self.wait = wait

    @property
    def seconds(self) -> int:
        """The wait in whole seconds, at least one: what `Retry-After` says."""
        return max(1, math.ceil(self.wait.total_seconds()))


def _in_words(wait: timedelta) -> str:
    minutes = math.ceil(wait.total_seconds() / 60)
    return "a minute" if minutes <= 1 else f"{minutes} minutes"
