"""Signed-in browsers, kept on the server: they can be listed and ended, and a stolen table opens none."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, or_, select, update

from escalation.models import Account, WebSession
from escalation.services.unit import Unit, reading, retried, writing

DAY = timedelta(days=1)
TOUCH = timedelta(minutes=1)
"""How often at most a session's last use is written down."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a session holds, when it ends if nothing more is asked for, and how long that is from now.

    Both are real time: a demo that moves its clock ends no session.
    """

    data: bytes
    ends_at: datetime
    left: timedelta


def new_token() -> str:
    """A random cookie value of 256 bits."""
    return secrets.token_urlsafe(32)


def load(token: str, idle: timedelta) -> Loaded | None:
    """What a session holds, or None when it is unknown, too old, or its person was disabled."""
    with reading() as unit:
        row = unit.session.execute(
            select(
                WebSession.data,
                WebSession.seen_at,
                WebSession.expires_at,
                WebSession.account_id,
                Account.active,
            )
            .outerjoin(Account, Account.id == WebSession.account_id)
            .where(WebSession.token_hash == _hash(token))
        ).first()
        if row is None or row.expires_at <= unit.real_now or row.seen_at + idle <= unit.real_now:
            return None
        if row.account_id is not None and not row.active:
            return None
        stale = row.seen_at + TOUCH <= unit.real_now
        seen = unit.real_now if stale else row.seen_at
        ends_at = min(seen + idle, row.expires_at)
        left = ends_at - unit.real_now
    if stale:
        _touch(token, row.account_id)
    return Loaded(bytes(row.data), ends_at, left)


@retried
def save(token: str, data: bytes, account: int | None, longest: timedelta) -> None:
    """Keeps what a session holds. Its absolute end is set when it is made and never moves."""
    with writing() as unit:
        changed = unit.session.scalar(
            update(WebSession)
            .where(WebSession.token_hash == _hash(token))
            .values(data=data, account_id=account, seen_at=unit.real_now)
            .returning(WebSession.token_hash)
        )
        if changed is None:
            unit.session.execute(
                insert(WebSession).values(
                    token_hash=_hash(token), account_id=account, data=data,
                    created_at=unit.real_now, seen_at=unit.real_now, expires_at=unit.real_now + longest,
                )
            )  # fmt: skip
        unit.session.execute(delete(WebSession).where(WebSession.expires_at <= unit.real_now))
        if account is not None:
            _was_here(unit, account)


@retried
def end(token: str) -> None:
    """Ends one session."""
    with writing() as unit:
        unit.session.execute(delete(WebSession).where(WebSession.token_hash == _hash(token)))


@retried
def end_all(account: int) -> None:
    """Ends every session of a person."""
    with writing() as unit:
        unit.session.execute(delete(WebSession).where(WebSession.account_id == account))


def end_for(unit: Unit, accounts: Iterable[int]) -> int:
    """Ends every session of these people within a unit of work; gives how many there were."""
    ended = unit.session.execute(
        delete(WebSession).where(WebSession.account_id.in_(sorted(accounts))).returning(WebSession.token_hash)
    )
    return len(ended.all())


@retried
def _touch(token: str, account: int | None) -> None:
    with writing() as unit:
        unit.session.execute(
            update(WebSession).where(WebSession.token_hash == _hash(token)).values(seen_at=unit.real_now)
        )
        if account is not None:
            _was_here(unit, account)


def _was_here(unit: Unit, account: int) -> None:
    """Writes down, once a day at most, that a person used their account. One that has lapsed is not used."""
    before = or_(Account.used_at.is_(None), Account.used_at <= unit.now - DAY)
    unit.session.execute(
        update(Account)
        .where(Account.id == account, Account.lapsed_at.is_(None), before)
        .values(used_at=unit.now)
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
