"""Agencies, posts and holders from a file: read, checked whole, then written whole or not at all.

The file is CSV with a heading line. One line says that a person holds a post (or deputises for it);
a line without a person makes the post and leaves it vacant.
"""

import csv
import io
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import time

from sqlalchemy import func, insert, select

from escalation.errors import InvalidInput, NotFound
from escalation.models import Account, Agency, Holding, Membership, Partnership, Post
from escalation.models.places import HoldingKind
from escalation.security.public_ids import new_public_id
from escalation.services.unit import Unit, writing
from workflows.calendar import NATIONS
from workflows.vocabulary import AgencyKind, Tier

REQUIRED = ("agency", "kind", "tier", "title")
OPTIONAL = ("line", "nation", "opens", "closes", "name", "email", "holding")
_EMAIL = re.compile(r"^[^@\s,;<>\"]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(slots=True)
class Imported:
    """What an import did, or would do: counts by what was new, and the accounts made."""

    agencies: int = 0
    posts: int = 0
    accounts: int = 0
    holdings: int = 0
    unchanged: int = 0
    new_accounts: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Line:
    """One checked line of the file."""

    agency: str
    kind: str
    nation: str
    opens: str
    closes: str
    tier: str
    line: str
    title: str
    name: str
    email: str
    holding: str


class _DryRun(Exception):
    """Raised to undo what a dry run has tried."""


def import_people(text: str, partnership: str | None = None, *, dry_run: bool = False) -> Imported:
    """Adds the agencies, posts and people of a CSV text to a partnership (by public id or name; when
    there is only one, it is meant). Adding what is there already changes nothing.

    Raises InvalidInput with every bad line by number, before anything is written; NotFound for an
    unknown partnership.
    """
    lines = read(text)
    done = Imported()
    try:
        with writing() as unit:
            place = _which(unit, partnership)
            for line in lines:
                _add(unit, place, line, done)
            if dry_run:
                raise _DryRun
    except _DryRun:
        done.new_accounts = []
    return done


def read(text: str) -> list[Line]:
    """The checked lines of a CSV text. Raises InvalidInput naming each bad line."""
    rows = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    headings = [h.strip().lower() for h in rows.fieldnames or ()]
    missing = [name for name in REQUIRED if name not in headings]
    unknown = [name for name in headings if name not in REQUIRED + OPTIONAL]
    if missing or unknown:
        words = [f"the heading {name!r} is missing" for name in missing]
        words += [
            f"{name!r} is not a heading; known are {', '.join(REQUIRED + OPTIONAL)}" for name in unknown
        ]
        raise InvalidInput({"line 1": words})
    errors: dict[str, list[str]] = {}
    lines: list[Line] = []
    for number, row in enumerate(rows, start=2):
        values = {
            (k or "").strip().lower(): (v or "").strip() for k, v in row.items() if isinstance(v, str | None)
        }
        problems = list(_problems(values)) + (["has too many columns"] if None in row else [])
        if problems:
            errors[f"line {number}"] = problems
        else:
            lines.append(_line(values))
    if errors:
        raise InvalidInput(errors)
    return lines


def _problems(values: Mapping[str, str]) -> Iterable[str]:
    for name in REQUIRED:
        if not values.get(name):
            yield f"{name} is empty"
    for name, text in values.items():
        if _CONTROL.search(text) or len(text) > 120:
            yield f"{name} has control characters or is longer than 120"
    yield from _not_one_of(
        "kind", values, [k for k in AgencyKind if k is not AgencyKind.BOARD] + [AgencyKind.BOARD]
    )
    yield from _not_one_of("tier", values, list(Tier))
    yield from _not_one_of("holding", values, list(HoldingKind))
    yield from _not_one_of("nation", values, list(NATIONS))
    if values.get("email") and not _EMAIL.match(values["email"]):
        yield f"{values['email']!r} is not an e-mail address"
    if bool(values.get("email")) != bool(values.get("name")):
        yield "a person needs both a name and an email"
    yield from _hours(values)


def _not_one_of(name: str, values: Mapping[str, str], known: list[str]) -> Iterable[str]:
    if values.get(name) and values[name] not in known:
        yield f"{name} is {values[name]!r}; known are {', '.join(known)}"


def _hours(values: Mapping[str, str]) -> Iterable[str]:
    try:
        opens, closes = (
            time.fromisoformat(values.get(k) or d) for k, d in (("opens", "09:00"), ("closes", "17:00"))
        )
    except ValueError:
        yield "opens and closes are times such as 09:00"
        return
    if opens >= closes:
        yield "it closes before it opens"


def _line(values: Mapping[str, str]) -> Line:
    return Line(
        agency=values["agency"],
        kind=values["kind"],
        nation=values.get("nation") or "",
        opens=values.get("opens") or "09:00",
        closes=values.get("closes") or "17:00",
        tier=values["tier"],
        line=values.get("line") or "",
        title=values["title"],
        name=values.get("name") or "",
        email=(values.get("email") or "").lower(),
        holding=values.get("holding") or "holder",
    )


def _which(unit: Unit, partnership: str | None) -> int:
    query = select(Partnership.id)
    if partnership is not None:
        query = query.where((Partnership.public_id == partnership) | (Partnership.name == partnership))
    ids = unit.session.execute(query).scalars().all()
    if len(ids) != 1:
        raise NotFound(f"{len(ids)} partnerships fit: name one that is set up")
    return int(ids[0])


def _add(unit: Unit, partnership: int, line: Line, done: Imported) -> None:
    before = (done.agencies, done.posts, done.accounts, done.holdings)
    agency = _agency(unit, partnership, line, done)
    known = _post(unit, partnership, agency, line.tier, line.line, line.title)
    post = known or post_of(unit, partnership, agency, line.tier, line.line, line.title)
    done.posts += known is None
    if line.email:
        there = _account(unit, line.email)
        account = there or account_of(unit, line.email, line.name)
        if there is None:
            done.accounts += 1
            done.new_accounts.append(account)
        done.holdings += hold(unit, partnership, post, account, line.holding)
    done.unchanged += before == (done.agencies, done.posts, done.accounts, done.holdings)


def _agency(unit: Unit, partnership: int, line: Line, done: Imported) -> int:
    if line.kind == AgencyKind.BOARD:
        return _own_board(unit, partnership)
    agency = unit.session.execute(select(Agency.id).where(Agency.name == line.agency)).scalar_one_or_none()
    if agency is None:
        place = unit.session.execute(
            select(Partnership.nation, Partnership.zone).where(Partnership.id == partnership)
        ).one()
        agency = unit.session.execute(
            insert(Agency)
            .values(
                public_id=new_public_id(),
                name=line.agency,
                kind=line.kind,
                nation=line.nation or place.nation,
                zone=place.zone,
                opens=line.opens,
                closes=line.closes,
            )
            .returning(Agency.id)
        ).scalar_one()
        done.agencies += 1
    member = select(Membership.agency_id).where(
        Membership.partnership_id == partnership, Membership.agency_id == agency
    )
    if unit.session.execute(member).first() is None:
        unit.session.execute(insert(Membership).values(partnership_id=partnership, agency_id=agency))
    return int(agency)


def _own_board(unit: Unit, partnership: int) -> int:
    return int(
        unit.session.execute(
            select(Agency.id)
            .join(Membership, Membership.agency_id == Agency.id)
            .where(Membership.partnership_id == partnership, Agency.kind == AgencyKind.BOARD)
        ).scalar_one()
    )


def _post(unit: Unit, partnership: int, agency: int, tier: str, line: str, title: str) -> int | None:
    return unit.session.execute(
        select(Post.id).where(
            Post.partnership_id == partnership,
            Post.agency_id == agency,
            Post.tier == tier,
            Post.line == line,
            Post.title == title,
        )
    ).scalar_one_or_none()


def post_of(unit: Unit, partnership: int, agency: int, tier: str, line: str, title: str) -> int:
    """A new post in an agency; gives its id."""
    values = {"public_id": new_public_id(), "partnership_id": partnership, "agency_id": agency}
    statement = insert(Post).values(**values, tier=str(tier), line=line, title=title).returning(Post.id)
    return int(unit.session.execute(statement).scalar_one())


def _account(unit: Unit, email: str) -> int | None:
    return unit.session.execute(
        select(Account.id).where(func.lower(Account.email) == email)
    ).scalar_one_or_none()


def account_of(unit: Unit, email: str, name: str) -> int:
    """The account of an address, made when it is new. It has no password until its owner sets one."""
    email = email.lower()
    known = _account(unit, email)
    if known is not None:
        return known
    statement = insert(Account).values(
        email=email,
        name=name,
        active=True,
        mail_ok=True,
        fs_uniquifier=secrets.token_hex(32),
        created_at=unit.now,
    )
    return int(unit.session.execute(statement.returning(Account.id)).scalar_one())


def hold(unit: Unit, partnership: int, post: int, account: int, kind: str) -> bool:
    """Lets an account hold a post (or deputise) from now on. False when it does already."""
    there = select(Holding.id).where(
        Holding.partnership_id == partnership,
        Holding.post_id == post,
        Holding.account_id == account,
        Holding.kind == kind,
        Holding.to_at.is_(None),
    )
    if unit.session.execute(there).first() is not None:
        return False
    unit.session.execute(
        insert(Holding).values(
            partnership_id=partnership, post_id=post, account_id=account, kind=kind, from_at=unit.now
        )
    )
    return True
