"""django-helpdesk: its command `escalate_tickets`, and one update of a ticket with a comment.

The tickets have no address to write to, so that no mail is written: the service writes its mails later
too. An update loads the ticket and the person and calls `update_ticket`, which its page calls as well.
"""

from datetime import timedelta
from typing import Any

from benchmarks.peers import script
from benchmarks.peers.django_here import set_up

DAYS = 3
_APPLICATIONS = (
    "django.contrib.sessions",
    "django.contrib.sites",
    "django.contrib.humanize",
    "django.contrib.messages",
    "rest_framework",
    "helpdesk",
)
_TEXT = "The referral was closed after one visit, with no further action and no plan for the household."


def _fill(asked: script.Asked) -> Any:
    """A queue that escalates, a member of staff, and open tickets, of which some are due."""
    from django.contrib.auth import get_user_model
    from helpdesk.models import Queue, Ticket

    queue = Queue.objects.create(title="Challenges", slug="challenges", escalate_days=DAYS)
    staff = get_user_model().objects.create_user("kate.rowan", password="-", is_staff=True)  # noqa: S106 (a database of the benchmark, gone afterwards)
    Ticket.objects.bulk_create(
        (
            Ticket(queue=queue, title=f"Challenge {number}", description=_TEXT, priority=4)
            for number in range(asked.open_cases)
        ),
        batch_size=2_000,
    )
    return staff


def _make_due(asked: script.Asked) -> None:
    """All were escalated just now, but for the due ones."""
    from django.db import connection
    from django.utils import timezone

    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE helpdesk_ticket SET priority = 4, status = 1, last_escalation ="
            " CASE WHEN id %% %s = 0 THEN %s::timestamptz ELSE %s END",
            (asked.open_cases // asked.due, now - timedelta(days=DAYS + 2), now),
        )
        cursor.execute("VACUUM ANALYZE helpdesk_ticket")
        cursor.execute("CHECKPOINT")


def _sweep(asked: script.Asked) -> float:
    from django.core.management import call_command
    from helpdesk.models import Ticket

    _make_due(asked)
    done = script.rate(asked.due, lambda: call_command("escalate_tickets"))
    if (moved := Ticket.objects.filter(priority=3).count()) != asked.due:
        raise AssertionError(f"{moved} of {asked.due} tickets were escalated")
    return done


def _move(asked: script.Asked, staff: int, number: int) -> float:
    from django.contrib.auth import get_user_model
    from helpdesk.models import Ticket
    from helpdesk.update_ticket import update_ticket

    first = number * asked.moves + 1

    def update() -> None:
        for ticket in range(first, first + asked.moves):
            update_ticket(
                get_user_model().objects.get(pk=staff),
                Ticket.objects.get(pk=ticket),
                comment="Nobody has spoken with the child alone.",
                public=True,
                new_status=Ticket.RESOLVED_STATUS,
            )

    return script.rate(asked.moves, update)


def main() -> None:
    """Fills the database and prints what was found."""
    asked = script.asked(__doc__)
    set_up(
        asked,
        _APPLICATIONS,
        SITE_ID=1,
        HELPDESK_TEAMS_MODE_ENABLED=False,
        ROOT_URLCONF="benchmarks.peers.helpdesk_urls",
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    )
    found = script.found(("django", "django-helpdesk"))
    staff = _fill(asked)
    for number in range(asked.rounds):
        found.sweep.append(_sweep(asked))
        found.move.append(_move(asked, staff.pk, number))
    found.print()


if __name__ == "__main__":
    main()
