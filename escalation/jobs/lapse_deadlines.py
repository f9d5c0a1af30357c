"""Moves every case whose deadline ran out."""

from escalation.config import Settings
from escalation.jobs.result import Result
from escalation.services import clocks_apart, lapses, restored


def run(settings: Settings) -> Result:
    """One sweep over what is due now. Raises ClocksApart when the time cannot be trusted."""
    clocks_apart.agree()
    if restored.now_standing():
        # Whoever would be booked as silent was not told.
        return Result()
    swept = lapses.lapse_overdue()
    did = {"moved": swept.moved, "lapsed": swept.lapsed, "set_aside": swept.set_aside}
    return Result(did, swept.next_due)
