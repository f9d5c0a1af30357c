"""Somebody leaves: their posts end today and their sign-in stops. The record keeps who they were."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, or_, select, text, update

from escalation.errors import NotFound, Refused
from escalation.models import (
    Account,
    AddressProof,
    Appointment,
    Case,
    DeclaredInterest,
    Holding,
    Identity,
    OutboxRow,
    Partnership,
    Passkey,
)
from escalation.models.types import AnyRow
from escalation.services import directory, holdings, sessions, undeliverable
from escalation.services.unit import Unit, of_account, retried, writing
from notifications.message import Via
from workflows.vocabulary import Phase, Tier

_PROOFS = (
    "password", "tf_primary_method", "tf_totp_secret", "totp_counter", "fs_webauthn_user_handle",
)  # fmt: skip
"""The columns of an account with which somebody could prove who they are."""
_NO_CODES = text("UPDATE account SET mf_recovery_codes = NULL WHERE id = :account")


@dataclass(frozen=True, slots=True)
class Left:
    """What ended with somebody, in words, and what an operator has to see to now."""

    name: str
    ended: tuple[str, ...]
    vacant: tuple[str, ...]
    deputised: tuple[str, ...]
    """Posts that nobody holds any more, and in which a deputy stands in."""
    without_office: bool
    """True when nobody is left in a board office: then nobody hears of what reaches no one else."""
    running: tuple[str, ...]
    """References of running cases that they raised."""
    sessions: int


class _DryRun(Exception):
    """Raised to undo what a dry run has tried."""


@retried
def end(email: str, *, dry_run: bool = False) -> Left:
    """Ends every holding and office of a person today, their sessions, every proof of who they are, and the
    mails owed to them.

    A mail about a case that had not left yet is told to the deputy and the board office instead. Raises
    NotFound for an address that nobody has, Refused for somebody who was ended already.
    """
    left: Left | None = None
    try:
        with writing() as unit:
            person = _person(unit, email)
            unit.turn_to(of_account(person.id))
            left = _end(unit, person)
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    assert left is not None
    return left


def _person(unit: Unit, email: str) -> AnyRow:
    row = unit.session.execute(
        select(Account.id, Account.name, Account.email, Account.active).where(
            Account.email == email.strip().lower()
        )
    ).first()
    if row is None:
        raise NotFound(f"nobody here has the address {email}: look it up in the board's directory")
    if not row.active:
        raise Refused("ended_already", f"{row.name} ({row.email}) was ended already")
    return row


def if_nothing_is_left(unit: Unit, account: int) -> bool:
    """Somebody whose last post or office has ended leaves altogether. False when they still have one."""
    posts = select(Holding.id).where(Holding.account_id == account, _runs(Holding, unit))
    appointed = select(Appointment.id).where(Appointment.account_id == account, _runs(Appointment, unit))
    if any(unit.session.execute(query.limit(1)).first() for query in (posts, appointed)):
        return False
    columns = (Account.id, Account.name, Account.email)
    person = unit.session.execute(select(*columns).where(Account.id == account, Account.active)).first()
    if person is not None:
        unit.turn_to(of_account(account))
        _end(unit, person)
    return person is not None


def _end(unit: Unit, person: AnyRow) -> Left:
    mine = unit.session.execute(
        holdings.holdings().where(Holding.account_id == person.id, directory.is_current(unit.now))
    ).all()
    before = _told(unit, mine)
    unit.session.execute(
        update(Holding).where(Holding.account_id == person.id, _runs(Holding, unit)).values(to_at=unit.now)
    )
    offices = _end_offices(unit, person.id)
    ended_sessions = _shut_out(unit, person)
    _tell_others(unit, person.id)
    told = {key: now for key, now in _told(unit, mine).items() if now[1] is not before[key][1]}
    vacant = [post for post, via in told.values() if via is Via.VACANT]
    deputised = [post for post, via in told.values() if via is Via.DEPUTY]
    return Left(
        name=person.name,
        ended=(*(holdings.held(row) for row in mine), *(f"{person.name} as {o}" for o in offices)),
        vacant=tuple(f"{post.title}, {post.agency}" for post in vacant),
        deputised=tuple(f"{post.title}, {post.agency}" for post in deputised),
        without_office=any(post.tier == Tier.OFFICE for post in vacant),
        running=_running(unit, person.id),
        sessions=ended_sessions,
    )


def _told(unit: Unit, holdings: Sequence[AnyRow]) -> dict[tuple[int, int], tuple[AnyRow, Via]]:
    """The posts of these holdings, and who is told for each as things now stand."""
    found: dict[tuple[int, int], tuple[AnyRow, Via]] = {}
    for row in holdings:
        known = directory.directory_of(unit.session, row.partnership_id, [row.agency_id], unit.now)
        found[row.partnership_id, row.post_id] = row, known.whom_to_tell(known.posts[row.post_id])[1]
    return found


def _shut_out(unit: Unit, person: AnyRow) -> int:
    """Stops sign-in: no password, no factor, no identity, no session, and no code or link that was sent
    before opens anything. Gives how many sessions ended."""
    unit.session.execute(
        update(Account)
        .where(Account.id == person.id)
        .values(active=False, mail_ok=False, fs_uniquifier=secrets.token_hex(32), **dict.fromkeys(_PROOFS))
    )
    # In words of SQL: the library's type for these codes cannot be part of a statement that is kept.
    unit.session.execute(_NO_CODES, {"account": person.id})
    unit.session.execute(delete(Passkey).where(Passkey.user_id == person.id))
    unit.session.execute(delete(Identity).where(Identity.account_id == person.id))
    unit.session.execute(delete(AddressProof).where(AddressProof.email == person.email))
    return sessions.end_for(unit, [person.id])


def _end_offices(unit: Unit, account: int) -> tuple[str, ...]:
    """Ends what somebody was appointed to and what they declared, in words."""
    own = (Appointment.account_id == account, _runs(Appointment, unit))
    offices = unit.session.execute(
        select(Appointment.office, Partnership.name)
        .join(Partnership, Partnership.id == Appointment.partnership_id)
        .where(*own)
        .order_by(Appointment.id)
    ).all()
    unit.session.execute(update(Appointment).where(*own).values(to_at=unit.now))
    unit.session.execute(
        update(DeclaredInterest)
        .where(DeclaredInterest.account_id == account, _runs(DeclaredInterest, unit))
        .values(to_at=unit.now)
    )
    return tuple(f"{row.office.replace('_', ' ')} of {row.name}" for row in offices)


def _runs(
    table: type[Holding] | type[Appointment] | type[DeclaredInterest], unit: Unit
) -> ColumnElement[bool]:
    return or_(table.to_at.is_(None), table.to_at > unit.now)


def _tell_others(unit: Unit, account: int) -> None:
    """What was owed to them does not leave: of cases others hear, in one event for each mail."""
    rows = unit.session.execute(
        select(*OutboxRow.__table__.c)
        .where(OutboxRow.account_id == account, OutboxRow.state == "owed")
        .order_by(OutboxRow.id)
    ).all()
    for row in rows:
        unit.session.execute(
            update(OutboxRow)
            .where(OutboxRow.id == row.id)
            .values(state="failed", error="the person has left", set_up_link=None, lease_until=None)
        )
        undeliverable.tell_others(unit, row, came_back=False)


def _running(unit: Unit, account: int) -> tuple[str, ...]:
    references = select(Case.reference).where(Case.raiser_id == account, Case.phase != Phase.CLOSED)
    return tuple(unit.session.execute(references.order_by(Case.reference)).scalars())
