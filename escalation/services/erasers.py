"""Who may ask that a case's content be destroyed, who may agree to it, and who may hold it.

By `permissions`: the board's office, which is seated in the case as such, and a privacy officer, who is not.
Beyond it nobody who has another seat, raised it, ever acted in it for a side, stands aside in it, or has
declared a line to an agency of either side. Somebody with two offices is one person, and counts by the seat.
"""

from collections.abc import Mapping

from sqlalchemy import select

from escalation.errors import NotAllowed, NotFound
from escalation.models import Case
from escalation.models.offices import Office
from escalation.models.types import AnyRow
from escalation.security import offices as in_office
from escalation.security.permissions import Act, BoardAct, Relation, Role, Standing, permitted, standing_of
from escalation.services import case_file, office_mail, offices
from escalation.services.case_file import CaseFile
from escalation.services.unit import Unit
from workflows.vocabulary import Phase

_OFFICE = Standing(Role.COORDINATOR, Relation.BOARD)
_OFFICER = Standing(Role.PRIVACY_OFFICER, Relation.NONE)


def require(unit: Unit, partnership: str, account: int) -> AnyRow:
    """The row of a partnership, for somebody who may ask or agree in some case of it.

    Raises NotFound for a stranger and for who reads nothing of this, NotAllowed for the chair, who reads.
    """
    try:
        place = offices.require(unit, partnership, account, BoardAct.READ_ERASURES)
    except NotAllowed as error:
        raise NotFound from error
    if not acts_in(unit, place.id, account):
        raise NotAllowed
    return place


def acts_in(unit: Unit, partnership: int, account: int) -> bool:
    """True for who holds one of the two offices there, whatever their standing in a single case."""
    roles = offices.roles_of(unit, partnership, account)
    return permitted(_as_if(roles), Act.DESTROY_CONTENT, Phase.CLOSED)


def _as_if(roles: frozenset[Role]) -> list[Standing]:
    known = {Role.COORDINATOR: _OFFICE, Role.PRIVACY_OFFICER: _OFFICER}
    return [known[role] for role in roles if role in known]


def case_by(unit: Unit, partnership: int, account: int, **named: str) -> tuple[CaseFile, Standing]:
    """A case by its reference or public id, locked, with the standing of this person in it.

    Raises NotFound alike for a case that is not there and for one in which they may do nothing of this.
    """
    wanted = (getattr(Case, name) == value for name, value in named.items())
    query = select(Case.id).where(Case.partnership_id == partnership, *wanted).with_for_update()
    case = unit.session.execute(query).scalar_one_or_none()
    if case is None:
        raise NotFound
    file = file_of(unit, partnership, case, account)
    standing = standing_in(unit, file, account)
    if standing is None:
        raise NotFound
    return file, standing


def file_of(unit: Unit, partnership: int, case: int, account: int) -> CaseFile:
    """The file of a case, with who ever acted in it for a side."""
    return case_file.load(unit.session, partnership, [case], unit.now, acting=account)[case]


def standing_in(unit: Unit, file: CaseFile, account: int) -> Standing | None:
    """How this person stands to the case, or None for whoever must keep out of it."""
    if account in _with_a_part(file):
        return None
    roles = in_office.roles_of(unit.session, file.row.partnership_id, account, unit.now)
    seats = {standing_of(file.protocol, slot) for slot in file.slots_of(account)}
    if seats:
        return _OFFICE if seats == {_OFFICE} and Role.COORDINATOR in roles else None
    return _OFFICER if Role.PRIVACY_OFFICER in roles else None


def _with_a_part(file: CaseFile) -> frozenset[int]:
    return file.acted | file.recused | file.with_a_line | {file.row.raiser_id}


def seconds(unit: Unit, file: CaseFile, first: int, standing: Standing) -> Mapping[int, Standing]:
    """Who may agree to what this person asks for: another one, and a privacy officer is among the two."""
    partnership = file.row.partnership_id
    officers = in_office.holders(unit.session, partnership, Office.PRIVACY_OFFICER, unit.now)
    found = {
        account: other
        for account in {*officers, *office_mail.office_of(unit, partnership)} - {first}
        if (other := standing_in(unit, file, account)) is not None
    }
    return {account: other for account, other in found.items() if are_enough(standing, other)}


def are_enough(first: Standing, second: Standing) -> bool:
    """Whether two people in these standings may destroy something together."""
    return Role.PRIVACY_OFFICER in (first.role, second.role)
