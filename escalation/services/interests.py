"""A line that somebody has to an agency in which they hold no post: a spouse there, a former employer.

They say so themselves, and end it themselves. While it stands they take no part for the board in any case
of that agency, and their deputy does. The board's directory shows it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, or_, select, update

from escalation.errors import NotFound, Refused
from escalation.models import Account, Agency, DeclaredInterest, Membership, Partnership
from escalation.models.types import AnyRow, AnySelect
from escalation.security.permissions import BoardAct, Role
from escalation.services import access_reviews, directory, offices
from escalation.services.unit import Unit, of_account, of_partnership, reading, retried, writing
from workflows.vocabulary import AgencyKind

_ALONE = (
    "You are the only one in the board office who can take part in cases of this agency. Have a deputy named "
    "first, so that nothing waits for nobody."
)


@dataclass(frozen=True, slots=True)
class Line:
    """An agency of a partnership to which a person has, or could have, a line; `since` when declared."""

    partnership: str
    partnership_name: str
    agency: str
    agency_name: str
    person: str
    since: datetime | None
    zone: str


def mine(account: int) -> tuple[Line, ...]:
    """What a person has declared, by agency."""
    with reading(of_account(account)) as unit:
        return tuple(_line(row) for row in unit.session.execute(_declared(unit, account)))


def choices(account: int) -> tuple[Line, ...]:
    """The agencies to which a person may declare a line: of their partnerships, and not their own."""
    with reading(of_account(account)) as unit:
        held = {p.agency_id for p in directory.posts_of(unit.session, account, unit.now)}
        there = {
            (x.partnership, x.agency) for x in map(_line, unit.session.execute(_declared(unit, account)))
        }
        found: list[Line] = []
        for board in offices.boards_of_unit(unit, account):
            rows = unit.session.execute(_agencies(board.partnership.public_id)).all()
            found += [_line(row) for row in rows if row.agency_id not in held]
        return tuple(x for x in found if (x.partnership, x.agency) not in there)


def in_partnership(account: int, partnership: str) -> tuple[Line, ...]:
    """Every line that is declared in a partnership, for whoever may read its directory."""
    with reading() as unit:
        place = offices.require(unit, partnership, account, BoardAct.READ_DIRECTORY)
        rows = unit.session.execute(_declared(unit).where(DeclaredInterest.partnership_id == place.id))
        return tuple(_line(row) for row in rows)


@retried
def declare(account: int, partnership: str, agency: str) -> None:
    """Declares a line, once. Raises NotFound for what is not the person's to choose, Refused for the last
    one of a board office."""
    if (partnership, agency) not in {(x.partnership, x.agency) for x in choices(account)}:
        if any((x.partnership, x.agency) == (partnership, agency) for x in mine(account)):
            return
        raise NotFound
    with writing() as unit:
        row = unit.session.execute(_agencies(partnership).where(Agency.public_id == agency)).one()
        unit.turn_to(of_partnership(row.partnership_id))
        _refuse_the_last(unit, row, account)
        key = {"partnership_id": row.partnership_id, "agency_id": row.agency_id, "account_id": account}
        unit.session.execute(insert(DeclaredInterest).values(**key, from_at=unit.now))


def end(account: int, partnership: str, agency: str) -> None:
    """Ends a line of one's own. Raises NotFound when there is none."""
    with writing(of_account(account)) as unit:
        row = unit.session.execute(
            _declared(unit, account).where(Partnership.public_id == partnership, Agency.public_id == agency)
        ).first()
        if row is None:
            raise NotFound
        unit.session.execute(
            update(DeclaredInterest).where(DeclaredInterest.id == row.id).values(to_at=unit.now)
        )


def _refuse_the_last(unit: Unit, row: AnyRow, account: int) -> None:
    if Role.COORDINATOR not in offices.roles_of(unit, row.partnership_id, account):
        return
    same = _declared(unit).where(
        DeclaredInterest.partnership_id == row.partnership_id, DeclaredInterest.agency_id == row.agency_id
    )
    aside = {other.account_id for other in unit.session.execute(same)}
    if not access_reviews.office(unit, row.partnership_id) - aside - {account}:
        raise Refused("last_of_office", _ALONE)


def _declared(unit: Unit, account: int | None = None) -> AnySelect:
    own: tuple[Any, ...] = () if account is None else (DeclaredInterest.account_id == account,)
    return (
        select(
            *_COLUMNS,
            DeclaredInterest.id,
            DeclaredInterest.account_id,
            DeclaredInterest.from_at,
            Account.name,
        )
        .select_from(DeclaredInterest)
        .join(Account, Account.id == DeclaredInterest.account_id)
        .join(Agency, Agency.id == DeclaredInterest.agency_id)
        .join(Partnership, Partnership.id == DeclaredInterest.partnership_id)
        .where(or_(DeclaredInterest.to_at.is_(None), DeclaredInterest.to_at > unit.now), *own)
        .order_by(Account.name, Agency.name)
    )


def _agencies(partnership: str) -> AnySelect:
    return (
        select(*_COLUMNS)
        .select_from(Membership)
        .join(Agency, Agency.id == Membership.agency_id)
        .join(Partnership, Partnership.id == Membership.partnership_id)
        .where(Partnership.public_id == partnership, Agency.kind != AgencyKind.BOARD)
        .order_by(Agency.name)
    )


_COLUMNS = (
    Partnership.id.label("partnership_id"),
    Partnership.public_id.label("partnership"),
    Partnership.name.label("partnership_name"),
    Partnership.zone,
    Agency.id.label("agency_id"),
    Agency.public_id.label("agency"),
    Agency.name.label("agency_name"),
)


def _line(row: AnyRow) -> Line:
    return Line(
        row.partnership, row.partnership_name, row.agency, row.agency_name,
        getattr(row, "name", ""), getattr(row, "from_at", None), row.zone,
    )  # fmt: skip
