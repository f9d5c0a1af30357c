"""What is not sealed yet: too new to be, late, or put in behind the back of a seal."""

from dataclasses import dataclass
from datetime import timedelta

from escalation.reporting.proof.findings import Report

GRACE = timedelta(hours=2)
"""How old something may be before it must be sealed: seals are hourly."""
IN_FLIGHT = timedelta(minutes=10)
"""How long before a seal something may have begun that it did not see yet."""


def _us(length: timedelta) -> int:
    return length // timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Times:
    """Now and the last seal, in microseconds. `sealed_at` is None before the first seal."""

    now: int
    sealed_at: int | None
    report: Report

    def check_unsealed(self, at: int | None, where: str) -> None:
        """Something that no seal names, begun at `at`."""
        if at is None:
            return
        if self.sealed_at is not None and at < self.sealed_at - _us(IN_FLIGHT):
            self.report.broken(
                "put_in_later", where, "a later seal does not cover it: it was put in afterwards"
            )
        elif at < self.now - _us(GRACE):
            self.report.incomplete("not_sealed", where, "it is older than two hours and in no seal")
