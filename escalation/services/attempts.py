"""The brake on guessing: how often something was tried by or for somebody, and when to try again.

What was tried runs off evenly: `limit` tries in `within`. Whoever goes beyond that waits, twice as long
each time and never longer than `LONGEST`; a try that is refused is not counted, so that nobody is locked
out for good by hammering. Counts stand in the database: every process sees the same ones.

`what` is a short name (`sign_in`), `whom` anything that says for whom it is counted: an account, an
address of the network, a partnership. Only a hash of `whom` is kept. Times are real times.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from escalation.errors import TooManyAttempts
from escalation.models import Attempts
from escalation.services.unit import Unit, reading, retried, writing

LONGEST = timedelta(minutes=15)
"""Nobody waits longer than this."""
_FIRST = timedelta(seconds=30)
_FORGOTTEN = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Try:
    """One try, as it is counted: so many (`limit`) are free in such a time (`within`)."""

    what: str
    whom: str
    limit: int
    within: timedelta
    longest: timedelta = LONGEST
    pause: timedelta = _FIRST
    """How long the first wait is."""

    @property
    def key(self) -> str:
        """What is kept of `whom`."""
        return hashlib.sha256(f"{self.what}\0{self.whom}".encode()).hexdigest()

    def left_of(self, count: int, since: datetime, now: datetime) -> int:
        """How many of `count` tries still weigh: one runs off in each share of the time."""
        return max(0, count - int((now - since) / (self.within / self.limit)))

    def wait(self, count: int, since: datetime, now: datetime) -> timedelta:
        """How long it is until the next try, after `count` tries of which the last was at `since`."""
        beyond = self.left_of(count, since, now) - self.limit
        if beyond < 0:
            return timedelta(0)
        pause = min(self.longest, self.pause * (1 << min(beyond, 16)))
        return max(timedelta(0), since + pause - now)


def refuse_too_many(what: str, whom: str, limit: int, within: timedelta) -> None:
    """Raises TooManyAttempts while the next try has to wait. Counts nothing."""
    asked = Try(what, whom, limit, within)
    with reading() as unit:
        for count, since in unit.session.execute(_of(asked)):
            _refuse(asked.wait(count, since, unit.real_now))


@retried
def note(what: str, whom: str, limit: int, within: timedelta) -> None:
    """Counts a try."""
    with writing() as unit:
        _count(unit, Try(what, whom, limit, within))


@retried
def take(*tries: Try) -> None:
    """Counts a try in every way that it is counted, unless one of them says to wait: then in none.

    In one step, so that many at once are not one at a time. Raises TooManyAttempts.
    """
    with writing() as unit:
        take_within(unit, *tries)


def take_within(unit: Unit, *tries: Try) -> None:
    """The same in a transaction that does more: what was tried counts if that is kept."""
    ordered = sorted(tries)
    waits = [_wait_of(unit, one) for one in ordered]
    _refuse(max(waits, default=timedelta(0)))
    for one in ordered:
        _count(unit, one)


@retried
def give_back(*tries: Try) -> None:
    """Takes one try off each count: it was a right one."""
    with writing() as unit:
        for one in sorted(tries):
            unit.session.execute(
                update(Attempts)
                .where(Attempts.what == one.what, Attempts.whom == one.key, Attempts.count > 0)
                .values(count=Attempts.count - 1)
            )


@retried
def forget(what: str, whom: str) -> None:
    """Begins anew for somebody: they have proved who they are."""
    key = Try(what, whom, 1, _FORGOTTEN).key
    with writing() as unit:
        unit.session.execute(delete(Attempts).where(Attempts.what == what, Attempts.whom == key))


def _refuse(wait: timedelta) -> None:
    if wait > timedelta(0):
        raise TooManyAttempts(wait)


def _of(asked: Try) -> Select[int, datetime]:
    return select(Attempts.count, Attempts.since).where(
        Attempts.what == asked.what, Attempts.whom == asked.key
    )


def _wait_of(unit: Unit, asked: Try) -> timedelta:
    """How long this try has to wait. Its row is there afterwards, and ours until the end."""
    _begin(unit, asked)
    count, since = unit.session.execute(_of(asked).with_for_update()).one()
    return asked.wait(count, since, unit.real_now)


def _begin(unit: Unit, asked: Try) -> None:
    insert = sqlite.insert if unit.sqlite else postgresql.insert
    begun = (
        insert(Attempts)
        .values(what=asked.what, whom=asked.key, since=unit.real_now, count=0)
        .on_conflict_do_nothing()
        .returning(Attempts.what)
    )
    if unit.session.scalar(begun) is not None:
        unit.session.execute(delete(Attempts).where(Attempts.since <= unit.real_now - _FORGOTTEN))


def _count(unit: Unit, asked: Try) -> None:
    _begin(unit, asked)
    tried, since = unit.session.execute(_of(asked).with_for_update()).one()
    count = asked.left_of(tried, since, unit.real_now) + 1
    unit.session.execute(
        update(Attempts)
        .where(Attempts.what == asked.what, Attempts.whom == asked.key)
        .values(count=count, since=unit.real_now)
    )
