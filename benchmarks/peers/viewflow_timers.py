"""viewflow: timers that are due, and one task that a person carries out.

Each due process waits at a `flow.Timer`; `fire_due_timers` (which the command `workflow_timers` calls) sets
it going: the stage changes and the head of service has a task. A move is that person's task, loaded,
started and executed under the flow's lock, as its view does it. There are no other processes.
"""

from types import SimpleNamespace
from typing import Any

from benchmarks.peers import script
from benchmarks.peers.django_here import set_up


def _sweep(due: int) -> float:
    from viewflow.workflow.timers import fire_due_timers

    from benchmarks.peers.challenge_flow import ChallengeFlow

    for _ in range(due):
        ChallengeFlow.start.run(_process_data={"stage": "manager_review"})
    fired: list[int] = []
    done = script.rate(due, lambda: fired.append(fire_due_timers()))
    if fired != [due]:
        raise AssertionError(f"{fired} of {due} timers fired")
    return done


def _move(moves: int, head: Any) -> float:
    from viewflow.workflow.models import Task
    from viewflow.workflow.status import STATUS

    waiting = list(
        Task.objects.filter(flow_task_type="HUMAN", status=STATUS.ASSIGNED).values_list("pk", flat=True)[
            :moves
        ]
    )

    def execute() -> None:
        for number in waiting:
            with Task.objects.get(pk=number).activation() as activation:
                activation.start(SimpleNamespace(user=head))
                activation.execute()

    return script.rate(len(waiting), execute)


def main() -> None:
    """Prints what was found."""
    asked = script.asked(__doc__)
    set_up(asked, ("viewflow", "viewflow.workflow"))
    from django.contrib.auth import get_user_model

    head = get_user_model().objects.create_user("colin.drake")
    found = script.found(("django", "django-viewflow"))
    for _ in range(asked.rounds):
        found.sweep.append(_sweep(asked.due))
        found.move.append(_move(min(asked.moves, asked.due), head))
    found.print()


if __name__ == "__main__":
    main()
