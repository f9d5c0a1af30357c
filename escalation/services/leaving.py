"""Somebody leaves: their posts end today and their sign-in stops. The record keeps who they were."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select, update

from escalation.errors import NotFound, Refused
from escalation.models import Account, Case, Holding, OutboxRow, WebSession
from escalation.models.types import AnyRow
from escalation.services import directory, people, undeliverable
from escalation.services.unit import Unit, of_account, retried, writing
from notifications.message import Via
from workflows.vocabulary import Phase, Tier


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
    """Ends every holding of a person today, their sessions, their password and the mails owed to them.

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


def _end(unit: Unit, person: AnyRow) -> Left:
    mine = unit.session.execute(
        people.holdings().where(Holding.account_id == person.id, directory.is_current(unit.now))
    ).all()
    before = _told(unit, mine)
    unit.session.execute(
        update(Holding).where(Holding.account_id == person.id, Holding.to_at.is_(None)).values(to_at=unit.now)
    )
    sessions = _shut_out(unit, person.id)
    _tell_others(unit, person.id)
    told = {key: now for key, now in _told(unit, mine).items() if now[1] is not before[key][1]}
    vacant = [post for post, via in told.values() if via is Via.VACANT]
    deputised = [post for post, via in told.values() if via is Via.DEPUTY]
    return Left(
        name=person.name,
        ended=tuple(people.held(row) for row in mine),
        vacant=tuple(f"{post.title}, {post.agency}" for post in vacant),
        deputised=tuple(f"{post.title}, {post.agency}" for post in deputised),
        without_office=any(post.tier == Tier.OFFICE for post in vacant),
        running=_running(unit, person.id),
        sessions=sessions,
    )


def _told(unit: Unit, holdings: Sequence[AnyRow]) -> dict[tuple[int, int], tuple[AnyRow, Via]]:
    """The posts of these holdings, and who is told for each as things now stand."""
    found: dict[tuple[int, int], tuple[AnyRow, Via]] = {}
    for row in holdings:
        known = directory.directory_of(unit.session, row.partnership_id, [row.agency_id], unit.now)
        found[row.partnership_id, row.post_id] = row, known.whom_to_tell(known.posts[row.post_id])[1]
    return found


def _shut_out(unit: Unit, account: int) -> int:
    """Stops sign-in: no password, no session, and no link that was sent before opens anything."""
    unit.session.execute(
        update(Account)
        .where(Account.id == account)
        .values(active=False, mail_ok=False, password=None, fs_uniquifier=secrets.token_hex(32))
    )
    ended = unit.session.execute(
        delete(WebSession).where(WebSession.account_id == account).returning(WebSession.token_hash)
    )
    return len(ended.all())


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
