"""Mail domains that the board knows as an agency's: who proves an address of one may raise from there.

A domain is what stands after the @, exactly: `nhs.net` says nothing of `wales.nhs.net`. Many agencies may
share one; who has an address of it then says for which of them they work.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select

from escalation.errors import InvalidInput, NotFound
from escalation.models import Agency, MailDomain, Membership, Partnership
from escalation.models.types import AnyRow
from escalation.security.permissions import BoardAct
from escalation.services import offices
from escalation.services.sets import insert_new
from escalation.services.unit import Unit, reading, retried, writing
from workflows.vocabulary import AgencyKind

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?=.{{4,253}}$){_LABEL}(\.{_LABEL})+")
_ANYBODYS = frozenset(
    {"gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "hotmail.co.uk", "live.co.uk", "live.com",
     "yahoo.com", "yahoo.co.uk", "icloud.com", "me.com", "aol.com", "btinternet.com", "sky.com",
     "proton.me", "protonmail.com", "gmx.co.uk", "gmx.com", "mail.com", "outlook.co.uk"}
)  # fmt: skip
"""Where anybody can get an address: it proves no agency."""


@dataclass(frozen=True, slots=True)
class Known:
    """A domain and an agency that it belongs to."""

    domain: str
    agency: str
    agency_public_id: str
    since: datetime


def known(account: int, partnership: str) -> tuple[Known, ...]:
    """The domains of a partnership, for its board office. Raises NotFound for others."""
    with reading() as unit:
        place = offices.require(unit, partnership, account, BoardAct.MANAGE_MAIL_DOMAINS)
        return _known(unit, place.id)


@retried
def add(account: int, partnership: str, domain: str, agency: str) -> None:
    """Adds a domain for an agency (a public id). Adding what is there changes nothing.

    Raises InvalidInput (`domain`, `agency`) for what cannot be right, NotFound for others.
    """
    with writing() as unit:
        place = offices.require(unit, partnership, account, BoardAct.MANAGE_MAIL_DOMAINS)
        found = _agency(unit, place.id, Agency.public_id == agency)
        if found is None:
            raise InvalidInput({"agency": ["Select the agency whose addresses these are"]})
        add_within(unit, place.id, domain, found, account)


@retried
def remove(account: int, partnership: str, domain: str, agency: str) -> None:
    """Takes a domain off an agency: who is known by then stays, nobody new is let in by it."""
    with writing() as unit:
        place = offices.require(unit, partnership, account, BoardAct.MANAGE_MAIL_DOMAINS)
        _remove(unit, place.id, domain, _agency(unit, place.id, Agency.public_id == agency))


def listed(partnership: str | None) -> tuple[Known, ...]:
    """The domains of a partnership, for an operator on the command line."""
    with reading() as unit:
        return _known(unit, _which(unit, partnership))


@retried
def add_by_operator(partnership: str | None, domain: str, agency: str) -> None:
    """Adds a domain for an agency by its name. Raises InvalidInput for what cannot be right."""
    with writing() as unit:
        place = _which(unit, partnership)
        add_within(unit, place, domain, _named(unit, place, agency), None)


@retried
def remove_by_operator(partnership: str | None, domain: str, agency: str) -> None:
    """Takes a domain off an agency by its name. Raises NotFound when it was not there."""
    with writing() as unit:
        place = _which(unit, partnership)
        if not _remove(unit, place, domain, _named(unit, place, agency)):
            raise NotFound(f"{agency} has no mail domain {domain}: `people domains list` shows what there is")


def add_within(unit: Unit, partnership: int, domain: str, agency: int, account: int | None) -> None:
    """Adds a domain as a part of a larger change. Raises InvalidInput (`domain`)."""
    row = {
        "partnership_id": partnership,
        "domain": checked(domain),
        "agency_id": agency,
        "added_at": unit.now,
        "by_account_id": account,
    }
    insert_new(unit.connection, MailDomain, row)


def checked(domain: str) -> str:
    """A domain as it is kept. Raises InvalidInput (`domain`) for what is none, or is anybody's."""
    found = domain.strip().lower().removeprefix("@")
    if not _DOMAIN.fullmatch(found):
        raise InvalidInput(
            {"domain": ["Enter what stands after the @, for example school.northtown.example"]}
        )
    if found in _ANYBODYS:
        raise InvalidInput({"domain": [f"Anybody can get an address at {found}: it shows no agency"]})
    return found


def is_anybodys(domain: str) -> bool:
    """True for a domain that cannot be added, because anybody can get an address of it."""
    return domain in _ANYBODYS


def _known(unit: Unit, partnership: int) -> tuple[Known, ...]:
    rows = unit.session.execute(
        select(MailDomain.domain, Agency.name, Agency.public_id, MailDomain.added_at)
        .join(Agency, Agency.id == MailDomain.agency_id)
        .where(MailDomain.partnership_id == partnership)
        .order_by(MailDomain.domain, Agency.name)
    )
    return tuple(Known(*row) for row in rows)


def _remove(unit: Unit, partnership: int, domain: str, agency: int | None) -> bool:
    gone = unit.session.execute(
        delete(MailDomain)
        .where(
            MailDomain.partnership_id == partnership,
            MailDomain.domain == domain.strip().lower().removeprefix("@"),
            MailDomain.agency_id == agency,
        )
        .returning(MailDomain.domain)
    )
    return gone.first() is not None


def _agency(unit: Unit, partnership: int, which: ColumnElement[bool]) -> int | None:
    member = select(Agency.id).join(Membership, Membership.agency_id == Agency.id)
    here = member.where(Membership.partnership_id == partnership, Agency.kind != AgencyKind.BOARD)
    return unit.session.execute(here.where(which)).scalar_one_or_none()


def _named(unit: Unit, partnership: int, agency: str) -> int:
    found = _agency(unit, partnership, Agency.name == agency)
    if found is None:
        raise InvalidInput({"agency": [f"this partnership has no agency {agency!r}; write its name in full"]})
    return found


def _which(unit: Unit, partnership: str | None) -> int:
    query = select(Partnership.id, Partnership.name)
    if partnership is not None:
        query = query.where((Partnership.public_id == partnership) | (Partnership.name == partnership))
    rows: list[AnyRow] = list(unit.session.execute(query).all())
    if len(rows) != 1:
        words = "there is no such partnership" if not rows else "choose a partnership with --partnership"
        raise NotFound(words)
    return int(rows[0].id)
