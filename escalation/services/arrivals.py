"""Somebody who has proved their address arrives: with what they wrote, and at the agency they work for.

    keep -> what they had written becomes a draft of theirs
    take_place -> they may raise from their agency (HERE), must say which of theirs it is (CHOOSE), or wait
                  until the board office has let them in (WAITS)

An agency is theirs when the directory says so (they hold a post in it), or the board's list of mail
domains: the domain after the @ exactly, never a part of it. Then they get a post there from which they
may raise and which answers for nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import insert, select, update

from escalation.errors import NotFound
from escalation.models import Account, Agency, DraftRow, Holding, MailDomain, Membership
from escalation.models.types import AnyRow
from escalation.security.public_ids import new_public_id
from escalation.services import directory, kept_drafts, newcomers, raisers, visitors
from escalation.services.unit import Unit, of_account, of_partnership, retried, writing
from escalation.services.views import AgencyChoice
from workflows.vocabulary import AgencyKind

OWN = ("own_name", "own_email", "own_agency", "own_role")
"""What somebody says of themselves who has not signed in: name, address, agency (a public id), role."""


class Place(StrEnum):
    """How somebody stands to the agency for which they want to raise a concern."""

    HERE = "here"
    CHOOSE = "choose"
    WAITS = "waits"


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where somebody stands with a draft; to choose from, the agencies that are theirs."""

    place: Place
    choices: tuple[AgencyChoice, ...] = ()


@retried
def keep(account: int, partnership: str, answers: Mapping[str, str]) -> str:
    """What somebody wrote before they had proved their address, as a draft; gives its public id.

    Who is not in the directory yet is called from now on as they say. Raises NotFound for a partnership
    that is not there.
    """
    with writing() as unit:
        place = visitors.of(unit, partnership)
        unit.turn_to(of_partnership(place.id))
        _name(unit, account, answers.get("own_name", ""))
        public_id = new_public_id()
        unit.session.execute(
            insert(DraftRow).values(
                partnership_id=place.id,
                public_id=public_id,
                account_id=account,
                kind=visitors.RAISE,
                answers=kept_drafts.sealed_answers(unit, place.id, account, public_id, answers),
                saved_at=unit.now,
            )
        )
        return public_id


def _name(unit: Unit, account: int, name: str) -> None:
    nobody_knows = ~select(Holding.id).where(Holding.account_id == Account.id).exists()
    if name:
        mine = update(Account).where(Account.id == account, nobody_knows | (Account.name == ""))
        unit.session.execute(mine.values(name=name[: raisers.LONGEST]))


@retried
def take_place(account: int, draft: str, *, agency: str | None = None) -> Arrival:
    """Where this person stands who wants to send a draft for the agency that it names; or for another
    `agency` of theirs, which it then names. Raises NotFound for somebody else's draft."""
    with writing(of_account(account)) as unit:
        row = _draft(unit, account, draft)
        answers = kept_drafts.answers_of(unit, row)
        named = agency or answers.get("own_agency", "")
        known = _agencies(unit, row.partnership_id)
        theirs = _theirs(unit, account, row.partnership_id)
        chosen = next((a for a in known if a.public_id == named), None)
        if not theirs:
            return _wait(unit, account, row, chosen)
        if chosen is None or chosen.id not in theirs:
            return Arrival(Place.CHOOSE, tuple(_choice(a) for a in known if a.id in theirs))
        raisers.admit(unit, account, row.partnership_id, chosen.id, answers.get("own_role", ""))
        kept_drafts.keep(unit, row, {**answers, "own_agency": chosen.public_id})
        return Arrival(Place.HERE)


@retried
def wait_for_office(account: int, draft: str, agency: str) -> Arrival:
    """None of the agencies that are theirs is the right one: the board office looks at it."""
    with writing(of_account(account)) as unit:
        row = _draft(unit, account, draft)
        known = _agencies(unit, row.partnership_id)
        return _wait(unit, account, row, next((a for a in known if a.public_id == agency), None))


def _wait(unit: Unit, account: int, row: AnyRow, agency: AnyRow | None) -> Arrival:
    if agency is None:
        raise NotFound
    active = unit.session.execute(select(Account.active).where(Account.id == account)).scalar_one()
    newcomers.wait(unit, account, row.partnership_id, agency.id, row.public_id, known=bool(active))
    return Arrival(Place.WAITS)


def _theirs(unit: Unit, account: int, partnership: int) -> frozenset[int]:
    """The agencies that are a person's: by the directory, and by the domain of their address."""
    who = unit.session.execute(select(Account.email, Account.active).where(Account.id == account)).one()
    if not who.active:
        return frozenset()
    held = directory.posts_of(unit.session, account, unit.now)
    by_directory = (
        p.agency_id for p in held if p.partnership_id == partnership and p.agency_kind != AgencyKind.BOARD
    )
    by_domain = unit.session.execute(
        select(MailDomain.agency_id).where(
            MailDomain.partnership_id == partnership, MailDomain.domain == who.email.rpartition("@")[2]
        )
    ).scalars()
    return frozenset([*by_directory, *by_domain])


def _agencies(unit: Unit, partnership: int) -> list[AnyRow]:
    rows = unit.session.execute(
        select(Agency.id, Agency.public_id, Agency.name, Agency.kind)
        .join(Membership, Membership.agency_id == Agency.id)
        .where(Membership.partnership_id == partnership, Agency.kind != AgencyKind.BOARD)
        .order_by(Agency.name)
    )
    return list(rows.all())


def _choice(row: AnyRow) -> AgencyChoice:
    return AgencyChoice(row.public_id, row.name, row.kind)


def _draft(unit: Unit, account: int, public_id: str) -> AnyRow:
    row = unit.session.execute(
        select(*DraftRow.__table__.c)
        .where(DraftRow.public_id == public_id, DraftRow.account_id == account)
        .with_for_update()
    ).first()
    if row is None:
        raise NotFound
    return row


__all__ = ["OWN", "Arrival", "Place", "keep", "take_place", "wait_for_office"]
