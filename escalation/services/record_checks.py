"""What came of verifying the record: kept for each partnership, and told while it is broken.

The verification itself only reads (see `reporting.proof`). A break is told to the board's office and to the
privacy officers, once a day each; there is no way to switch that off, and it stops nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from escalation.models import Partnership, RecordCheck
from escalation.models.types import AnyRow
from escalation.security.permissions import BoardAct
from escalation.services import glass, office_mail, offices
from escalation.services.unit import Unit, of_partnership, reading, retried, writing

NAME = "record_broken"
EVERY = timedelta(days=1)
LATE = timedelta(days=2)
"""A record that was not verified for so long is said on the health page."""
BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands in all partnerships: how many are broken, since when, and which check is the oldest."""

    broken: int
    broken_since: datetime | None
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Broken:
    """The record of one partnership is broken: since when that is known, when it was last looked at, and in
    how many places."""

    since: datetime
    checked_at: datetime
    breaks: int
    zone: str


def next_due() -> str | None:
    """The public id of the partnership whose record was not verified for the longest time, if one is due."""
    with reading() as unit:
        row = unit.session.execute(
            select(Partnership.public_id, RecordCheck.checked_at)
            .outerjoin(RecordCheck, RecordCheck.partnership_id == Partnership.id)
            .order_by(RecordCheck.checked_at.is_not(None), RecordCheck.checked_at, Partnership.id)
            .limit(1)
        ).first()
        waits = row is not None and (row.checked_at is None or unit.now - row.checked_at >= EVERY)
        return str(row.public_id) if row is not None and waits else None


@retried
def keep(partnership: str, outcome: str, breaks: int) -> int:
    """Keeps how the verification of a partnership (by its public id) went; gives how many people are told.

    Raises LookupError for a partnership that is not there.
    """
    with writing() as unit:
        place = unit.session.execute(
            select(Partnership.id, Partnership.zone).where(Partnership.public_id == partnership)
        ).first()
        if place is None:
            raise LookupError(f"there is no partnership {partnership}")
        unit.turn_to(of_partnership(place.id))
        _keep(unit, place.id, outcome, breaks)
        return _tell(unit, place) if outcome == BROKEN else 0


def _keep(unit: Unit, partnership: int, outcome: str, breaks: int) -> None:
    row = unit.session.get(RecordCheck, partnership) or RecordCheck(partnership_id=partnership)
    since = row.broken_since or unit.now
    row.checked_at, row.outcome, row.breaks = unit.now, outcome, breaks
    row.broken_since = since if outcome == BROKEN else None
    unit.session.add(row)


def _tell(unit: Unit, place: AnyRow) -> int:
    """Everybody once a day of theirs, however often it is verified."""
    key = f"{NAME}:{place.id}:{unit.now.astimezone(ZoneInfo(place.zone)):%Y-%m-%d}"
    told = {*office_mail.office_of(unit, place.id), *glass.privacy_officers(unit, place.id)}
    return sum(office_mail.owe(unit, place.id, account, NAME, key) for account in sorted(told))


def standing(unit: Unit) -> Standing:
    """How the record stands everywhere, for a monitor: counts and times."""
    row = unit.session.execute(
        select(
            func.count(RecordCheck.broken_since), func.min(RecordCheck.broken_since),
            func.min(RecordCheck.checked_at),
        )
    ).one()  # fmt: skip
    return Standing(*row)


def is_broken(unit: Unit, partnership: int) -> bool:
    """Whether the last verification of a partnership (by its id) found a break."""
    row = unit.session.get(RecordCheck, partnership)
    return row is not None and row.broken_since is not None


def broken(account: int, partnership: str) -> Broken | None:
    """Whether the record of a partnership is broken, for pages of those who verify it; None while it holds.

    Raises NotFound for a stranger, NotAllowed for whoever has another role.
    """
    with reading() as unit:
        place = offices.require(unit, partnership, account, BoardAct.VERIFY_RECORD)
        row = unit.session.get(RecordCheck, place.id)
        if row is None or row.broken_since is None:
            return None
        return Broken(row.broken_since, row.checked_at, row.breaks, place.zone)
