"""What every page says around its own content: where a person belongs, and what they may begin there."""

from dataclasses import dataclass

from escalation.services import directory, offices, places, restored
from escalation.services.offices import Board
from escalation.services.restored import Standstill
from escalation.services.unit import reading


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
            bool(places.where_they_raise(held)),
            restored.standstill(unit),
        )
