"""Legal holds: a court, an inquiry or a claim needs a case as it is, so nothing in it may be destroyed.

Set and lifted by the board office or a privacy officer, each time as an event; by one person, since a hold
only keeps. Who lifted one is shown to the two who may then destroy.
"""

from sqlalchemy import insert, select, update

from escalation.errors import Conflict, NotFound, Refused
from escalation.models import LegalHold
from escalation.models.erasure import HoldGround
from escalation.models.types import AnyRow, AnySelect
from escalation.security.permissions import Act, Standing, permitted
from escalation.services import destruction, erasers, transition
from escalation.services.case_file import CaseFile
from escalation.services.unit import Unit, retried, writing
from workflows.case import Decision
from workflows.events import Code, Event, EventKind
from workflows.vocabulary import Phase


@retried
def put_on(partnership: str, account: int, reference: str, ground: HoldGround) -> None:
    """Forbids that the content of a case, open or closed, be destroyed.

    Raises NotFound as `erasers.case_by`, Refused when a hold stands already or nothing is left to keep.
    """
    with writing() as unit:
        place = erasers.require(unit, partnership, account)
        file, standing = erasers.case_by(unit, place.id, account, reference=reference.strip().upper())
        _require(standing, file)
        if destruction.is_destroyed(unit, file):
            raise Refused("destroyed_already", "What was written in this case was destroyed before.")
        if standing_on(unit, file) is not None:
            raise Refused("held_already", "A legal hold stands on this case already.")
        _put_on_record(unit, file, EventKind.HOLD_SET, {"ground": str(ground)}, account)
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
        _put_on_record(unit, file, EventKind.HOLD_LIFTED, {"set": seq}, account)
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
    """The hold that stands on a case, if there is one."""
    return unit.session.execute(_holds(file).where(LegalHold.lifted_at.is_(None))).first()


def _require(standing: Standing, file: CaseFile) -> None:
    if not permitted([standing], Act.HOLD_CONTENT, Phase(file.row.phase)):
        raise NotFound


def _put_on_record(unit: Unit, file: CaseFile, kind: EventKind, codes: dict[str, Code], account: int) -> None:
    slot = next(iter(sorted(file.slots_of(account))), None)
    decision = Decision(after=file.state(), events=(Event(kind, codes),))
    transition.carry_out(unit, [transition.Step(file, decision, account, slot)])


def _holds(file: CaseFile) -> AnySelect:
    return select(*LegalHold.__table__.c).where(
        LegalHold.partnership_id == file.row.partnership_id, LegalHold.case_id == file.row.id
    )


__all__ = ["HoldGround", "lift", "put_on", "standing_on"]
