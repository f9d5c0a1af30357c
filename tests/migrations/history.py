"""What is played before a state is written down: the demo's history, and cases left in every phase."""

from datetime import timedelta

from escalation.demo import data
from escalation.services import concerns, lapses, moves, moving_clock, reminders
from escalation.services.submissions import new_key
from tests.support import northtown
from workflows import commands as c


def play() -> None:
    """Five months of the demo, then cases that are open now: new, supported, silent, kept, arbitrated."""
    partnership = data.load("!")
    people = northtown.accounts()
    gp, lead, manager = people["amara.lewis"], people["priya.nair"], people["sam.okafor"]
    cases = [_raise(gp, partnership) for _ in range(4)]
    moves.make_move(cases[0], lead, c.Support(), new_key())
    moves.make_move(cases[1], manager, c.Acknowledge(), new_key())
    kept = c.KeepDecision(reasons="The findings stand.", would_change_mind="A second scan.")
    moves.make_move(cases[1], manager, kept, new_key())
    for _ in range(16):
        moving_clock.move(timedelta(days=1))
        reminders.remind()
        lapses.lapse_overdue()
    _raise(gp, partnership)


def _raise(account: int, partnership: str) -> str:
    new = northtown.concern_to_hospital(account, partnership)
    return concerns.raise_concern(account, new, new_key()).public_id
