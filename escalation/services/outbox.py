"""The outbox: which mails are owed, who is handing them over, and what became of them.

A worker leases rows by raising their token, and marks a row only while its token still stands: should
it be frozen and another take over, what it says afterwards changes nothing.
"""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import aliased

from escalation.models import Account, OutboxRow
from escalation.models.asking import Asked
from escalation.models.types import AnyChange, AnyRow, AnySelect
from escalation.services import undeliverable
from escalation.services.restored import held
from escalation.services.unit import Unit, of_partnership, reading, retried, writing

GIVE_UP, FEWEST_TRIES = timedelta(hours=72), 10
"""A mail is given up when it is older and was tried more often than this: an outage is not its fault."""
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(minutes=20)
"""The longest, with its jitter, is under half an hour: so soon after an outage everything has left."""


@retried
def claim(limit: int, lease: timedelta) -> list[AnyRow]:
    """Leases due mails, longest owed first: raises each row's token, so that only this run may mark it.

    Whoever is due a mail gets those before it first, which wait because their mail server had failed.
    """
    with writing() as unit:
        due = (
            select(OutboxRow.id)
            .where(OutboxRow.state == "owed", OutboxRow.next_at <= unit.now, _free(unit), ~held())
            .order_by(OutboxRow.next_at, OutboxRow.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        ids = list(unit.session.execute(due).scalars())
        if not ids:
            return []
        ids += unit.session.execute(_before_them(unit, ids)).scalars().all()
        leased = (
            update(OutboxRow)
            .where(OutboxRow.id.in_(ids))
            .values(
                lease_token=OutboxRow.lease_token + 1,
                lease_until=unit.now + lease,
                attempts=OutboxRow.attempts + 1,
            )
            .returning(*OutboxRow.__table__.c)
        )
        rows = unit.connection.execute(leased).all()
        return sorted(rows, key=lambda row: row.id)


@retried
def sent(row: AnyRow, message_id: str) -> None:
    """The mail server has taken it."""
    with writing() as unit:
        _SENT.rows(unit.connection, row=row.id, token=row.lease_token, now=unit.now, message_id=message_id)


@retried
def put_off(row: AnyRow, reason: str) -> bool:
    """Will be tried again later. False, and nothing is changed, when it was tried long enough."""
    with writing() as unit:
        if row.attempts > FEWEST_TRIES and unit.now - row.owed_at > GIVE_UP:
            return False
        _mark(unit, row, next_at=unit.now + _wait(row.attempts), error=reason[:200])
        return True


@retried
def fail(row: AnyRow, reason: str, *, came_back: bool) -> bool:
    """For good: the person counts as not told, and the deputy and the board office hear of it.

    False when another run had taken it over.
    """
    with writing(of_partnership(row.partnership_id)) as unit:
        marked = _mark(unit, row, state="failed", error=reason[:200])
        if marked:
            undeliverable.tell_others(unit, row, came_back=came_back)
        return marked


@retried
def release(rows: Sequence[AnyRow], reason: str | None = None) -> None:
    """Gives back what was not tried: it keeps its place, and the try does not count."""
    if not rows:
        return
    with writing() as unit:
        for row in rows:
            _mark(unit, row, attempts=row.attempts - 1, **({"error": reason[:200]} if reason else {}))


def _before_them(unit: Unit, ids: Sequence[int]) -> AnySelect:
    """Mails that wait for a mail server, owed to somebody who is due a newer one: order is kept."""
    newer = aliased(OutboxRow)
    follows = select(newer.id).where(newer.id.in_(ids), newer.account_id == OutboxRow.account_id)
    return (
        select(OutboxRow.id)
        .where(OutboxRow.next_at > unit.now, *_waits_for_a_server(unit))
        .where(follows.where(newer.id > OutboxRow.id).exists())
        .order_by(OutboxRow.id)
        .limit(len(ids))
        .with_for_update(skip_locked=True, of=OutboxRow)
    )


def _waits_for_a_server(unit: Unit) -> tuple[Any, ...]:
    """A mail that cannot be written waits as well, but keeps back no other."""
    return (OutboxRow.state == "owed", _free(unit), OutboxRow.error.like("the %server %"))


@retried
def answers_again(accounts: Collection[int]) -> None:
    """A mail server took mails to these people: what waited for it may leave now."""
    with writing() as unit:
        unit.session.execute(
            update(OutboxRow)
            .where(OutboxRow.account_id.in_(accounts), OutboxRow.next_at > unit.now)
            .where(*_waits_for_a_server(unit))
            .values(next_at=unit.now)
        )


def _free(unit: Unit) -> Any:
    return or_(OutboxRow.lease_until.is_(None), OutboxRow.lease_until < unit.now)


def _wait(attempts: int) -> timedelta:
    """Doubles from 30 seconds to 20 minutes, with a quarter of jitter so that mails do not march in step."""
    wait = min(FIRST_WAIT * float(2 ** min(attempts - 1, 10)), LONGEST_WAIT)
    return wait * random.uniform(0.75, 1.25)  # noqa: S311 (spreads load, guards nothing)


def _mark(unit: Unit, row: AnyRow, **values: Any) -> bool:
    """Marks a leased row, if the lease is still ours. False when another run has taken it over."""
    return unit.connection.execute(_marked(row.id, row.lease_token, **values)).first() is not None


def _marked(row: Any, token: Any, **values: Any) -> AnyChange:
    leased = (OutboxRow.id == row, OutboxRow.lease_token == token, OutboxRow.state == "owed")
    return update(OutboxRow).where(*leased).values(lease_until=None, **values).returning(OutboxRow.id)


_SENT = Asked(
    _marked(
        bindparam("row"),
        bindparam("token"),
        state="sent",
        sent_at=bindparam("now"),
        message_id=bindparam("message_id"),
        set_up_link=None,
        error=None,
    )
)


def next_due() -> datetime | None:
    """When the next owed mail that nobody is handing over is to be tried, or None."""
    with reading() as unit:
        query = select(OutboxRow.next_at).where(OutboxRow.state == "owed", _free(unit), ~held())
        return unit.session.execute(query.order_by(OutboxRow.next_at).limit(1)).scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A mail that is owed and has not left: what it is, how often it was tried, and why it did not go."""

    name: str
    to: str
    attempts: int
    error: str | None
    next_at: datetime


def waiting(newest: int = 100) -> tuple[Waiting, ...]:
    """The mails that are owed, the next to be tried first."""
    with reading() as unit:
        rows = unit.session.execute(
            select(OutboxRow.name, Account.email, OutboxRow.attempts, OutboxRow.error, OutboxRow.next_at)
            .join(Account, Account.id == OutboxRow.account_id)
            .where(OutboxRow.state == "owed")
            .order_by(OutboxRow.next_at, OutboxRow.id)
            .limit(newest)
        )
        return tuple(Waiting(*row) for row in rows)
