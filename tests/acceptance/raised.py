"""The concern of most stories, raised by the use case that its form calls; the form itself is `test_one_challenge`'s."""

from escalation.services import concerns, places
from escalation.services.submissions import new_key
from tests.acceptance.conftest import Visitor
from tests.support import northtown
from workflows.commands import RaiseConcern
from workflows.vocabulary import Urgency

CANARY = "zebra-canary"
"""Stands in every text."""


def raise_concern(gp: Visitor, agency: str = "Northtown Hospitals", named: str = "me") -> str:
    """Raised by who has signed in there, about a doctor; gives the path of the case."""
    with gp.client.application.app_context():
        account = northtown.accounts()[gp.name]
        partnership = places.partnerships_of(account)[0].public_id
        to = northtown.agencies(account, partnership)[agency]
        command = RaiseConcern(
            person_reference=f"TOD-17 {CANARY}",
            decision=f"Called accidental {CANARY}",
            risk=f"A sibling has told school three times {CANARY}",
            request=f"A second opinion {CANARY}",
            safety=f"With the grandmother {CANARY}",
            urgency=Urgency.NEXT_DAYS,
        )
        new = concerns.NewConcern(partnership, to, "doctor", command, quiet=named == "lead")
        return f"/cases/{concerns.raise_concern(account, new, new_key()).public_id}"
