"""Mistakes that are put into the service on purpose, in the forked processes alone.

Each is one that somebody has made elsewhere. Those that can be are made in the SQL on its way to the
database, so that they stay the same mistake when the service says the same thing in other statements.
"""

import itertools
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import event

from escalation.extensions import db
from escalation.services import delivery, lapses, outbox
from notifications.mailer import PermanentFailure, TemporaryFailure
from workflows.calendar import WorkingCalendar
from workflows.machine import decide


def plant(name: str | None) -> None:
    """Puts the mistake of this name into this process; nothing for None."""
    if name is not None:
        FAULTS[name]()


def _instead(of: object, **others: Any) -> None:
    """Puts other things in the place of a module's or a class's own, by their names."""
    for name, other in others.items():
        setattr(of, name, other)


def _rewrite(change: Callable[[str], str]) -> None:
    def changed(c: Any, cursor: Any, statement: str, parameters: Any, *_: object) -> tuple[str, Any]:
        return change(statement), parameters

    event.listen(db.engine, "before_cursor_execute", changed, retval=True)


def no_lock_and_no_key() -> None:
    """Rows are claimed without a lock; the keys that would stop a second move are dropped before."""
    _rewrite(lambda s: re.sub(r"\bFOR UPDATE\b.*", "", s, flags=re.DOTALL))


def marked_before_sent() -> None:
    """The mail is marked as sent, and then handed over."""
    hand_over = delivery._hand_over

    def first_marked(room: Any, mailer: Any, row: Any, letter: Any, done: Any) -> None:
        if letter is not None:
            outbox.sent(row, delivery.message_id_of(row, room.mail_domain))
        hand_over(room, mailer, row, letter, done)

    _instead(delivery, _hand_over=first_marked)


def committed_before_the_outbox() -> None:
    """The change is committed, and then its mails are owed in a transaction of their own."""

    def apart(c: Any, cursor: Any, statement: str, *_: object) -> None:
        if re.search(r'INSERT INTO "?outbox"?', statement):
            cursor.connection.commit()

    event.listen(db.engine, "before_cursor_execute", apart)


def less_instead_of_at_most() -> None:
    """A deadline is due when its instant is over, not when it has come."""
    _rewrite(lambda s: re.sub(r"\bdue_at <= ", "due_at < ", s))


def local_time_taken_for_utc() -> None:
    """The closing time is written down without its zone."""
    _instead(WorkingCalendar, closing=lambda self, day: datetime.combine(day, self.closes, UTC))


def lease_without_token() -> None:
    """Whoever once had a mail may mark it, whoever has it now."""
    _rewrite(lambda s: re.sub(r"(WHERE.*)outbox\.lease_token = \S+( AND)?", r"\1true\2", s, flags=re.DOTALL))


def refused_for_good_is_tried_again() -> None:
    """A recipient without a mailbox counts as a busy server: the mail is tried again, and nobody is told."""

    class Again(TemporaryFailure):
        pass

    put_off = outbox.put_off
    _instead(outbox, put_off=lambda row, reason: put_off(row, reason) or True)
    _instead(delivery, PermanentFailure=Again, TemporaryFailure=(TemporaryFailure, PermanentFailure))


def swallowed_in_the_sweep() -> None:
    """An exception in a sweep is caught, and nobody hears of it."""
    lapse, calls = lapses._lapse, itertools.count(1)

    def stumbles(protocol: Any, case: Any, *rest: Any) -> Any:
        if next(calls) % 3 == 0:
            raise ArithmeticError("planted")
        return decide(protocol, case, *rest)

    def swallowed(*args: Any) -> Any:
        try:
            return lapse(*args)
        except ArithmeticError:
            return []

    _instead(lapses, decide=stumbles, _lapse=swallowed)


def return_for_continue() -> None:
    """The first mail that cannot be written ends the loop over all of them."""
    hand_over = delivery._hand_over

    class _Ended(Exception):
        pass

    def ends(room: Any, mailer: Any, row: Any, letter: Any, done: Any) -> None:
        hand_over(room, mailer, row, letter, done)
        if letter is None:
            raise _Ended

    all_of_them = delivery._hand_over_all

    def ended(*args: Any) -> bool:
        try:
            return all_of_them(*args)
        except _Ended:
            return True

    _instead(delivery, _hand_over=ends, _hand_over_all=ended)


def no_partnership_in_the_directory() -> None:
    """Posts and people are looked up in every partnership at once."""
    pattern = r"((?:post|holding)\.partnership_id = (?:%\(\w+\)s(?:::\w+)?|\?))"
    _rewrite(lambda s: re.sub(pattern, r"(\1 OR true)", s))


def skipped_when_late() -> None:
    """What fell due while nothing ran is dropped, as cron does it."""
    lapse = lapses._lapse

    def in_time(unit: Any, partnership: int, claimed: Any) -> Any:
        return lapse(unit, partnership, [r for r in claimed if unit.now - r.due_at < timedelta(minutes=10)])

    _instead(lapses, _lapse=in_time)


FAULTS: Mapping[str, Callable[[], None]] = {
    f.__name__: f
    for f in (
        no_lock_and_no_key,
        marked_before_sent,
        committed_before_the_outbox,
        less_instead_of_at_most,
        local_time_taken_for_utc,
        lease_without_token,
        refused_for_good_is_tried_again,
        swallowed_in_the_sweep,
        return_for_continue,
        no_partnership_in_the_directory,
        skipped_when_late,
    )
}
