"""Break-glass: somebody without a seat opens one case, for reading, for an hour, for a stated reason.

The event stands in the case's chain, and the alert is owed, before anything is shown: no event, no page.
What may be read is `permissions.THROUGH_GLASS`. Every opening waits for a review within five working days;
one that waits longer is told to the board office and the chair (section 5.4 of the reliability brief).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select

from escalation.errors import InvalidInput, NotAllowed, NotFound, Refused
from escalation.models import Account, Case, OpenedGlass, Recusal
from escalation.models.offices import Office
from escalation.models.opened import GlassReason as GlassReason
from escalation.models.types import AnyRow
from escalation.security import access, offices
from escalation.security.permissions import (
    THROUGH_GLASS,
    Act,
    Relation,
    Role,
    Standing,
    permitted,
    standing_of,
)
from escalation.security.public_ids import as_written
from escalation.services import case_file, case_view, office_mail, transition, working_days
from escalation.services.case_file import CaseFile
from escalation.services.cases import REASON_FROM
from escalation.services.unit import Unit, of_account, reading, retried, writing
from escalation.services.views import CaseView
from workflows.case import Decision
from workflows.events import Event, EventKind
from workflows.vocabulary import Phase

OPEN_FOR = timedelta(minutes=60)
REVIEW_DAYS = 5
"""Working days of the board within which an opening is reviewed."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A case that was opened without a seat, as whoever opened it sees it. `until` is UTC."""

    case: CaseView
    by: str
    until: datetime
    reason: GlassReason


@retried
def break_glass(reference: str, account: int, reason: GlassReason, text: str) -> str:
    """Opens a case by its reference for OPEN_FOR, and gives its public id. Opened already, it stays as it is.

    Raises InvalidInput for a short reason, NotFound alike for a reference that is not there and for who may
    not open it, NotAllowed for somebody who stands aside in it, Refused for who takes part in it anyway.
    """
    if len(text.strip()) < REASON_FROM:
        raise InvalidInput({"reasons": [f"Say why you must see this case, in {REASON_FROM} letters or more"]})
    with writing(of_account(account)) as unit:
        case = _case_by(unit, reference)
        _refuse(unit, case, account)
        if _standing(unit, case, account) is None:
            _open(unit, case, account, reason, text.strip())
        return str(case.public_id)


def look(public_id: str, account: int) -> Opened:
    """What was opened, while it is open; the reading is on record first.

    Raises NotFound for a case that this person has not opened, or whose hour is over.
    """
    with writing(of_account(account)) as unit:
        case = _by_public_id(unit, public_id)
        glass = _standing(unit, case, account)
        if glass is None:
            raise NotFound
        access.record_read(
            unit.session, case.partnership_id, case.id, account, None, "glass", unit.now, glass.reason
        )
    with reading(of_account(account)) as unit:
        view = case_view.view_of(unit, case.partnership_id, case.id, account, only=THROUGH_GLASS)
        name = unit.session.execute(select(Account.name).where(Account.id == account)).scalar_one()
    return Opened(view, name, glass.until, GlassReason(glass.reason))


def _case_by(unit: Unit, reference: str) -> AnyRow:
    query = select(*Case.__table__.c).where(Case.reference == as_written(reference)).with_for_update()
    row = unit.session.execute(query).first()
    if row is None:
        raise NotFound
    return row


def _by_public_id(unit: Unit, public_id: str) -> AnyRow:
    row = unit.session.execute(select(*Case.__table__.c).where(Case.public_id == public_id)).first()
    if row is None:
        raise NotFound
    return row


def _refuse(unit: Unit, case: AnyRow, account: int) -> None:
    roles = offices.roles_of(unit.session, case.partnership_id, account, unit.now)
    standings = [Standing(role, Relation.NONE) for role in roles]
    if not permitted(standings, Act.BREAK_GLASS, case.phase):
        raise NotFound
    if (case.partnership_id, case.id) in access.case_ids_of(unit.session, account, unit.now):
        raise Refused("has_a_seat", "You take part in this case: open it from My work.")
    aside = select(Recusal.account_id).where(
        Recusal.partnership_id == case.partnership_id,
        Recusal.case_id == case.id,
        Recusal.account_id == account,
    )
    if unit.session.execute(aside).first() is not None:
        raise NotAllowed("You stand aside in this case. Ask the board office, or another safeguarding lead.")


def _standing(unit: Unit, case: AnyRow, account: int) -> AnyRow | None:
    """What this person has open of a case, if its hour is not over."""
    return unit.session.execute(
        select(*OpenedGlass.__table__.c).where(
            OpenedGlass.partnership_id == case.partnership_id,
            OpenedGlass.case_id == case.id,
            OpenedGlass.account_id == account,
            OpenedGlass.until > unit.now,
        )
    ).first()


def _open(unit: Unit, case: AnyRow, account: int, reason: GlassReason, text: str) -> None:
    file = case_file.load(unit.session, case.partnership_id, [case.id], unit.now)[case.id]
    review_by = working_days.closing_after(file, unit.now, REVIEW_DAYS)
    codes = {"reason": str(reason), "review_by": review_by.isoformat()}
    event = Event(EventKind.GLASS_BROKEN, codes)
    decision = Decision(after=file.state(), events=(event,))
    transition.carry_out(unit, [transition.Step(file, decision, account, written={"reasons": text})])
    unit.session.execute(
        insert(OpenedGlass).values(
            partnership_id=case.partnership_id,
            case_id=case.id,
            event_seq=file.row.event_seq + 1,
            account_id=account,
            reason=str(reason),
            opened_at=unit.now,
            until=unit.now + OPEN_FOR,
            review_by=review_by,
        )
    )
    key = f"glass:{case.partnership_id}:{case.id}:{file.row.event_seq + 1}"
    for told in _to_alert(unit, file) - {account}:
        office_mail.owe(unit, case.partnership_id, told, "glass_broken", key)


def _to_alert(unit: Unit, file: CaseFile) -> set[int]:
    """The privacy officers, the safeguarding leads of both sides, and the board office."""
    partnership = file.row.partnership_id
    seats = file.seats()
    leads = {
        person.account
        for slot in file.protocol.slots
        if standing_of(file.protocol, slot).role is Role.LEAD and file.place_in(slot) is not None
        for person in seats[slot].people
    }
    return {*privacy_officers(unit, partnership), *leads, *office_mail.office_of(unit, partnership)}


def may_open(account: int) -> bool:
    """True for somebody who may open cases in which they take no part, in some partnership."""
    with reading() as unit:
        roles = offices.roles_by_partnership(unit.session, account, unit.now).values()
    standings = [Standing(role, Relation.NONE) for each in roles for role in each]
    return permitted(standings, Act.BREAK_GLASS, Phase.MANAGER)


def privacy_officers(unit: Unit, partnership: int) -> frozenset[int]:
    """The accounts of who is appointed privacy officer today."""
    return offices.holders(unit.session, partnership, Office.PRIVACY_OFFICER, unit.now)
