"""django-fsm-2: every due case in a transaction of its own: locked, moved by its transition, one entry of
history. It writes two rows a case, where the service writes a dozen.
"""

from datetime import timedelta
from typing import Any

from benchmarks.peers import script
from benchmarks.peers.django_here import set_up


def _sweep(due: int, later: Any) -> None:
    from django.db import transaction
    from django.utils import timezone

    from benchmarks.peers.models import Challenge, Happened

    now = timezone.now()
    waiting = Challenge.objects.filter(stage="manager_review", due_at__lte=now).values_list("pk", flat=True)
    for number in list(waiting):
        with transaction.atomic():
            challenge = Challenge.objects.select_for_update().get(pk=number)
            challenge.move_up()
            challenge.due_at = later
            challenge.save()
            Happened.objects.create(challenge=challenge, kind="moved_up")


def main() -> None:
    """Fills the database and prints what was found."""
    asked = script.asked(__doc__)
    set_up(asked, ("django_fsm",))
    from django.db import connection
    from django.utils import timezone

    from benchmarks.peers.models import Challenge

    later = timezone.now() + timedelta(days=3)
    cases = (Challenge(due_at=later) for _ in range(asked.open_cases))
    Challenge.objects.bulk_create(cases, batch_size=5_000)
    found = script.found(("django", "django-fsm-2"))
    for _ in range(asked.rounds):
        past = timezone.now() - timedelta(seconds=1)
        due = Challenge.objects.filter(stage="manager_review").values("pk")[: asked.due]
        Challenge.objects.filter(pk__in=list(due.values_list("pk", flat=True))).update(due_at=past)
        with connection.cursor() as cursor:
            cursor.execute("CHECKPOINT")
        found.sweep.append(script.rate(asked.due, lambda: _sweep(asked.due, later)))
    found.print()


if __name__ == "__main__":
    main()
