"""Who somebody is in a partnership: by the posts they hold in it, and by what they are appointed to."""

from sqlalchemy import or_, select

from escalation.errors import NotFound
from escalation.models import Appointment, Partnership
from escalation.models.types import AnyRow
from escalation.security.permissions import BoardAct, Role, permitted_in_board
from escalation.services import directory
from escalation.services.unit import Unit
from workflows.vocabulary import Tier

_OF_TIER = {Tier.OFFICE: Role.COORDINATOR, Tier.CHAIR: Role.CHAIR}


def require(unit: Unit, partnership: str, account: int, act: BoardAct) -> AnyRow:
    """The partnership's row, for somebody who may do this in it. Raises NotFound for everybody else."""
    row = unit.session.execute(
        select(*Partnership.__table__.c).where(Partnership.public_id == partnership)
    ).first()
    if row is None or not permitted_in_board(_roles(unit, account, row.id), act):
        raise NotFound
    return row


def _roles(unit: Unit, account: int, partnership: int) -> set[Role]:
    """Of the roles of a person in a partnership, those of its board and those of an appointment."""
    held = directory.posts_of(unit.session, account, unit.now)
    by_post = {_OF_TIER[Tier(p.tier)] for p in held if p.partnership_id == partnership and p.tier in _OF_TIER}
    appointed = unit.session.execute(
        select(Appointment.office).where(
            Appointment.partnership_id == partnership,
            Appointment.account_id == account,
            Appointment.from_at <= unit.now,
            or_(Appointment.to_at.is_(None), Appointment.to_at > unit.now),
        )
    ).scalars()
    known = {str(role) for role in Role}
    return by_post | {Role(office) for office in appointed if office in known}
