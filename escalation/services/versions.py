"""A running case that the board office moves to the version in force, with a reason.

By itself a case goes on under the version it began under.
"""

from dataclasses import replace

from escalation.errors import NotAllowed, Refused
from escalation.security import access
from escalation.security.permissions import Role, standing_of
from escalation.services import case_file, protocols, transition
from escalation.services.case_file import CaseFile
from escalation.services.unit import Unit, of_account, retried, writing
from workflows.case import Refusal
from workflows.versions import move_to_version


@retried
def move_to_version_in_force(public_id: str, account: int, reasons: str) -> str:
    """Moves a case to the newest version of its partnership, and gives that version's name.

    Raises NotFound for a case the person has no part in, NotAllowed for whoever is not its board office,
    Refused when it has that version already or the new version does not know where the case is.
    """
    with writing(of_account(account)) as unit:
        partnership, case = access.find(unit.session, public_id, account, unit.now, lock=True)
        file = case_file.load(unit.session, partnership, [case], unit.now)[case]
        slot = _office_of(file, account)
        return _move(unit, file, account, slot, reasons)


def _office_of(file: CaseFile, account: int) -> str:
    mine = sorted(file.slots_of(account))
    slot = next((s for s in mine if standing_of(file.protocol, s).role is Role.COORDINATOR), None)
    if slot is None:
        raise NotAllowed("Only the board office moves a case to another version of the procedure.")
    return slot


def _move(unit: Unit, file: CaseFile, account: int, slot: str, reasons: str) -> str:
    version, protocol = protocols.in_force(unit.session, file.row.partnership_id, unit.now)
    if version == file.row.protocol_version_id:
        raise Refused("same_version", "The case is under the version in force already.")
    codes = {"from": file.protocol.version, "to": protocol.version}
    decision = move_to_version(protocol, file.state(), codes, unit.now)
    if isinstance(decision, Refusal):
        raise Refused(decision.code, decision.reason)
    moved = replace(file, protocol=protocol)
    step = transition.Step(moved, decision, account, slot, "holder", {"reasons": reasons}, version=version)
    transition.carry_out(unit, [step])
    return f"{protocol.key} {protocol.version}"
