"""Handing owed mails to the mail server: claim, compose, send, mark. At least once, nearly always once.

    claim (lease + token) -> commit -> compose -> SMTP -> mark sent, if the token still stands

What can go wrong: a crash between the server's "250 OK" and the mark sends the same mail, with the
same Message-ID, once more; everything else is retried or told to a person by another route.
"""

import hashlib
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import or_, select, update

from escalation.models import Account, OutboxRow
from escalation.models.types import AnyRow
from escalation.services import mail_facts, undeliverable
from escalation.services.unit import Unit, reading, writing
from notifications.compose import compose
from notifications.mailer import Mailer, PermanentFailure, TemporaryFailure

LEASE = timedelta(minutes=2)
GIVE_UP, FEWEST_TRIES = timedelta(hours=72), 10
"""A mail is given up when it is older and was tried more often than this: an outage is not its fault."""
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Delivered:
    """What one run handed over: sent, put off, failed for good."""

    sent: int = 0
    put_off: int = 0
    failed: int = 0
    next_due: datetime | None = None
    reasons: Counter[str] = field(default_factory=Counter)
    """Why mails did not leave, in words that name nobody, and how many."""


@dataclass(frozen=True, slots=True)
class PostRoom:
    """What the post room needs to know of this installation."""

    connect: Callable[[], Mailer]
    base_url: str
    mail_from: str
    mail_domain: str
    prefixes: Mapping[str, str]


def deliver(room: PostRoom, limit: int = 100) -> Delivered:
    """Hands over every mail that is due, in batches of `limit`, on one connection a batch."""
    done = Delivered()
    while claimed := _claim(limit):
        _hand_over_all(room, claimed, done)
    for reason, count in done.reasons.items():
        _log.warning("mails could not leave", reason=reason, count=count)
    with reading() as unit:
        done.next_due = unit.session.execute(
            select(OutboxRow.next_at).where(OutboxRow.state == "owed").order_by(OutboxRow.next_at).limit(1)
        ).scalar_one_or_none()
    return done


def _hand_over_all(room: PostRoom, claimed: list[AnyRow], done: Delivered) -> None:
    try:
        with room.connect() as mailer:
            for row in claimed:
                _hand_over(room, mailer, row, done)
    except TemporaryFailure as failure:
        # The server cannot be reached at all: every mail of the batch waits.
        for row in claimed:
            _put_off(row, str(failure), done)


def _claim(limit: int) -> list[AnyRow]:
    """Leases due mails: raises each row's token, so that only this run may mark it."""
    with writing() as unit:
        free = or_(OutboxRow.lease_until.is_(None), OutboxRow.lease_until < unit.now)
        ids = (
            unit.session.execute(
                select(OutboxRow.id)
                .where(OutboxRow.state == "owed", OutboxRow.next_at <= unit.now, free)
                .order_by(OutboxRow.next_at, OutboxRow.id)
                .limit(limit)
                .with_for_update(skip_locked=True)
            )
            .scalars()
            .all()
        )
        if not ids:
            return []
        unit.session.execute(
            update(OutboxRow)
            .where(OutboxRow.id.in_(ids))
            .values(
                lease_token=OutboxRow.lease_token + 1,
                lease_until=unit.now + LEASE,
                attempts=OutboxRow.attempts + 1,
            )
        )
        return list(
            unit.session.execute(
                select(*OutboxRow.__table__.c)
                .where(OutboxRow.id.in_(ids))
                .order_by(OutboxRow.next_at, OutboxRow.id)
            ).all()
        )


def _hand_over(room: PostRoom, mailer: Mailer, row: AnyRow, done: Delivered) -> None:
    message_id = message_id_of(row, room.mail_domain)
    try:
        mailer.send(_composed(room, row, message_id))
    except TemporaryFailure as failure:
        _put_off(row, str(failure), done)
    except PermanentFailure as failure:
        _fail(row, str(failure), done, came_back=True)
    except Exception as error:  # noqa: BLE001 (logged, and kept with the row for a person to see)
        # One mail that cannot be made must not keep back the others: it is tried again, and seen.
        _log.exception("a mail could not be made", outbox=row.id, name=row.name)
        _put_off(row, f"{type(error).__name__}", done)
    else:
        with writing() as unit:
            _mark(
                unit, row, state="sent", sent_at=unit.now, message_id=message_id, set_up_link=None, error=None
            )
        done.sent += 1


def message_id_of(row: AnyRow, domain: str) -> str:
    """The Message-ID of an outbox row: the same at each try, and telling nothing of the case."""
    return f"<{row.epoch}.{hashlib.sha256(row.dedupe_key.encode()).hexdigest()[:32]}@{domain}>"


def _composed(room: PostRoom, row: AnyRow, message_id: str) -> Any:
    with reading() as unit:
        address, facts, forbidden = mail_facts.for_row(unit, row, room.base_url)
    return compose(
        row.name,
        to=address,
        facts=facts,
        message_id=message_id,
        sender=room.mail_from,
        prefixes=room.prefixes,
        forbidden=forbidden,
    )


def _put_off(row: AnyRow, error: str, done: Delivered) -> None:
    with writing() as unit:
        expired = row.attempts > FEWEST_TRIES and unit.now - row.owed_at > GIVE_UP
        if not expired:
            _mark(unit, row, next_at=unit.now + _wait(row.attempts), error=error[:200])
            done.put_off += 1
            done.reasons[error] += 1
    if expired:
        _fail(row, f"given up after 72 hours: {error}", done, came_back=False)


def _wait(attempts: int) -> timedelta:
    """Doubles from 30 seconds to an hour, with a quarter of jitter so that mails do not march in step."""
    wait = min(FIRST_WAIT * float(2 ** min(attempts - 1, 10)), LONGEST_WAIT)
    return wait * random.uniform(0.75, 1.25)  # noqa: S311 (spreads load, guards nothing)


def _fail(row: AnyRow, error: str, done: Delivered, *, came_back: bool) -> None:
    """For good: the person counts as not told, and the deputy and the board office hear of it."""
    with writing() as unit:
        if _mark(unit, row, state="failed", error=error[:200]):
            undeliverable.tell_others(unit, row, came_back=came_back)
            done.failed += 1
            done.reasons[error] += 1


def _mark(unit: Unit, row: AnyRow, **values: Any) -> bool:
    """Marks a leased row, if the lease is still ours. False when another run has taken it over."""
    marked = unit.session.scalar(
        update(OutboxRow)
        .where(OutboxRow.id == row.id, OutboxRow.lease_token == row.lease_token, OutboxRow.state == "owed")
        .values(lease_until=None, **values)
        .returning(OutboxRow.id)
    )
    return marked is not None


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
