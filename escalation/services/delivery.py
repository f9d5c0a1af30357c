"""Handing owed mails to the mail server: claim, compose, send, mark. At least once, nearly always once.

    claim (lease + token) -> commit -> compose -> SMTP -> mark sent, if the token still stands

What can go wrong: a crash between the server's "250 OK" and the mark sends the same mail, with the
same Message-ID, once more; everything else is retried or told to a person by another route.
"""

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from escalation.models.types import AnyRow
from escalation.services import fuse, outbox
from escalation.services.mail_facts import Letter, letters
from escalation.services.unit import of_partnerships, passing, reading
from notifications.compose import compose
from notifications.mailer import Mailer, PermanentFailure, ServerAway, TemporaryFailure

BATCH = 100
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Delivered:
    """What one run handed over: sent, put off, failed for good."""

    sent: int = 0
    put_off: int = 0
    failed: int = 0
    next_due: datetime | None = None
    """None also when the mail server is away: then the scheduler tries again at its tick."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Why mails did not leave, in words that name nobody, and how many."""

    def stayed(self, reason: str, *, for_good: bool = False) -> None:
        """Counts a mail that did not leave."""
        self.failed += for_good
        self.put_off += not for_good
        self.reasons[reason] += 1


@dataclass(frozen=True, slots=True)
class PostRoom:
    """What the post room needs to know of this installation."""

    connect: Callable[[], Mailer]
    base_url: str
    mail_from: str
    mail_domain: str
    prefixes: Mapping[str, str]
    rate: int = 0
    """How many mails one person gets within an hour, but for urgent ones; 0 is no limit."""
    lease: timedelta = timedelta(minutes=2)
    """How long a batch is this worker's. It must be longer than a mail server may take over one mail."""
    turn: timedelta = timedelta(seconds=10)
    """How long one run takes new batches: a scheduler that is to end waits no longer."""


def deliver(room: PostRoom, limit: int = BATCH) -> Delivered:
    """Hands over the mails that are due, in batches of `limit`, on one connection a batch, for one turn:
    what is left then is due at once.

    When the mail server is away nothing more is tried: what is owed keeps its place and its time.
    """
    done, over = Delivered(), time.monotonic() + room.turn.total_seconds()
    away = False
    while not away and (claimed := outbox.claim(limit, room.lease)):
        away = not _hand_over_all(room, claimed, done)
        if time.monotonic() > over:
            break
    for reason, count in done.reasons.items():
        _log.warning("mails could not leave", reason=reason, count=count)
    done.next_due = None if away else outbox.next_due()
    return done


def _hand_over_all(room: PostRoom, claimed: Sequence[AnyRow], done: Delivered) -> bool:
    """One batch. False when the mail server is away."""
    enough = time.monotonic() + room.lease.total_seconds() / 2
    left, reached = list(claimed), set[int]()
    try:
        with room.connect() as mailer:
            written = _written(room, claimed)
            left = _let_through(room, claimed, written, done)
            # What a slow server leaves of the lease must do for the mail under way.
            while left and time.monotonic() < enough:
                if _hand_over(room, mailer, left[0], written.get(left[0].id), done):
                    reached.add(left[0].account_id)
                left.pop(0)
    except ServerAway as away:
        outbox.release(left, str(away))
        done.put_off += len(left)
        done.reasons[str(away)] += len(left)
        return False
    outbox.release(left)
    if reached:
        outbox.answers_again(reached)
    return True


def _let_through(
    room: PostRoom, rows: Sequence[AnyRow], written: Mapping[int, Letter], done: Delivered
) -> list[AnyRow]:
    """What may leave of a batch, so that nobody gets more within an hour than they can read."""
    urgent = {number for number, letter in written.items() if letter.facts.urgent}
    going, held_back = fuse.let_through(rows, urgent, room.rate) if room.rate else (list(rows), 0)
    done.put_off += held_back
    return going


def _written(room: PostRoom, rows: Sequence[AnyRow]) -> dict[int, Letter]:
    """What each mail is written from; one that cannot be read keeps back no other."""
    try:
        with reading(of_partnerships(row.partnership_id for row in rows)) as unit:
            return letters(unit, rows, room.base_url)
    except Exception as error:
        if passing(error):
            raise
        if len(rows) == 1:
            _log.exception("a mail cannot be written", outbox=rows[0].id, name=rows[0].name)
            return {}
    return {number: letter for row in rows for number, letter in _written(room, [row]).items()}


def _hand_over(room: PostRoom, mailer: Mailer, row: AnyRow, letter: Letter | None, done: Delivered) -> bool:
    """One mail. True when the server has taken it."""
    if letter is None:
        _put_off(row, "it cannot be written", done)
        return False
    message_id = message_id_of(row, room.mail_domain)
    try:
        mailer.send(
            compose(
                row.name,
                to=letter.address,
                facts=letter.facts,
                message_id=message_id,
                sender=room.mail_from,
                prefixes=room.prefixes,
                forbidden=letter.forbidden,
            )
        )
    except ServerAway:
        raise
    except TemporaryFailure as failure:
        _put_off(row, str(failure), done)
    except PermanentFailure as failure:
        if outbox.fail(row, str(failure), came_back=True):
            done.stayed(str(failure), for_good=True)
    except Exception as error:  # noqa: BLE001 (logged, and kept with the row for a person to see)
        # One mail that cannot be made must not keep back the others: it is tried again, and seen.
        _log.exception("a mail could not be made", outbox=row.id, name=row.name)
        _put_off(row, f"{type(error).__name__}", done)
    else:
        outbox.sent(row, message_id)
        done.sent += 1
        return True
    return False


def _put_off(row: AnyRow, reason: str, done: Delivered) -> None:
    if outbox.put_off(row, reason):
        done.stayed(reason)
    elif outbox.fail(row, f"given up after 72 hours: {reason}", came_back=False):
        done.stayed(reason, for_good=True)


def message_id_of(row: AnyRow, domain: str) -> str:
    """The Message-ID of an outbox row: the same at each try, and telling nothing of the case."""
    return f"<{row.epoch}.{hashlib.sha256(row.dedupe_key.encode()).hexdigest()[:32]}@{domain}>"
