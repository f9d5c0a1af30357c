"""The newest seal, mailed once a week to the chair and to one address outside: the anchor of the record.

What has left the house cannot be rewritten in it. The mail names no case and nobody.
"""

from sqlalchemy import select

from escalation.models import OutboxRow, Partnership
from escalation.security.seals import anchor_of
from escalation.services import in_turn, office_mail, record_seals, restored
from escalation.services.unit import Unit, reading, retried, writing
from notifications.message import SealFacts
from workflows.vocabulary import Tier

NAME = "record_sealed"


def owe_weekly(outside: str = "") -> int:
    """Owes this week's mail wherever there is a seal, once; gives how many were new.

    `outside` is an address that gets each partnership's too, in the name of its chair.
    """
    with reading() as unit:
        due = not restored.standstill(unit) and any(_missing(unit, p.id) for p in in_turn.partnerships(unit))
    return _owe(outside) if due else 0


@retried
def _owe(outside: str) -> int:
    with writing() as unit:
        return sum(
            _owe_to(unit, place.id, outside)
            for place in in_turn.partnerships(unit)
            if _missing(unit, place.id)
        )


def _week(unit: Unit, partnership: int) -> str:
    year, week, _ = unit.now.isocalendar()
    return f"{NAME}:{partnership}:{year}-W{week:02d}"


def _missing(unit: Unit, partnership: int) -> bool:
    """There is a seal, and nobody was told of one this week."""
    key = _week(unit, partnership)
    told = select(OutboxRow.id).where(OutboxRow.dedupe_key.startswith(f"{key}:")).limit(1)
    return (
        unit.session.execute(record_seals.newest(partnership)).first() is not None
        and unit.session.execute(told).first() is None
    )


def _owe_to(unit: Unit, partnership: int, outside: str) -> int:
    key, chairs = _week(unit, partnership), office_mail.office_of(unit, partnership, (Tier.CHAIR,))
    owed = sum(office_mail.owe(unit, partnership, account, NAME, key) for account in chairs)
    if outside and chairs:
        owed += office_mail.owe(unit, partnership, chairs[0], NAME, f"{key}:outside", to_address=outside)
    return owed


def facts(unit: Unit, partnership: int) -> SealFacts | None:
    """What is said of the newest seal of a partnership."""
    row = unit.session.execute(record_seals.newest(partnership)).first()
    if row is None:
        return None
    public_id = unit.session.execute(
        select(Partnership.public_id).where(Partnership.id == partnership)
    ).scalar_one()
    return SealFacts(
        n=row.n,
        at=row.at,
        cases=row.cases,
        events=row.events,
        reads=row.reads,
        root=" ".join(row.root[i : i + 4] for i in range(0, 64, 4)),
        anchor=anchor_of(public_id, row.n, row.hash),
    )
