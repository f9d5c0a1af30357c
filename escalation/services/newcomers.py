"""Newcomers: they have proved an address of a domain that the board does not know, and wait to be let in.

    wait -> the board office hears of it by mail and sees who they are, and nothing of what they wrote
    admit -> they may raise from their agency, and what they had sent goes out at once, in their name
    decline -> they are told by mail, with the office's telephone; their draft stays theirs

Somebody whose way in was ended comes back the same way.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from escalation.errors import NotAllowed, NotFound, Refused
from escalation.models import Account, Agency, DraftRow, Newcomer, Partnership, SignInRecord
from escalation.models.types import AnyRow, AnySelect
from escalation.security.permissions import BoardAct
from escalation.security.public_ids import new_public_id
from escalation.services import concerns, in_turn, mail_domains, office_mail, offices, raisers
from escalation.services.case_view import partnership_view
from escalation.services.concerns import NewConcern
from escalation.services.unit import Unit, of_account, reading, retried, writing
from escalation.services.views import DiversionView, PartnershipView

_MAILS = WAITS, ADMITTED, NOT_ADMITTED = "newcomer_waits", "admitted", "not_admitted"
REMINDED_AFTER = timedelta(hours=20)
_TRIES = 5
_DECLINED = "not_admitted"


class Why(StrEnum):
    """Why somebody was not let in. A closed list: it is shown to them."""

    NOT_KNOWN = "not_known"
    WRONG_AGENCY = "wrong_agency"
    PRIVATE_ADDRESS = "private_address"
    BY_TELEPHONE = "by_telephone"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who waits, as the board office sees them: nothing of what they wrote."""

    public_id: str
    name: str
    address: str
    domain: str
    agency: str
    since: datetime
    came_before: bool
    """Their way in had been ended."""
    own: bool
    """It is the very person who looks: somebody else lets them in."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with somebody who waits or waited with a draft, as they see it."""

    partnership: PartnershipView
    agency: str
    since: datetime
    settled: bool
    why: Why | None


def wait(unit: Unit, account: int, partnership: int, agency: int, draft: str, *, known: bool) -> None:
    """Somebody waits with a draft; once for each partnership, whatever else they send meanwhile.

    A partnership's office hears of it. `known` is False for somebody whose way in was ended.
    """
    there = select(Newcomer.id).where(
        Newcomer.partnership_id == partnership,
        Newcomer.account_id == account,
        Newcomer.settled_at.is_(None),
    )
    if unit.session.execute(there.with_for_update()).first() is not None:
        return
    public_id = new_public_id()
    unit.session.execute(
        insert(Newcomer).values(
            public_id=public_id,
            partnership_id=partnership,
            account_id=account,
            agency_id=agency,
            draft_public_id=draft,
            asked_at=unit.now,
        )
    )
    office_mail.owe_office(unit, partnership, WAITS, f"{WAITS}:{public_id}")


@retried
def remind() -> int:
    """Tells the board office again, once each day, of everybody who still waits; gives how many mails."""
    with writing() as unit:
        return sum(_remind(unit, place) for place in in_turn.partnerships(unit))


def _remind(unit: Unit, place: AnyRow) -> int:
    today = unit.now.astimezone(ZoneInfo(place.zone)).date()
    waiting = unit.session.execute(
        select(Newcomer.public_id)
        .where(Newcomer.partnership_id == place.id)
        .where(Newcomer.settled_at.is_(None), Newcomer.asked_at < unit.now - REMINDED_AFTER)
    ).scalars()
    keys = [f"{WAITS}:{public_id}:{today}" for public_id in waiting]
    return sum(office_mail.owe_office(unit, place.id, WAITS, key) for key in keys)


def who_wait(account: int, partnership: str) -> tuple[Waiting, ...]:
    """Everybody who waits, the longest first, for the board office. Raises NotFound for others."""
    with reading() as unit:
        place = offices.require(unit, partnership, account, BoardAct.MANAGE_MAIL_DOMAINS)
        rows = unit.session.execute(_who(place.id).order_by(Newcomer.asked_at))
        return tuple(_waiting(row, account) for row in rows)


def how_many_wait(account: int, partnership: str) -> int:
    """How many wait, for a link on the office's pages; none for whoever may not see them."""
    try:
        return len(who_wait(account, partnership))
    except (NotAllowed, NotFound):
        return 0


def _who(partnership: int) -> AnySelect:
    return (
        select(
            Newcomer.id, Newcomer.public_id, Newcomer.account_id, Newcomer.agency_id, Newcomer.asked_at,
            Newcomer.draft_public_id, Account.name, Account.email, Account.active,
            Agency.name.label("agency"),
        )
        .join(Account, Account.id == Newcomer.account_id)
        .join(Agency, Agency.id == Newcomer.agency_id)
        .where(Newcomer.partnership_id == partnership, Newcomer.settled_at.is_(None))
    )  # fmt: skip


def _waiting(row: AnyRow, asker: int) -> Waiting:
    return Waiting(
        public_id=row.public_id,
        name=row.name,
        address=row.email,
        domain=row.email.rpartition("@")[2],
        agency=row.agency,
        since=row.asked_at,
        came_before=not row.active,
        own=row.account_id == asker,
    )


def to_send(account: int, partnership: str, newcomer: str) -> tuple[int, str | None]:
    """Whose draft is sent when a newcomer is let in: their account and its id. It is not shown to the office.

    Raises NotFound for others, and for somebody who does not wait any more.
    """
    with reading() as unit:
        place = offices.require(unit, partnership, account, BoardAct.MANAGE_MAIL_DOMAINS)
        row = _row(unit, place.id, newcomer)
        return row.account_id, row.draft_public_id


@retried
def admit(
    account: int, partnership: str, newcomer: str, *, role: str, concern: NewConcern | None, domain: bool
) -> bool:
    """Lets a newcomer in, and sends their concern at once; with `domain`, everybody else of their agency
    whose address has the same domain from now on, too.

    True when it was sent. When the procedure refuses it, they are let in and it stays their draft. Raises
    NotFound for others and when nobody waits any more, Refused for oneself.
    """
    try:
        _admit(account, partnership, newcomer, role, concern, domain=domain)
    except _Unsendable:
        _admit(account, partnership, newcomer, role, None, domain=domain)
        return False
    return concern is not None


class _Unsendable(Exception):
    """Their concern cannot be sent as it is."""


def _admit(
    account: int, partnership: str, newcomer: str, role: str, concern: NewConcern | None, *, domain: bool
) -> None:
    for attempt in range(_TRIES):
        try:
            with writing() as unit:
                place = offices.require(unit, partnership, account, BoardAct.MANAGE_MAIL_DOMAINS)
                row = _row(unit, place.id, newcomer, but=account)
                _let_in(unit, place.id, row, account, role, domain=domain)
                if concern is not None:
                    _send(unit, row, concern)
            return
        except IntegrityError:
            # A reference is short and random: try another when it was taken.
            if attempt == _TRIES - 1:
                raise


def _let_in(unit: Unit, place: int, row: AnyRow, account: int, role: str, *, domain: bool) -> None:
    unit.session.execute(
        update(Account).where(Account.id == row.account_id).values(active=True, mail_ok=True, lapsed_at=None)
    )
    raisers.admit(unit, row.account_id, place, row.agency_id, role)
    _settle(unit, row, account, admitted=True)
    if domain:
        mail_domains.add_within(unit, place, row.email.rpartition("@")[2], row.agency_id, account)
    office_mail.owe(unit, place, row.account_id, ADMITTED, f"{ADMITTED}:{row.public_id}")


def _send(unit: Unit, row: AnyRow, concern: NewConcern) -> None:
    try:
        made = concerns.raise_within(unit, row.account_id, concern, str(concern.draft))
    except (Refused, NotFound) as refused:
        raise _Unsendable from refused
    assert isinstance(made, str | DiversionView)


@retried
def decline(account: int, partnership: str, newcomer: str, why: Why) -> None:
    """Does not let a newcomer in, for a reason which they are told. Raises as `admit` does."""
    with writing() as unit:
        place = offices.require(unit, partnership, account, BoardAct.MANAGE_MAIL_DOMAINS)
        row = _row(unit, place.id, newcomer, but=account)
        _settle(unit, row, account, admitted=False)
        detail = f"{row.public_id} {why}"
        unit.session.execute(
            insert(SignInRecord).values(
                account_id=row.account_id, what=_DECLINED, how="office", at=unit.now, detail=detail
            )
        )
        office_mail.owe(unit, place.id, row.account_id, NOT_ADMITTED, f"{NOT_ADMITTED}:{row.public_id}")


def _row(unit: Unit, place: int, newcomer: str, *, but: int | None = None) -> AnyRow:
    """Who waits under this id; locked for a decision, which nobody makes about themselves."""
    asked = _who(place).where(Newcomer.public_id == newcomer)
    row = unit.session.execute(asked.with_for_update(of=Newcomer) if but is not None else asked).first()
    if row is None:
        raise NotFound
    if row.account_id == but:
        raise Refused("own_case", "This is you. Somebody else in the board office must let you in.")
    return row


def _settle(unit: Unit, row: AnyRow, account: int, *, admitted: bool) -> None:
    settled = {"settled_at": unit.now, "admitted": admitted, "by_account_id": account}
    unit.session.execute(update(Newcomer).where(Newcomer.id == row.id).values(**settled))


def standing(account: int, draft: str) -> Standing | None:
    """How it stands with a draft that waited for the board office; None for one that never did, or that
    may be sent by now."""
    with reading(of_account(account)) as unit:
        row = unit.session.execute(
            select(*Newcomer.__table__.c, Agency.name.label("agency"))
            .join(Agency, Agency.id == Newcomer.agency_id)
            .where(Newcomer.account_id == account, Newcomer.draft_public_id == draft)
            .order_by(Newcomer.id.desc())
            .limit(1)
        ).first()
        if row is None or row.admitted:
            return None
        place = partnership_view(_place(unit, row.partnership_id))
        return Standing(place, row.agency, row.asked_at, row.settled_at is not None, _why(unit, row))


def _place(unit: Unit, partnership: int) -> AnyRow:
    return unit.session.execute(select(*Partnership.__table__.c).where(Partnership.id == partnership)).one()


def _why(unit: Unit, row: AnyRow) -> Why | None:
    said = unit.session.execute(
        select(SignInRecord.detail).where(
            SignInRecord.account_id == row.account_id,
            SignInRecord.what == _DECLINED,
            SignInRecord.detail.like(f"{row.public_id} %"),
        )
    ).scalar()
    return Why(said.partition(" ")[2]) if said else None


@retried
def take_back(account: int, draft: str) -> None:
    """Somebody who waits thinks better of it: nobody waits any more, and the draft is gone."""
    with writing(of_account(account)) as unit:
        unit.session.execute(
            delete(Newcomer).where(
                Newcomer.account_id == account,
                Newcomer.draft_public_id == draft,
                Newcomer.settled_at.is_(None),
            )
        )
        unit.session.execute(
            delete(DraftRow).where(DraftRow.account_id == account, DraftRow.public_id == draft)
        )
