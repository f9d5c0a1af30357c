"""A fuse for each person: so many mails within an hour, and no more, whatever goes wrong elsewhere.

What is above the rate is put off until the hour has room again, and the board office is told, once a
day for each person it happens to. Urgent mails are never put off. Of the mails that tell of others
that came back, a few an hour leave one by one; the rest is summed up in one.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import func, select, update

from escalation.models import OutboxRow, Partnership
from escalation.models.types import AnyRow
from escalation.services import office_mail
from escalation.services.audit_questions import FUSE
from escalation.services.unit import Unit, reading, retried, writing

HOUR = timedelta(hours=1)
CAME_BACK = "mail_undeliverable"
CAME_BACK_RATE = 10
"""How many mails an hour tell one person of other mails, one by one."""
SUMMED_UP = "told in one mail with others that came back"
SUMMARY, BLOWN = "many_undeliverable", "mails_put_off"
_EXEMPT = frozenset({SUMMARY, BLOWN})
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Sorted:
    """The mails of a batch: those that go, those put off, and those told in a summary."""

    going: list[AnyRow] = field(default_factory=list)
    above: list[AnyRow] = field(default_factory=list)
    summed: list[AnyRow] = field(default_factory=list)


@retried
def let_through(rows: Sequence[AnyRow], urgent: Collection[int], rate: int) -> tuple[list[AnyRow], int]:
    """Those rows of a leased batch that may go now, and how many were put off or summed up.

    `urgent` are ids of rows that always go; `rate` is in mails an hour and person, 0 for no limit.
    """
    with reading() as unit:
        sent = _sent_within_the_hour(unit, {row.account_id for row in rows})
    found = _sort(rows, urgent, rate, sent)
    if found.above or found.summed:
        _hold_back(found)
    return found.going, len(found.above) + len(found.summed)


def _sent_within_the_hour(unit: Unit, accounts: Collection[int]) -> Counter[tuple[int, bool]]:
    """How many mails each account got within the hour, apart those that tell of others."""
    told = OutboxRow.name == CAME_BACK
    counted = unit.session.execute(
        select(OutboxRow.account_id, told.label("told"), func.count().label("count"))
        .where(
            OutboxRow.state == "sent",
            OutboxRow.account_id.in_(accounts),
            OutboxRow.sent_at > unit.now - HOUR,
        )
        .group_by(OutboxRow.account_id, told)
    )
    return Counter({(row.account_id, bool(row.told)): row.count for row in counted})


def _sort(
    rows: Sequence[AnyRow], urgent: Collection[int], rate: int, sent: Counter[tuple[int, bool]]
) -> Sorted:
    found = Sorted()
    for row in rows:
        told = row.name == CAME_BACK
        total = sent[row.account_id, True] + sent[row.account_id, False]
        if row.id not in urgent and row.name not in _EXEMPT:
            if rate and told and sent[row.account_id, True] >= CAME_BACK_RATE:
                found.summed.append(row)
                continue
            if rate and total >= rate:
                found.above.append(row)
                continue
        sent[row.account_id, told] += 1
        found.going.append(row)
    return found


@retried
def _hold_back(found: Sorted) -> None:
    with writing() as unit:
        for account, rows in _by_account(found.above).items():
            _release(unit, rows, next_at=_room_again(unit, account), error=FUSE)
            _tell(unit, rows, BLOWN)
            _log.warning("a person gets too many mails", account=account, put_off=len(rows))
        for rows in _by_account(found.summed).values():
            _release(unit, rows, state="skipped", error=SUMMED_UP)
            _tell_self(unit, rows)


def _by_account(rows: Sequence[AnyRow]) -> dict[int, list[AnyRow]]:
    found: dict[int, list[AnyRow]] = {}
    for row in rows:
        found.setdefault(row.account_id, []).append(row)
    return found


def _room_again(unit: Unit, account: int) -> datetime:
    """When the first mail of the hour is an hour old."""
    first: datetime | None = unit.session.execute(
        select(func.min(OutboxRow.sent_at)).where(
            OutboxRow.state == "sent",
            OutboxRow.account_id == account,
            OutboxRow.sent_at > unit.now - HOUR,
        )
    ).scalar_one()
    return (first or unit.now) + HOUR


def _release(unit: Unit, rows: Sequence[AnyRow], **values: object) -> None:
    """Gives leased rows back with other values; the try does not count."""
    for row in rows:
        unit.session.execute(
            update(OutboxRow)
            .where(
                OutboxRow.id == row.id, OutboxRow.lease_token == row.lease_token, OutboxRow.state == "owed"
            )
            .values(lease_until=None, attempts=row.attempts - 1, **values)
        )


def _tell(unit: Unit, rows: Sequence[AnyRow], name: str) -> None:
    """Owes the news to the board office of each partnership whose mails are put off, once a day."""
    for partnership in dict.fromkeys(row.partnership_id for row in rows):
        day = _local(unit, partnership).date()
        key = f"{name}:{partnership}:{rows[0].account_id}:{day}"
        office_mail.owe_office(unit, partnership, name, key)


def _tell_self(unit: Unit, rows: Sequence[AnyRow]) -> None:
    """Owes one summary an hour to whoever would have got the single mails."""
    partnership, account = rows[0].partnership_id, rows[0].account_id
    hour = _local(unit, partnership)
    key = f"{SUMMARY}:{partnership}:{hour:%Y-%m-%dT%H%z}"
    office_mail.owe(unit, partnership, account, SUMMARY, key)


def _local(unit: Unit, partnership: int) -> datetime:
    zone = unit.session.execute(select(Partnership.zone).where(Partnership.id == partnership)).scalar_one()
    return unit.now.astimezone(ZoneInfo(zone))
