"""Appointing through the doors: who may, who confirms, and what stands for whom to see."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from escalation.errors import NotFound, Refused
from escalation.models import Account, Appointment
from escalation.models.offices import Office
from escalation.models.types import AnyRow
from escalation.security.offices import holders
from escalation.security.permissions import BoardAct
from escalation.services import appointments, offices
from escalation.services.appointments import NewAppointment
from escalation.services.unit import Unit, reading, retried, writing

OFFICES = tuple(Office)


@dataclass(frozen=True, slots=True)
class AppointmentView:
    """Who has which office, since and until when, and who appointed; or who asks for it."""

    id: int
    name: str
    email: str
    office: str
    since: datetime
    until: datetime | None
    by: str
    waits: bool
    """Somebody asks for it themselves: another administrator has to confirm."""
    mine: bool
    zone: str

    @property
    def last_day(self) -> datetime | None:
        """A moment of the last day on which it counts."""
        return self.until - timedelta(minutes=1) if self.until else None


def list_of(account: int, partnership: str) -> tuple[AppointmentView, ...]:
    """The offices of a partnership, for whoever may read its directory; requests first."""
    with reading() as unit:
        place = offices.require(unit, partnership, account, BoardAct.READ_DIRECTORY)
        return _views(unit, place, account)


def one_of(account: int, partnership: str, appointment: int) -> AppointmentView:
    """One of them, for an administrator. Raises NotFound when there is none, and as `offices.require`."""
    with reading() as unit:
        place = offices.require(unit, partnership, account, BoardAct.MANAGE_APPOINTMENTS)
        found = [row for row in _views(unit, place, account) if row.id == appointment]
    if not found:
        raise NotFound
    return found[0]


def may_manage(account: int, partnership: str) -> bool:
    """True for an administrator of a partnership. Raises NotFound for a stranger."""
    with reading() as unit:
        place = offices.require(unit, partnership, account, BoardAct.READ_DIRECTORY)
        return offices.may(unit, place.id, account, BoardAct.MANAGE_APPOINTMENTS)


@retried
def appoint(account: int, partnership: str, new: NewAppointment) -> bool:
    """An administrator appoints somebody; False when it waits for another one, because it is themselves.

    Raises NotFound, NotAllowed, and as `appointments.appoint`.
    """
    with writing() as unit:
        place = offices.require(unit, partnership, account, BoardAct.MANAGE_APPOINTMENTS)
        return appointments.appoint(unit, place, new, account)


@retried
def confirm(account: int, partnership: str, appointment: int) -> None:
    """Another administrator confirms. Raises as `appointments.confirm`."""
    with writing() as unit:
        place = offices.require(unit, partnership, account, BoardAct.MANAGE_APPOINTMENTS)
        appointments.confirm(unit, place, appointment, account)


@retried
def end(account: int, partnership: str, appointment: int) -> None:
    """An administrator ends an appointment.

    Raises NotFound when there is none, Refused for the only administrator: nobody could appoint another one.
    """
    with writing() as unit:
        place = offices.require(unit, partnership, account, BoardAct.MANAGE_APPOINTMENTS)
        ended = appointments.end(unit, place.id, appointment)
        if ended.office == Office.ADMINISTRATOR and not administrators(unit, place.id):
            raise Refused(
                "last_administrator",
                f"{ended.name} is the only administrator here. Appoint another one first: nobody else can.",
            )


def appoint_by_operator(partnership: str | None, email: str, office: str, until: date | None) -> None:
    """The same on the command line, where no administrator stands before it: the board office is told."""
    with writing() as unit:
        place = appointments.partnership_row(unit, partnership)
        appointments.appoint(unit, place, NewAppointment(email, office, until))


def end_by_operator(partnership: str | None, email: str, office: str) -> str:
    """Ends somebody's office; gives their name. Raises NotFound when they do not have it."""
    with writing() as unit:
        place = appointments.partnership_row(unit, partnership)
        same = (Account.email == email.strip().lower(), Appointment.office == office)
        found = appointments.rows(unit, place.id, *same, appointments.running(unit))
        if not found:
            raise NotFound(f"{email} is not {office} there: `escalation people appointed` lists who is what")
        return str(appointments.end(unit, place.id, found[0].id).name)


def list_for_operator(partnership: str | None) -> tuple[AppointmentView, ...]:
    """Everybody who has an office, and who has asked for one."""
    with reading() as unit:
        return _views(unit, appointments.partnership_row(unit, partnership), None)


def administrators(unit: Unit, partnership: int) -> frozenset[int]:
    """Who looks after people's access there today."""
    return holders(unit.session, partnership, Office.ADMINISTRATOR, unit.now)


def _views(unit: Unit, place: AnyRow, account: int | None) -> tuple[AppointmentView, ...]:
    waiting = appointments.rows(unit, place.id, appointments.asked_for(unit))
    has = appointments.rows(unit, place.id, appointments.running(unit))
    return tuple(
        AppointmentView(
            row.id, row.name, row.email, row.office, row.from_at, None if row in waiting else row.to_at,
            row.by or "an operator", row in waiting, row.account_id == account, place.zone,
        )
        for row in (*waiting, *has)
    )  # fmt: skip
