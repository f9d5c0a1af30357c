"""The name of somebody who raised a concern through their safeguarding lead: kept, and let out for a reason.

Only a custodian whom the board named may let the other side know it, and the raiser is told (section 5.2,
F3, of the reliability brief).
"""

from sqlalchemy import update

from escalation.errors import InvalidInput, NotAllowed, Refused
from escalation.models import Case
from escalation.security import access, offices
from escalation.security.permissions import Act, permitted, standing_of
from escalation.services import case_file, transition
from escalation.services.cases import REASON_FROM
from escalation.services.unit import of_account, retried, writing
from workflows.case import Decision
from workflows.events import Event, EventKind
from workflows.vocabulary import Phase


@retried
def name_raiser(public_id: str, account: int, reason: str) -> None:
    """Lets the other side know who raised it, with a reason on record; the raiser is told by mail.

    Raises NotFound as `cases.open_case` does, NotAllowed for who is no custodian, InvalidInput for a short
    reason, Refused when there is nothing to let out.
    """
    if len(reason.strip()) < REASON_FROM:
        raise InvalidInput({"reason": [f"Say why they must know, in {REASON_FROM} letters or more"]})
    with writing(of_account(account)) as unit:
        partnership, case = access.find(unit.session, public_id, account, unit.now, lock=True)
        file = case_file.load(unit.session, partnership, [case], unit.now)[case]
        standings = [standing_of(file.protocol, slot) for slot in file.slots_of(account)]
        custodian = offices.is_custodian(unit.session, partnership, account, unit.now)
        if not custodian or not permitted(standings, Act.RELEASE_RAISER, Phase(file.row.phase)):
            raise NotAllowed("Only the custodian whom the board named may let that name out.")
        if not file.row.quiet or file.row.named_at is not None:
            raise Refused("named_already", "The other side knows who raised it.")
        decision = Decision(after=file.state(), events=(Event(EventKind.RAISER_NAMED),))
        slot = next(iter(sorted(file.slots_of(account))), None)
        transition.carry_out(
            unit, [transition.Step(file, decision, account, slot, written={"reasons": reason.strip()})]
        )
        unit.session.execute(
            update(Case).where(Case.partnership_id == partnership, Case.id == case).values(named_at=unit.now)
        )
