"""Who may do what in a partnership: the one check of its pages. Deny by default.

Who has no office in a partnership is answered as if there were no such partnership; who has another
office is told that this part is not for them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from escalation.errors import NotAllowed, NotFound
from escalation.models import Partnership
from escalation.models.asking import Among, Asked
from escalation.models.types import AnyRow
from escalation.security import offices
from escalation.security.permissions import BoardAct, Role, permitted_in_board
from escalation.services.case_view import partnership_view
from escalation.services.unit import Unit, of_partnership, reading
from escalation.services.views import PartnershipView


@dataclass(frozen=True, slots=True)
class Board:
    """A partnership of a person's, and what they may do there."""

    partnership: PartnershipView
    acts: frozenset[BoardAct]


def roles_of(unit: Unit, partnership: int, account: int) -> frozenset[Role]:
    """The roles of an account in a partnership (by its id) today; none for a stranger."""
    return offices.roles_of(unit.session, partnership, account, unit.now)


def is_custodian(unit: Unit, partnership: int, account: int) -> bool:
    """True for who may name somebody who raised a concern through their safeguarding lead."""
    return offices.is_custodian(unit.session, partnership, account, unit.now)


def may(unit: Unit, partnership: int, account: int, act: BoardAct) -> bool:
    """True if an account may do this in a partnership (by its id) today."""
    return permitted_in_board(roles_of(unit, partnership, account), act)


def require(unit: Unit, partnership: str, account: int, act: BoardAct) -> AnyRow:
    """The row of a partnership (by its public id), for somebody who may do this there. From then on the
    unit reaches that one.

    Raises NotFound alike for strangers and for a partnership that is not there, NotAllowed for whoever
    belongs to it and has another role.
    """
    row = unit.session.execute(
        select(*Partnership.__table__.c).where(Partnership.public_id == partnership)
    ).first()
    roles = roles_of(unit, row.id, account) if row is not None else frozenset()
    if row is None or not roles:
        raise NotFound
    if not permitted_in_board(roles, act):
        raise NotAllowed
    unit.turn_to(of_partnership(row.id))
    return row


def boards_of(account: int) -> tuple[Board, ...]:
    """The partnerships of a person by name, each with what they may do there."""
    with reading() as unit:
        return boards_of_unit(unit, account)


def boards_of_unit(unit: Unit, account: int) -> tuple[Board, ...]:
    """As `boards_of`, inside a unit of work."""
    roles = offices.roles_by_partnership(unit.session, account, unit.now)
    rows = _THESE.rows(unit.connection, partnerships=sorted(roles)) if roles else ()
    return tuple(Board(partnership_view(row), _acts(roles, row.id)) for row in rows)


_THESE = Asked(
    select(*Partnership.__table__.c).where(Among(Partnership.id, "partnerships")).order_by(Partnership.name)
)


def _acts(roles: Mapping[int, frozenset[Role]], partnership: int) -> frozenset[BoardAct]:
    return frozenset(act for act in BoardAct if permitted_in_board(roles[partnership], act))
