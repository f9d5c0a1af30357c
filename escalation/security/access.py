"""The one way to a case: who has no relation to it gets the same answer as for a case that is not there.

Who has proved no more than an address (see `proved`) has no relation but that of the raiser.
Every opening is written to the read log, in a short transaction of its own: looking must not lock.
"""

from datetime import datetime

from sqlalchemy import BindParameter, and_, bindparam, exists, or_, select
from sqlalchemy.orm import Session, aliased

from escalation.errors import NotFound
from escalation.models import Account, Case, DeclaredInterest, Holding, Participation, ReadEntry, Recusal
from escalation.models.asking import Asked
from escalation.models.types import AnySelect, Utc
from escalation.security import proved
from workflows.vocabulary import Side


def case_ids_of(session: Session, account: int, now: datetime) -> list[tuple[int, int]]:
    """(partnership, case) of every case that the account takes part in today, newest first."""
    asked = _ALL_RAISED if proved.only_as_raiser(account) else _ALL
    rows = asked.rows(session.connection(), account=account, now=now)
    return [(row.partnership_id, row.id) for row in rows]


def find(
    session: Session, public_id: str, account: int, now: datetime, *, lock: bool = False
) -> tuple[int, int]:
    """(partnership, case) for a public id, if the account takes part in it; locked when asked.

    Raises NotFound alike for a stranger, another partnership and a case that does not exist.
    """
    asked = (_ONE_RAISED, _LOCKED_RAISED) if proved.only_as_raiser(account) else (_ONE, _LOCKED)
    rows = asked[lock].rows(session.connection(), public_id=public_id, account=account, now=now)
    if not rows:
        raise NotFound
    return rows[0].partnership_id, rows[0].id


def find_by_reference(session: Session, reference: str, account: int, now: datetime) -> str:
    """The public id of a case by its reference. Raises NotFound as `find` does."""
    asked = _BY_REFERENCE_RAISED if proved.only_as_raiser(account) else _BY_REFERENCE
    rows = asked.rows(session.connection(), reference=reference, account=account, now=now)
    if not rows:
        raise NotFound
    return str(rows[0].public_id)


def record_read(
    session: Session,
    partnership: int,
    case: int,
    account: int,
    slot: str | None,
    what: str,
    now: datetime,
    reason: str | None = None,
) -> None:
    """Writes one entry of the read log, with the reason where the reading asked for one."""
    session.add(
        ReadEntry(
            partnership_id=partnership, case_id=case, account_id=account, slot=slot, what=what, at=now,
            reason=reason,
        )
    )  # fmt: skip


def _related() -> AnySelect:
    """Cases in which an account sits today: as the raiser, or through a post it holds or deputises for.

    For the board nobody sits who has declared a line to an agency of either side.
    """
    account: BindParameter[int] = bindparam("account")
    now = bindparam("now", type_=Utc())
    of_case = and_(Participation.partnership_id == Case.partnership_id, Participation.case_id == Case.id)
    holds = and_(
        Holding.partnership_id == Participation.partnership_id,
        Holding.post_id == Participation.post_id,
        Holding.account_id == account,
        Holding.from_at <= now,
        or_(Holding.to_at.is_(None), Holding.to_at > now),
    )
    party = aliased(Participation)
    has_a_line = exists().where(
        DeclaredInterest.account_id == account,
        DeclaredInterest.partnership_id == Case.partnership_id,
        DeclaredInterest.from_at <= now,
        or_(DeclaredInterest.to_at.is_(None), DeclaredInterest.to_at > now),
        party.partnership_id == Case.partnership_id,
        party.case_id == Case.id,
        party.agency_id == DeclaredInterest.agency_id,
        party.side != Side.BOARD,
    )
    impartial = or_(Participation.side != Side.BOARD, ~has_a_line)
    through_post = exists().where(of_case, Participation.ended_at.is_(None), holds, impartial)
    in_person = exists().where(of_case, Participation.ended_at.is_(None), Participation.account_id == account)
    stood_aside = exists().where(
        Recusal.partnership_id == Case.partnership_id,
        Recusal.case_id == Case.id,
        Recusal.account_id == account,
    )
    active = exists().where(Account.id == account, Account.active)
    return select(Case.partnership_id, Case.id, Case.public_id).where(
        active, or_(in_person, and_(through_post, ~stood_aside))
    )


def _raised() -> AnySelect:
    """Those of them that the account itself raised, whatever posts it holds."""
    return _related().where(Case.raiser_id == bindparam("account"))


def _one(cases: AnySelect) -> tuple[Asked, Asked]:
    """The question for one of these cases, and the same with a lock on it."""
    one = cases.where(Case.public_id == bindparam("public_id"))
    return Asked(one), Asked(one.with_for_update(of=Case))


def _all(cases: AnySelect) -> Asked:
    return Asked(cases.order_by(Case.raised_at.desc(), Case.id.desc()))


def _referred(cases: AnySelect) -> Asked:
    return Asked(cases.where(Case.reference == bindparam("reference")).limit(1))


_ALL, _ALL_RAISED = _all(_related()), _all(_raised())
(_ONE, _LOCKED), (_ONE_RAISED, _LOCKED_RAISED) = _one(_related()), _one(_raised())
_BY_REFERENCE, _BY_REFERENCE_RAISED = _referred(_related()), _referred(_raised())
