"""Legal holds: a court, an inquiry or a claim needs a case as it is, so nothing in it may be destroyed.

Set and lifted by the board office or a privacy officer, each time as an event; by one person, since a hold
only keeps. Who lifted one is shown to the two who may then destroy.
"""

from collections.abc import Sequence

from sqlalchemy import insert, select, update

from escalation.errors import Conflict, NotFound, Refused
from escalation.models import EventRow, LegalHold
from escalation.models.erasure import HoldGround
from escalation.models.types import AnyRow, AnySelect
from escalation.security.permissions import Act, Standing, permitted
from escalation.security.public_ids import as_written
from escalation.services import destruction, erasers, on_record
from escalation.services.case_file import CaseFile
from escalation.services.unit import Unit, retried, writing
from workflows.events import EventKind
from workflows.vocabulary import Phase


@retried
def put_on(partnership: str, account: int, reference: str, ground: HoldGround) -> None:
    """Forbids that the content of a case, open or closed, be destroyed.

    Raises NotFound as `erasers.case_by`, Refused when a hold stands already or nothing is left to keep.
    """
    with writing() as unit:
        place = erasers.require(unit, partnership, account)
        file, standing = erasers.case_by(unit, place.id, account, reference=as_written(reference))
        _require(standing, file)
        if destruction.is_destroyed(unit, file):
            raise Refused("destroyed_already", "What was written in this case was destroyed before.")
        if standing_on(unit, file) is not None:
            raise Refused("held_already", "A legal hold stands on this case already.")
        on_record.put(unit, file, EventKind.HOLD_SET, {"ground": str(ground)}, account)
        unit.session.execute(
            insert(LegalHold).values(
                partnership_id=file.row.partnership_id, case_id=file.row.id, event_seq=file.row.event_seq + 1,
                ground=str(ground), set_by_id=account, set_at=unit.now,
            )
        )  # fmt: skip


@retried
def lift(partnership: str, account: int, public_id: str, seq: int) -> None:
    """Lifts a hold. Raises NotFound, and Conflict when somebody was faster."""
    with writing() as unit:
        place = erasers.require(unit, partnership, account)
        file, standing = erasers.case_by(unit, place.id, account, public_id=public_id)
        _require(standing, file)
        row = unit.session.execute(_holds(file).where(LegalHold.event_seq == seq)).first()
        if row is None:
            raise NotFound
        if row.lifted_at is not None:
            raise Conflict
        on_record.put(unit, file, EventKind.HOLD_LIFTED, {"set": seq}, account)
        unit.session.execute(
            update(LegalHold)
            .where(
                LegalHold.partnership_id == row.partnership_id,
                LegalHold.case_id == row.case_id,
                LegalHold.event_seq == seq,
            )
            .values(lifted_at=unit.now, lifted_by_id=account)
        )


def standing_on(unit: Unit, file: CaseFile) -> AnyRow | None:
    """The hold that stands on a case, if there is one, as its row says."""
    return unit.session.execute(_holds(file).where(LegalHold.lifted_at.is_(None))).first()


def stands(unit: Unit, file: CaseFile) -> bool:
    """Whether a hold stands by the record itself, whatever the list says: more were set than lifted."""
    kinds = [row.kind for row in _events(unit, file)]
    return kinds.count(EventKind.HOLD_SET) > kinds.count(EventKind.HOLD_LIFTED)


def lifted_by(unit: Unit, file: CaseFile) -> frozenset[int]:
    """Who ever lifted a hold on a case: they may ask that it be destroyed, and not be the second to agree."""
    lifts = (row for row in _events(unit, file) if row.kind == EventKind.HOLD_LIFTED)
    return frozenset(row.actor_id for row in lifts)


def _events(unit: Unit, file: CaseFile) -> Sequence[AnyRow]:
    query = select(EventRow.kind, EventRow.actor_id).where(
        EventRow.partnership_id == file.row.partnership_id,
        EventRow.case_id == file.row.id,
        EventRow.kind.in_((EventKind.HOLD_SET, EventKind.HOLD_LIFTED)),
    )
    return unit.session.execute(query).all()


def _require(standing: Standing, file: CaseFile) -> None:
    if not permitted([standing], Act.HOLD_CONTENT, Phase(file.row.phase)):
        raise NotFound


def _holds(file: CaseFile) -> AnySelect:
    return select(*LegalHold.__table__.c).where(
        LegalHold.partnership_id == file.row.partnership_id, LegalHold.case_id == file.row.id
    )


__all__ = ["HoldGround", "lift", "lifted_by", "put_on", "standing_on", "stands"]
