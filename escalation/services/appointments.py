"""Who has an office in a partnership beside its posts: begun, ended, and shown to the board office.

Nobody appoints themselves: what somebody asks for themselves has no length until another administrator
confirms it. Such a request is an appointment that ends when it begins and that its own person asked for.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.orm import aliased

from escalation.errors import Conflict, InvalidInput, NotFound, Refused
from escalation.models import Account, Appointment, Partnership
from escalation.models.offices import Office
from escalation.models.types import AnyRow, AnySelect
from escalation.security import offices
from escalation.services import office_mail, sessions
from escalation.services.unit import Unit

MAIL = "appointed"
ASKED_FOR = timedelta(days=14)
"""How long a request of somebody for themselves may wait for another administrator."""


@dataclass(frozen=True, slots=True)
class NewAppointment:
    """Who is to have which office, until the end of which day (open when left out)."""

    email: str
    office: str
    until: date | None = None


def running(unit: Unit) -> Any:
    """The condition that an appointment counts now."""
    return offices.running(unit.now)


def asked_for(unit: Unit) -> Any:
    """The condition that somebody asked for an office themselves, and nobody has confirmed it yet."""
    return (
        (Appointment.to_at == Appointment.from_at)
        & (Appointment.by_account_id == Appointment.account_id)
        & (Appointment.from_at > unit.now - ASKED_FOR)
    )


def rows(unit: Unit, partnership: int, *conditions: Any) -> list[AnyRow]:
    """Appointments of a partnership with the names of who has them and who appointed, by office and name."""
    return list(unit.session.execute(_rows().where(Appointment.partnership_id == partnership, *conditions)))


def _rows() -> AnySelect:
    by = aliased(Account)
    return (
        select(
            Appointment.id, Appointment.account_id, Appointment.office, Appointment.from_at,
            Appointment.to_at, Appointment.by_account_id, Account.name, Account.email, by.name.label("by"),
        )
        .join(Account, Account.id == Appointment.account_id)
        .outerjoin(by, by.id == Appointment.by_account_id)
        .order_by(Appointment.office, Account.name)
    )  # fmt: skip


def appoint(unit: Unit, place: AnyRow, new: NewAppointment, by: int | None = None) -> bool:
    """Appoints somebody from now on; `by` is an administrator, or None for an operator.

    False when they asked for themselves and another administrator has to confirm. Raises InvalidInput for
    what cannot be right, Refused for an office that the person has.
    """
    account, until = _checked(unit, place, new)
    same = (Appointment.account_id == account, Appointment.office == new.office)
    if rows(unit, place.id, *same, or_(running(unit), asked_for(unit))):
        raise Refused("has_it", "This person has that office already, or has asked for it.")
    waits = by == account
    values = {"partnership_id": place.id, "account_id": account, "office": new.office, "by_account_id": by}
    unit.session.execute(
        insert(Appointment).values(**values, from_at=unit.now, to_at=unit.now if waits else until)
    )
    if not waits:
        _changed(unit, place.id, account)
    return not waits


def confirm(unit: Unit, place: AnyRow, appointment: int, by: int, until: date | None = None) -> None:
    """Another administrator confirms what somebody asked for themselves.

    Raises NotFound when nothing waits, Refused for the one who asked.
    """
    row = _one(unit, place.id, appointment, asked_for(unit))
    if row.account_id == by:
        raise Refused("own", "You asked for this yourself: another administrator has to confirm it.")
    changed = (
        update(Appointment)
        .where(Appointment.id == row.id, Appointment.to_at == Appointment.from_at)
        .values(from_at=unit.now, to_at=_end_of(place, until), by_account_id=by)
        .returning(Appointment.id)
    )
    if unit.session.execute(changed).first() is None:
        raise Conflict
    _changed(unit, place.id, row.account_id)


def end(unit: Unit, partnership: int, appointment: int) -> AnyRow:
    """Ends an appointment now, or takes back a request. Gives its row; raises NotFound when there is none."""
    row = _one(unit, partnership, appointment, or_(running(unit), asked_for(unit)))
    if row.to_at is not None and row.to_at == row.from_at:
        unit.session.execute(delete(Appointment).where(Appointment.id == row.id))
        return row
    unit.session.execute(update(Appointment).where(Appointment.id == row.id).values(to_at=unit.now))
    _changed(unit, partnership, row.account_id)
    return row


def show_to_office(unit: Unit, partnership: int, account: int) -> None:
    """The board office hears that something changed; which, the directory says."""
    office_mail.owe_office(unit, partnership, MAIL, f"{MAIL}:{account}:{unit.now:%Y-%m-%dT%H:%M:%S.%f}")


def _changed(unit: Unit, partnership: int, account: int) -> None:
    sessions.end_for(unit, [account])
    show_to_office(unit, partnership, account)


def _one(unit: Unit, partnership: int, appointment: int, condition: Any) -> AnyRow:
    found = rows(unit, partnership, Appointment.id == appointment, condition)
    if not found:
        raise NotFound
    return found[0]


def _checked(unit: Unit, place: AnyRow, new: NewAppointment) -> tuple[int, datetime | None]:
    row = unit.session.execute(
        select(Account.id, Account.active).where(func.lower(Account.email) == new.email.strip().lower())
    ).first()
    errors: dict[str, list[str]] = {}
    if not new.email.strip():
        errors["email"] = ["Enter the e-mail address of somebody who has an account here."]
    elif row is None:
        errors["email"] = ["Nobody here has this address. They need an account first."]
    elif not row.active:
        errors["email"] = ["This person has left."]
    if new.office not in list(Office):
        errors["office"] = [f"Select an office: {', '.join(o.replace('_', ' ') for o in Office)}."]
    until = _end_of(place, new.until)
    if until is not None and until <= unit.now:
        errors["until"] = ["This day is over. Give a day that is still to come, or leave it out."]
    if errors or row is None:
        raise InvalidInput(errors)
    return row.id, until


def _end_of(place: AnyRow, day: date | None) -> datetime | None:
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(place.zone))


def partnership_row(unit: Unit, name: str | None) -> AnyRow:
    """A partnership by public id or name; the only one when none is given. Raises NotFound."""
    query = select(*Partnership.__table__.c)
    if name is not None:
        query = query.where((Partnership.public_id == name) | (Partnership.name == name))
    found = unit.session.execute(query).all()
    if len(found) != 1:
        raise NotFound(
            "name the partnership with --partnership" if name is None else f"no partnership {name!r}"
        )
    return found[0]
