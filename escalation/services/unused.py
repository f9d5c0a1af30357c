"""Accounts that nobody uses: a warning first, then the way in is closed until its person asks again.

It closes the door and nothing else: who holds a post holds it still, is told of cases as before, and
keeps their factors. No account lapses whose person was not warned a week before, so an installation
that was away, or is new to this rule, locks nobody out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update

from escalation.models import Account, Appointment, Holding, OutboxRow
from escalation.models.types import AnyRow, AnySelect
from escalation.services import directory, office_mail, restored, sessions
from escalation.services.unit import Unit, reading, retried, writing

WARNING = "access_lapses"
BEFORE = timedelta(days=7)
"""How long before it lapses the person is warned."""


@dataclass(slots=True)
class Closed:
    """How many people were warned, and how many accounts lapsed."""

    warned: int = 0
    lapsed: int = 0


def close_unused(after: timedelta) -> Closed:
    """Warns who was not here for `after` but a week, and closes what was not used since the warning."""
    with reading() as unit:
        waits = not restored.standstill(unit) and any(_todo(unit, after))
    return _close(after) if waits else Closed()


@retried
def _close(after: timedelta) -> Closed:
    with writing() as unit:
        new, due = _todo(unit, after)
        _lapse(unit, [row.id for row in due])
        return Closed(sum(_warn(unit, row) for row in new), len(due))


def let_in_again(account: int) -> None:
    """Opens an account that has lapsed, for a person who has proved that the address is still theirs."""
    with writing() as unit:
        unit.session.execute(
            update(Account)
            .where(Account.id == account, Account.lapsed_at.is_not(None), Account.active)
            .values(lapsed_at=None, used_at=unit.now)
        )


def _unused(unit: Unit, after: timedelta) -> AnySelect:
    """People with a post or an office who were not here for `after`, but for the time of the warning."""
    since = unit.now - (after - BEFORE)
    holds = select(Holding.account_id).where(directory.is_current(unit.now))
    appointed = select(Appointment.account_id).where(
        or_(Appointment.to_at.is_(None), Appointment.to_at > unit.now)
    )
    return (
        select(Account.id, Account.created_at, Account.invited_at, Account.used_at)
        .where(Account.active, Account.lapsed_at.is_(None), Account.created_at <= since)
        .where(or_(Account.used_at.is_(None), Account.used_at <= since))
        .where(or_(Account.invited_at.is_(None), Account.invited_at <= since))
        .where(or_(Account.id.in_(holds), Account.id.in_(appointed)))
        .order_by(Account.id)
    )


def _last_use(row: AnyRow) -> datetime:
    known: tuple[datetime | None, ...] = (row.created_at, row.invited_at, row.used_at)
    return max(at for at in known if at is not None)


def _todo(unit: Unit, after: timedelta) -> tuple[list[AnyRow], list[AnyRow]]:
    """Who is to be warned now, and whose account is to be closed."""
    rows = unit.session.execute(_unused(unit, after)).all()
    keys = [f"{_key(row)}:{row.id}" for row in rows]
    found = select(OutboxRow.dedupe_key, OutboxRow.owed_at).where(OutboxRow.dedupe_key.in_(keys))
    warned = {row.dedupe_key: row.owed_at for row in unit.session.execute(found)}
    of_each = [(row, warned.get(key)) for row, key in zip(rows, keys, strict=True)]
    new = [row for row, at in of_each if at is None]
    old, ago = unit.now - after, unit.now - BEFORE
    return new, [row for row, at in of_each if at is not None and at <= ago and _last_use(row) <= old]


def _key(row: AnyRow) -> str:
    """One warning for each time that somebody stays away."""
    return f"{WARNING}:{_last_use(row):%Y-%m-%dT%H:%M:%S}"


def _lapse(unit: Unit, accounts: Sequence[int]) -> None:
    if accounts:
        unit.session.execute(update(Account).where(Account.id.in_(accounts)).values(lapsed_at=unit.now))
        sessions.end_for(unit, accounts)


def _warn(unit: Unit, row: AnyRow) -> bool:
    """Warns one person, in the name of the first partnership they belong to."""
    place = office_mail.partnership_of(unit, row.id)
    return place is not None and office_mail.owe(unit, place, row.id, WARNING, _key(row))
