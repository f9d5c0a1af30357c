"""The first real installation: a partnership, its board office, its procedure, its first administrator."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

from sqlalchemy import insert, select

from escalation.errors import InvalidInput
from escalation.models import Account, Agency, Appointment, Membership, Partnership
from escalation.models.offices import Office
from escalation.security.public_ids import new_public_id
from escalation.services import holdings, people, protocols, setting_up_checks
from escalation.services.unit import Unit, writing
from workflows.vocabulary import AgencyKind, Tier


@dataclass(frozen=True, slots=True)
class NewPartnership:
    """What `escalation setup` asks for. `protocol` is the text of a protocol file."""

    name: str
    service_name: str
    reference_prefix: str
    nation: str
    zone: str
    duty_phone: str
    office_phone: str
    office_hours: str
    office_address: str
    administrator_name: str
    administrator_email: str
    protocol: str


@dataclass(frozen=True, slots=True)
class SetUp:
    """What was made: the partnership's public id, and the administrator's account id."""

    partnership: str
    administrator: int


def set_up(new: NewPartnership) -> SetUp:
    """Makes a partnership with its board agency, publishes its protocol, and seats its administrator
    as board business manager. Raises InvalidInput with what cannot be right, by field of `new`, or when
    the name or the prefix is another partnership's."""
    new = replace(new, **{f.name: getattr(new, f.name).strip() for f in fields(new) if f.name != "protocol"})
    if wrong := setting_up_checks.problems(new):
        raise InvalidInput(wrong)
    with writing() as unit:
        if taken := dict(_taken(unit, new)):
            raise InvalidInput(taken)
        place = _partnership(unit, new)
        board = _board(unit, new, place)
        protocols.publish(unit.session, place, new.protocol, unit.now)
        account = people.account_of(unit, new.administrator_email, new.administrator_name)
        post = people.post_of(unit, place, board, Tier.OFFICE, "", "Board business manager")
        holdings.hold(unit, place, post, account, "holder")
        _appoint(unit, place, account)
        public_id = unit.session.execute(
            select(Partnership.public_id).where(Partnership.id == place)
        ).scalar_one()
        return SetUp(public_id, account)


def _appoint(unit: Unit, place: int, account: int) -> None:
    """The first administrator: without one nobody could appoint anybody but an operator."""
    office = {"partnership_id": place, "account_id": account, "office": str(Office.ADMINISTRATOR)}
    unit.session.execute(insert(Appointment).values(**office, from_at=unit.now))


def _taken(unit: Unit, new: NewPartnership) -> Iterable[tuple[str, list[str]]]:
    if unit.session.execute(select(Partnership.id).where(Partnership.name == new.name)).first():
        yield "name", ["a partnership of that name is set up already; give another name"]
    same = select(Partnership.name).where(Partnership.reference_prefix == new.reference_prefix)
    if other := unit.session.execute(same).scalars().first():
        words = f"{new.reference_prefix!r} is the prefix of {other}; give another, so that references differ"
        yield "reference_prefix", [words]
    ended = select(Account.id).where(Account.email == new.administrator_email.lower(), ~Account.active)
    if unit.session.execute(ended).first():
        words = "belongs to somebody who was ended; give another address"
        yield "administrator_email", [f"{new.administrator_email} {words}"]


def _partnership(unit: Unit, new: NewPartnership) -> int:
    values = {
        "public_id": new_public_id(),
        "name": new.name,
        "service_name": new.service_name,
        "reference_prefix": new.reference_prefix,
        "nation": new.nation,
        "zone": new.zone,
        "duty_phone": new.duty_phone,
        "office_phone": new.office_phone,
        "office_hours": new.office_hours,
        "office_address": new.office_address,
    }
    return int(
        unit.session.execute(insert(Partnership).values(**values).returning(Partnership.id)).scalar_one()
    )


def _board(unit: Unit, new: NewPartnership, partnership: int) -> int:
    values = {"public_id": new_public_id(), "name": f"{new.name} board office", "kind": str(AgencyKind.BOARD)}
    board = unit.session.execute(
        insert(Agency).values(**values, nation=new.nation, zone=new.zone).returning(Agency.id)
    ).scalar_one()
    unit.session.execute(insert(Membership).values(partnership_id=partnership, agency_id=board))
    return int(board)
