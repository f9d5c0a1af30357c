"""A challenge as a flow of viewflow: it waits for a reply, by timer; then the next in line has a task."""

from datetime import timedelta
from typing import Any

from viewflow import this
from viewflow.workflow import flow, lock


class ChallengeFlow(flow.Flow):
    """Raised, a timer, the move up, and a task for the head of service."""

    lock_impl = lock.select_for_update_lock

    start = flow.StartHandle().Next(this.wait)
    wait = flow.Timer(timedelta(seconds=-1)).Next(this.move_up)
    move_up = flow.Function(this.moved_up).Next(this.position)
    position = flow.View(None).Assign(username="colin.drake").Next(this.end)
    end = flow.End()

    def moved_up(self, activation: Any) -> None:
        """The stage changes."""
        activation.process.data["stage"] = "senior_challenge"
        activation.process.save()
