"""After a restore: the mails stand still, and so do the clocks, until an operator lets them go.

What was owed when the backup was made may have left since, and what people did since is lost. So a
restored installation begins a new epoch, holds every owed mail, and tells nobody anything. The sweep
and the reminders stand still as well: nobody is booked as silent who was never told. After the release
it is as after an outage: what fell due is dated as due and marked late, and the mails leave.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, exists, select, update

from escalation.errors import Refused
from escalation.models import Heartbeat, Installation, OutboxRow, WebSession
from escalation.models.asking import Asked
from escalation.services.unit import Unit, reading, writing

DISCARDED = "thrown away by an operator after a restore"
WAITING = ("owed", "held")
"""Mails that have not left: those that the backup owed, and those owed since the restore."""


@dataclass(frozen=True, slots=True)
class Standstill:
    """Since when nothing leaves, and which instant the restored backup shows."""

    restored_at: datetime
    backup_of: datetime


@dataclass(frozen=True, slots=True)
class Released:
    """Mails by name: how many may leave, how many were thrown away, and the age of the oldest of each."""

    leaving: Counter[str]
    discarded: Counter[str]
    oldest: dict[str, timedelta]


def held() -> Any:
    """The condition, for a query, that this installation was restored and not released."""
    return exists().where(Installation.restored_at.is_not(None), Installation.released_at.is_(None))


def standstill(unit: Unit) -> Standstill | None:
    """What holds this installation's mails, or None when they leave as they should."""
    rows = _HELD.rows(unit.connection)
    return Standstill(rows[0].restored_at, rows[0].backup_of or rows[0].restored_at) if rows else None


_HELD = Asked(select(Installation.restored_at, Installation.backup_of).where(held()))


def now_standing() -> Standstill | None:
    """The same, for a door."""
    with reading() as unit:
        return standstill(unit)


def hold(connection: Connection, now: datetime, backup_of: datetime) -> int:
    """Begins a new epoch in which nothing leaves, and gives its number.

    Every owed mail is held and its lease ended; everybody is signed out, because a session that was
    ended since the backup would live again; the heartbeat is forgotten, because it beat elsewhere.
    """
    connection.execute(
        update(OutboxRow)
        .where(OutboxRow.state == "owed")
        .values(state="held", lease_until=None, lease_token=OutboxRow.lease_token + 1)
    )
    connection.execute(delete(WebSession))
    connection.execute(delete(Heartbeat))
    return int(
        connection.execute(
            update(Installation)
            .values(
                epoch=Installation.epoch + 1,
                restored_at=now,
                backup_of=backup_of,
                released_at=None,
            )
            .returning(Installation.epoch)
        ).scalar_one()
    )


def hold_here(backup_of: datetime | None = None) -> int:
    """Holds a database that came back by other means than our own restore. Gives the new epoch."""
    with writing() as unit:
        return hold(unit.connection, unit.now, backup_of or unit.now)


def release(*, discard_older_than: timedelta | None = None, dry_run: bool = False) -> Released:
    """Lets the mails leave again and the clocks run; what is older than asked is thrown away instead.

    A mail that was held keeps its Message-ID, so that who got it before can see that it is the same.
    Raises Refused when nothing is held here (but for a dry run, which only counts).
    """
    with writing() as unit:
        if not dry_run and standstill(unit) is None:
            raise Refused("not_held", "nothing is held here: mails leave as they are owed")
        old = _older_than(unit, discard_older_than)
        told = _counted(unit, old)
        if not dry_run:
            _let_go(unit, old)
    return told


def _older_than(unit: Unit, age: timedelta | None) -> datetime | None:
    return None if age is None else unit.now - age


def _counted(unit: Unit, old: datetime | None) -> Released:
    told = Released(Counter(), Counter(), {})
    rows = unit.session.execute(select(OutboxRow.name, OutboxRow.owed_at).where(OutboxRow.state.in_(WAITING)))
    for name, owed_at in rows:
        goes = told.discarded if old is not None and owed_at < old else told.leaving
        goes[name] += 1
        told.oldest[name] = max(unit.now - owed_at, told.oldest.get(name, timedelta(0)))
    return told


def _let_go(unit: Unit, old: datetime | None) -> None:
    waits = OutboxRow.state.in_(WAITING)
    if old is not None:
        unit.session.execute(
            update(OutboxRow)
            .where(waits, OutboxRow.owed_at < old)
            .values(state="skipped", error=DISCARDED, set_up_link=None, lease_until=None)
        )
    unit.session.execute(
        update(OutboxRow).where(waits).values(state="owed", next_at=unit.now, attempts=0, lease_until=None)
    )
    unit.session.execute(update(Installation).values(released_at=unit.now))
