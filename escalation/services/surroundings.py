"""What every page says around its own content: where a person belongs, and what they may begin there."""

from dataclasses import dataclass

from escalation.services import directory, offices, restored
from escalation.services.offices import Board
from escalation.services.restored import Standstill
from escalation.services.unit import reading
from workflows.vocabulary import AgencyKind


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Of one person, now. `standstill` is there while a restored backup is held."""

    boards: tuple[Board, ...]
    may_raise: bool
    standstill: Standstill | None


def around(account: int) -> Surroundings:
    """All of it in one look, since each page asks for it."""
    with reading() as unit:
        held = directory.posts_of(unit.session, account, unit.now)
        return Surroundings(
            offices.boards_of_unit(unit, account),
            any(post.agency_kind != AgencyKind.BOARD for post in held),
            restored.standstill(unit),
        )
