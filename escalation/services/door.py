"""What happened at the door, for the person whose account it is: codes and kinds of browsers, no content."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select

from escalation.models import SignInRecord
from escalation.services.unit import Unit, reading, retried, writing

SHOWN = 30
KEPT = timedelta(days=400)
"""A year and a little: nothing older is kept."""


@dataclass(frozen=True, slots=True)
class DoorView:
    """One thing that happened: `what` and `how` are codes, `agent` the kind of browser."""

    what: str
    how: str
    agent: str
    at: datetime


@retried
def record(account: int | None, what: str, how: str, agent: str) -> bool:
    """Keeps that something happened, to an account or at the door of nobody's.

    True for a sign-in from a kind of browser that is new to this person. The very first one is not new:
    there is nothing that it could be compared with.
    """
    with writing() as unit:
        is_new = account is not None and what == "signed_in" and _is_new(unit, account, agent)
        unit.session.execute(
            insert(SignInRecord).values(
                account_id=account, what=what, how=how[:40], at=unit.real_now, detail=agent
            )
        )
        _tidy(unit, account)
        return is_new


def _is_new(unit: Unit, account: int, agent: str) -> bool:
    known = unit.session.execute(
        select(func.count(), func.count().filter(SignInRecord.detail == agent)).where(
            SignInRecord.account_id == account, SignInRecord.what == "signed_in"
        )
    ).one()
    return bool(known[0]) and not known[1]


def _tidy(unit: Unit, account: int | None) -> None:
    old = (SignInRecord.account_id == account, SignInRecord.at < unit.real_now - KEPT)
    unit.session.execute(delete(SignInRecord).where(*old))


def happened(account: int) -> tuple[DoorView, ...]:
    """The last things that happened with a person's account, the newest first."""
    with reading() as unit:
        rows = unit.session.execute(
            select(SignInRecord.what, SignInRecord.how, SignInRecord.detail, SignInRecord.at)
            .where(SignInRecord.account_id == account)
            .order_by(SignInRecord.at.desc(), SignInRecord.id.desc())
            .limit(SHOWN)
        )
        return tuple(DoorView(*row) for row in rows)
