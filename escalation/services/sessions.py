"""Signed-in browsers, kept on the server: they can be listed and ended, and a stolen table opens none."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, delete, insert, or_, select, update

from escalation.models import Account, WebSession
from escalation.models.asking import Asked
from escalation.models.types import AnyRow
from escalation.security import sealing
from escalation.security.keys import vault_of
from escalation.security.public_ids import new_public_id
from escalation.security.sealing import CannotOpen, Place
from escalation.services import standing
from escalation.services.standing import Standing
from escalation.services.unit import Unit, reading, retried, writing

DAY = timedelta(days=1)
TOUCH = timedelta(minutes=1)
"""How often at most a session's last use is written down."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a session holds, when it ends if nothing more is asked for, and how long that is from now.

    All are real time: a demo that moves its clock ends no session. `proved_ago` says how long ago the
    person last proved who they are; `standing` what they have to prove it with, and from which posts.
    """

    data: bytes
    ends_at: datetime
    left: timedelta
    proved_ago: timedelta | None = None
    standing: Standing | None = None

    def is_proved_within(self, minutes: int) -> bool:
        """True for somebody who has proved in the last minutes who they are."""
        return self.proved_ago is not None and self.proved_ago <= timedelta(minutes=minutes)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a session: its content, whose it is, how they proved it, and their kind of browser."""

    data: bytes
    account: int | None
    how: str | None = None
    agent: str = ""


@dataclass(frozen=True, slots=True)
class SessionView:
    """A place where somebody is signed in."""

    public_id: str
    agent: str
    how: str
    since: datetime
    seen_at: datetime
    is_this: bool


def new_token() -> str:
    """A random cookie value of 256 bits."""
    return secrets.token_urlsafe(32)


def load(token: str, idle: timedelta) -> Loaded | None:
    """What a session holds, or None when it is unknown, too old, or its person was disabled."""
    with reading() as unit:
        row = next(iter(_KNOWN.rows(unit.connection, token=_hash(token))), None)
        if row is None or not _stands(row, unit.real_now, idle):
            return None
        try:
            loaded = _loaded(unit, row, _opened(unit, token, bytes(row.data)), idle)
        except CannotOpen:
            return None
        stale = row.seen_at + TOUCH <= unit.real_now
    if stale:
        _touch(token, row.account_id)
    return loaded


_KNOWN = Asked(
    select(
        *(WebSession.data, WebSession.seen_at, WebSession.expires_at, WebSession.verified_at),
        *(WebSession.account_id, Account.active, Account.tf_primary_method),
    )
    .outerjoin(Account, Account.id == WebSession.account_id)
    .where(WebSession.token_hash == bindparam("token"))
)


def _stands(row: AnyRow, now: datetime, idle: timedelta) -> bool:
    if row.expires_at <= now or row.seen_at + idle <= now:
        return False
    return row.account_id is None or bool(row.active)


def _loaded(unit: Unit, row: AnyRow, data: bytes, idle: timedelta) -> Loaded:
    now = unit.real_now
    seen = now if row.seen_at + TOUCH <= now else row.seen_at
    ends_at = min(seen + idle, row.expires_at)
    return Loaded(
        data,
        ends_at,
        ends_at - now,
        now - row.verified_at if row.verified_at else None,
        standing.of(unit, row.account_id, bool(row.tf_primary_method)) if row.account_id else None,
    )


@retried
def begin(token: str, kept: Kept, longest: timedelta, was: str | None = None) -> None:
    """A new session, in place of the one that `was`. Its absolute end is set now and never moves.

    Somebody who signs in has just proved who they are.
    """
    with writing() as unit:
        now = unit.real_now
        if was is not None:
            unit.session.execute(delete(WebSession).where(WebSession.token_hash == _hash(was)))
        unit.session.execute(
            insert(WebSession).values(
                token_hash=_hash(token), account_id=kept.account, data=_sealed(unit, token, kept.data),
                created_at=now, seen_at=now,
                expires_at=now + longest, public_id=new_public_id(), how=kept.how, agent=kept.agent[:80],
                verified_at=now if kept.account is not None else None,
            )
        )  # fmt: skip
        unit.session.execute(delete(WebSession).where(WebSession.expires_at <= now))
        if kept.account is not None:
            _was_here(unit, kept.account)


@retried
def save(token: str, kept: Kept) -> bool:
    """Keeps what a session holds. False when it was ended meanwhile: then it stays ended."""
    with writing() as unit:
        return _change(unit, token, data=_sealed(unit, token, kept.data), seen_at=unit.real_now)


@retried
def renew(was: str, token: str, kept: Kept, *, proved: bool) -> bool:
    """The same session under a new token; with `proved`, its person has proved anew who they are.

    False when it was ended meanwhile: then it stays ended.
    """
    with writing() as unit:
        proof = {"verified_at": unit.real_now, "how": kept.how} if proved else {}
        data = _sealed(unit, token, kept.data)
        there = {"token_hash": _hash(token), "data": data, "seen_at": unit.real_now}
        return _change(unit, was, **there, **proof)


def _change(unit: Unit, token: str, **values: object) -> bool:
    changed = (
        update(WebSession)
        .where(WebSession.token_hash == _hash(token))
        .values(**values)
        .returning(WebSession.how)
    )
    return unit.session.execute(changed).first() is not None


def places_of(account: int, token: str) -> tuple[SessionView, ...]:
    """Where a person is signed in, the newest use first; `token` is that of the session that asks."""
    with reading() as unit:
        rows = unit.session.execute(
            select(*WebSession.__table__.c)
            .where(WebSession.account_id == account, WebSession.expires_at > unit.real_now)
            .order_by(WebSession.seen_at.desc())
        )
        return tuple(_view(row, token) for row in rows)


def _view(row: AnyRow, token: str) -> SessionView:
    return SessionView(
        row.public_id or "",
        row.agent or "",
        row.how or "",
        row.created_at,
        row.seen_at,
        row.token_hash == _hash(token),
    )


@retried
def end(token: str) -> None:
    """Ends one session."""
    _end(WebSession.token_hash == _hash(token))


@retried
def end_one(account: int, public_id: str) -> bool:
    """Ends one session of a person's, from another one. False when there is none of that name."""
    return _end(WebSession.account_id == account, WebSession.public_id == public_id) > 0


@retried
def end_all(account: int, but: str | None = None) -> int:
    """Ends every session of a person, `but` the one with this token. Gives how many."""
    others = [WebSession.token_hash != _hash(but)] if but else []
    return _end(WebSession.account_id == account, *others)


def _end(*which: ColumnElement[bool]) -> int:
    with writing() as unit:
        ended = unit.session.execute(delete(WebSession).where(*which).returning(WebSession.token_hash))
        return len(ended.all())


def end_for(unit: Unit, accounts: Iterable[int]) -> int:
    """Ends every session of these people within a unit of work; gives how many there were."""
    ended = unit.session.execute(
        delete(WebSession).where(WebSession.account_id.in_(sorted(accounts))).returning(WebSession.token_hash)
    )
    return len(ended.all())


@retried
def _touch(token: str, account: int | None) -> None:
    with writing() as unit:
        _change(unit, token, seen_at=unit.real_now)
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


def _sealed(unit: Unit, token: str, data: bytes) -> bytes:
    """What a session holds as it is kept: answers may be in it that somebody typed who is not known yet.

    The key is derived from the one at the top: a session lives for hours, so nothing is ever wrapped anew.
    """
    vault = vault_of(unit.connection)
    version = vault.texts.newest
    return sealing.wrap(vault.for_sessions(version), version, _place(token), data).encode()


def _opened(unit: Unit, token: str, data: bytes) -> bytes:
    """What was sealed. Raises CannotOpen; then nobody is signed in with it."""
    kept = data.decode("ascii", "replace")
    key = vault_of(unit.connection).for_sessions(sealing.version_of(kept))
    return sealing.unwrap(key, _place(token), kept)


def _place(token: str) -> Place:
    return Place(0, "web_session", "data", _hash(token))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
