"""Whether the service itself is well: its database, its clock, its post. It reads no case.

Each check answers with a sentence, so that whoever is woken by it knows where to look.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from alembic.runtime.migration import MigrationContext
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from escalation.models import Heartbeat, JobRun, OutboxRow
from escalation.services import (
    audit,
    clocks_apart,
    database_roles,
    durability,
    keys_here,
    record_checks,
    record_seals,
    restored,
)
from escalation.services.agency_time import NOTICE_DAYS, calendars_with_terms, days_known
from escalation.services.audit_questions import FUSE, MAIL_GRACE
from escalation.services.unit import Unit, reading

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `age` is in whole seconds where the check is about an age."""

    name: str
    well: bool
    words: str
    age: int | None = None


def look(
    expected_head: str | None,
    longest_silence: timedelta,
    *,
    standby_required: bool = False,
    seals_made: bool = False,
) -> tuple[Check, ...]:
    """Looks at the database, its standby, the service's role there, its clock, the migrations, the heartbeat,
    the owed mails, whether a restore holds them, the seals, how the last verification of the record went, and
    the terms of agencies, in this order.

    `longest_silence` is how old the last good audit of the clock may be; with `standby_required` a
    database that does not wait for a standby is not well; `seals_made`: a key signs seals.
    When the database cannot be reached that is the only answer.
    """
    before = clocks_apart.machine_time()
    try:
        with reading() as unit:
            far = clocks_apart.between(before, unit.real_now, clocks_apart.machine_time())
            return tuple(_checks(unit, far, expected_head, longest_silence, standby_required, seals_made))
    except (SQLAlchemyError, LookupError):
        _log.exception("the health of the service cannot be read")
        return (Check("database", False, "The database cannot be reached, or was never set up."),)


def _checks(
    unit: Unit,
    far: timedelta,
    expected_head: str | None,
    longest_silence: timedelta,
    standby_required: bool,
    seals_made: bool,
) -> Iterator[Check]:
    yield Check("database", True, "The database answers.")
    yield _standby(unit, standby_required)
    yield Check("wall", True, database_roles.wall_of(unit.connection).value)
    yield Check("clock", far <= clocks_apart.STOP, clocks_apart.words(far))
    migrations = _migrations(unit, expected_head)
    yield migrations
    yield _heartbeat(unit, longest_silence)
    yield _mail(unit)
    yield _restore(unit)
    if migrations.well:
        yield _seals(unit, seals_made)
        yield _record(unit)
    if migrations.well:
        yield _terms(unit)


def _standby(unit: Unit, required: bool) -> Check:
    mode = durability.mode_of(unit.connection)
    well = mode.takes_writes and (mode is durability.Mode.SYNCHRONOUS or not required)
    return Check("standby", well, mode.words)


def _migrations(unit: Unit, expected: str | None) -> Check:
    found = MigrationContext.configure(unit.connection).get_current_revision()
    if found != expected:
        words = f"The database is at {found or 'nothing'} and this version needs {expected or 'nothing'}."
        return Check("migrations", False, words)
    return Check("migrations", True, f"The database is at {found}.")


def _heartbeat(unit: Unit, longest: timedelta) -> Check:
    beat = unit.session.get(Heartbeat, audit.NAME)
    if beat is None or beat.beat_at is None:
        return Check("heartbeat", False, "No audit of the clock has found everything in order yet.")
    age = unit.now - beat.beat_at
    words = f"The clock was last found in order {spoken(age)} ago."
    return Check("heartbeat", age < longest, words, int(age.total_seconds()))


def _mail(unit: Unit) -> Check:
    oldest: datetime | None = unit.session.execute(
        select(func.min(OutboxRow.owed_at)).where(
            OutboxRow.state == "owed", func.coalesce(OutboxRow.error, "") != FUSE
        )
    ).scalar_one()
    if oldest is None:
        return Check("mail", True, "No mail is owed.")
    age = unit.now - oldest
    words = f"The oldest mail that has not left is owed for {spoken(age)}."
    return Check("mail", age <= MAIL_GRACE, words, int(age.total_seconds()))


def _restore(unit: Unit) -> Check:
    standing = restored.standstill(unit)
    if standing is None:
        return Check("restore", True, "Mails leave and clocks run.")
    waiting = unit.session.execute(
        select(func.count()).select_from(OutboxRow).where(OutboxRow.state.in_(restored.WAITING))
    ).scalar_one()
    words = (
        f"Restored from a backup of {standing.backup_of:%d %B %Y %H:%M} UTC: {waiting} mails are held and no "
        "deadline lapses until an operator runs `escalation outbox release`."
    )
    return Check("restore", False, words, int((unit.now - standing.restored_at).total_seconds()))


def _seals(unit: Unit, made: bool) -> Check:
    """Whether the record is sealed. That a seal is late is said by the job that makes them."""
    if not made:
        return Check("seals", True, "The record is not sealed: no key is set. See docs/record.md.")
    if not keys_here.all_sealed(unit):
        words = "The record is not sealed until `escalation keys seal-existing` and `keys finish` were run."
        return Check("seals", True, words)
    run = unit.session.get(JobRun, record_seals.JOB)
    if run is None or run.finished_at is None:
        return Check("seals", True, "The record is to be sealed for the first time.")
    age = unit.now - run.finished_at
    words = f"The record was last looked at for sealing {spoken(age)} ago."
    return Check("seals", run.error is None and age < record_seals.LATE, words, int(age.total_seconds()))


def _record(unit: Unit) -> Check:
    """Whether the record was what was written, when it was last looked at."""
    standing = record_checks.standing(unit)
    if standing.broken_since is not None:
        words = (
            f"The record of {standing.broken} partnership{'' if standing.broken == 1 else 's'} is broken, "
            f"first found {spoken(unit.now - standing.broken_since)} ago: run `escalation audit verify`."
        )
        return Check("record", False, words)
    if standing.oldest is None:
        return Check("record", True, "The record is to be verified for the first time.")
    age = unit.now - standing.oldest
    words = f"The record was last verified {spoken(age)} ago, and nothing was broken."
    return Check("record", age < record_checks.LATE, words, int(age.total_seconds()))


def _terms(unit: Unit) -> Check:
    """Whether the terms that agencies keep reach far enough for the deadlines that are counted now."""
    left = [days_known(calendar, unit.now) or 0 for calendar in calendars_with_terms(unit)]
    over, soon = sum(days < 0 for days in left), sum(0 <= days < NOTICE_DAYS for days in left)
    if over:
        return Check("terms", False, f"The terms of {over} agencies are over: import the next ones.")
    if soon:
        words = f"The terms of {soon} agencies end within {NOTICE_DAYS} days: import the next ones."
        return Check("terms", True, words)
    return Check("terms", True, "The terms that agencies keep are known for long enough.")


def spoken(age: timedelta) -> str:
    """A length of time as people say it: 40 seconds, 12 minutes, 3 hours, 2 days."""
    seconds = max(0, int(age.total_seconds()))
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}s"
    return f"{seconds} second{'' if seconds == 1 else 's'}"
