"""Which roles a person has in a partnership today: by the posts they hold, and by what they are appointed to.

A custodian is no role in the table of permissions: it is asked for by itself (see `is_custodian`).
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, or_, select, union_all
from sqlalchemy.orm import Session

from escalation.models import Account, Appointment, Holding, Post
from escalation.models.asking import Asked
from escalation.models.offices import Office
from escalation.models.types import AnySelect, Utc
from escalation.security.permissions import Role, role_of_tier
from workflows.vocabulary import Tier


def roles_of(session: Session, partnership: int, account: int, now: datetime) -> frozenset[Role]:
    """The roles of an account in a partnership today; none for a stranger, and for who has left."""
    return roles_by_partnership(session, account, now).get(partnership, frozenset())


def roles_by_partnership(session: Session, account: int, now: datetime) -> Mapping[int, frozenset[Role]]:
    """The roles of an account in each partnership in which it has any."""
    found: dict[int, set[Role]] = defaultdict(set)
    for row in _OFFICES.rows(session.connection(), account=account, now=now):
        if row.what != Office.CUSTODIAN:
            found[row.partnership_id].add(_ROLES[row.what])
    return {partnership: frozenset(roles) for partnership, roles in found.items()}


def is_custodian(session: Session, partnership: int, account: int, now: datetime) -> bool:
    """True for who may name somebody who raised a concern through their safeguarding lead."""
    rows = _OFFICES.rows(session.connection(), account=account, now=now)
    return any(row.partnership_id == partnership and row.what == Office.CUSTODIAN for row in rows)


def running(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """The condition that an appointment counts at an instant."""
    return and_(Appointment.from_at <= now, or_(Appointment.to_at.is_(None), Appointment.to_at > now))


def holders(session: Session, partnership: int, office: Office, now: datetime) -> frozenset[int]:
    """The accounts of who is appointed to an office in a partnership today."""
    query = select(Appointment.account_id).where(
        Appointment.partnership_id == partnership, Appointment.office == office, running(now)
    )
    return frozenset(session.execute(query).scalars())


_ROLES: Mapping[str, Role] = {
    **{tier: role_of_tier(tier) for tier in Tier},
    **{office: Role(office) for office in Office if office is not Office.CUSTODIAN},
}


def _posts() -> AnySelect:
    return (
        select(Holding.partnership_id, Post.tier.label("what"))
        .join(Post, and_(Post.partnership_id == Holding.partnership_id, Post.id == Holding.post_id))
        .join(Account, Account.id == Holding.account_id)
        .where(Holding.account_id == bindparam("account"), Account.active)
        .where(Holding.from_at <= _NOW, or_(Holding.to_at.is_(None), Holding.to_at > _NOW))
    )


def _appointments() -> AnySelect:
    return (
        select(Appointment.partnership_id, Appointment.office.label("what"))
        .join(Account, Account.id == Appointment.account_id)
        .where(Appointment.account_id == bindparam("account"), Account.active)
        .where(running(_NOW))
    )


_NOW = bindparam("now", type_=Utc())
_BOTH = union_all(_posts(), _appointments()).subquery()
_OFFICES = Asked(select(_BOTH.c.partnership_id, _BOTH.c.what))
