"""Agencies, posts and holders from a file: checked whole (`people_file`), then written whole or not at all.

The people that a file names for a post are its people from now on: a new holder ends the one before, a new
deputy the deputies before. A line may also say that somebody holds a post no more, so that one file moves a
person. Posts and people that it does not name stay as they are.
"""

import secrets
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import exists, func, insert, select, update

from escalation.errors import InvalidInput, NotFound
from escalation.models import Account, Agency, Holding, Membership, Partnership, Post
from escalation.models.types import AnyRow, AnySelect
from escalation.security.public_ids import new_public_id
from escalation.services import agency_time, appointing, appointments, directory, holdings, people_advice
from escalation.services.people_file import CLOSES, ENDS, OPENS, Line, read
from escalation.services.unit import Unit, reading, writing
from workflows.vocabulary import AgencyKind


@dataclass(slots=True)
class Imported:
    """What an import did, or would do: counts of what was new, the accounts to invite, and sentences.

    `ended` says who no longer holds what, `notes` what an operator should look at; neither is an error.
    """

    agencies: int = 0
    posts: int = 0
    accounts: int = 0
    holdings: int = 0
    unchanged: int = 0
    new_accounts: list[int] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class _DryRun(Exception):
    """Raised to undo what a dry run has tried."""


def import_people(
    text: str, partnership: str | None = None, *, dry_run: bool = False, bring_back: bool = False
) -> Imported:
    """Adds the agencies, posts and people of a CSV text to a partnership (by public id or name; when
    there is only one, it is meant). Adding what is there already changes nothing.

    Somebody who was ended (see `leaving`) stands in the file again only with `bring_back`.
    Raises InvalidInput with every bad line by number, before anything is written; NotFound for an
    unknown partnership.
    """
    lines = read(text)
    done = Imported()
    try:
        with writing() as unit:
            _import(unit, _which(unit, partnership), lines, done, bring_back)
            if dry_run:
                raise _DryRun
    except _DryRun:
        done.new_accounts = []
    return done


def _import(unit: Unit, place: int, lines: list[Line], done: Imported, bring_back: bool) -> None:
    _take_back(unit, lines, done, bring_back)
    named: dict[tuple[int, str], set[int]] = defaultdict(set)
    agencies: set[int] = set()
    done.ended += _end_named(unit, place, [line for line in lines if line.holding == ENDS], done)
    lines = [line for line in lines if line.holding != ENDS]
    for line in lines:
        agency, post, account = _add(unit, place, line, done)
        if agency not in agencies:
            done.notes += agency_time.renew(unit, agency, line)
        agencies.add(agency)
        if account is not None:
            named[post, line.holding].add(account)
    for (post, kind), accounts in named.items():
        done.ended += holdings.end_others(unit, post, kind, accounts)
    done.notes += _administrators_given_posts(unit, place, named)
    done.notes += people_advice.on(unit, place, agencies, lines)


def _administrators_given_posts(
    unit: Unit, place: int, named: dict[tuple[int, str], set[int]]
) -> Iterable[str]:
    """Who looks after people's access and is given a post: allowed, and shown to the board office."""
    new = (Holding.partnership_id == place, Holding.from_at == unit.now)
    rows = unit.session.execute(holdings.holdings().where(*new)).all()
    administrators = appointing.administrators(unit, place)
    for row in rows:
        if row.account_id in administrators and any(row.account_id in who for who in named.values()):
            appointments.show_to_office(unit, place, row.account_id)
            yield f"{holdings.held(row)}: is an administrator and is given a post; the board office is told"


def _end_named(unit: Unit, place: int, lines: list[Line], done: Imported) -> list[str]:
    """Ends what the file says that somebody holds no more; people whom nobody knows are refused."""
    ended: list[str] = []
    for line in lines:
        account = _account(unit, line.email)
        if account is None:
            raise InvalidInput({f"line {line.number}": [f"nobody here has the address {line.email}"]})
        mine = (Holding.partnership_id == place, Holding.account_id == account, Holding.to_at.is_(None))
        rows = unit.session.execute(holdings.holdings().where(*mine)).all()
        found = [row for row in rows if line.names(row.agency, row.tier, row.line, row.title)]
        ended += holdings.end(unit, found)
        done.unchanged += not found
    return ended


def _take_back(unit: Unit, lines: list[Line], done: Imported, bring_back: bool) -> None:
    """People who were ended: refused with the number of their line, or let in again."""
    rows = unit.session.execute(select(Account.id, Account.email, Account.name).where(~Account.active))
    gone = {row.email: row for row in rows}
    back = {line.email: line.number for line in lines if line.email in gone and line.holding != ENDS}
    if back and not bring_back:
        words = "was ended; take the line out, or run with --bring-back to let this person in again"
        raise InvalidInput({f"line {number}": [f"{email} {words}"] for email, number in back.items()})
    for email in back:
        unit.session.execute(
            update(Account)
            .where(Account.id == gone[email].id)
            .values(active=True, mail_ok=True, lapsed_at=None, invited_at=unit.now)
        )
        done.new_accounts.append(gone[email].id)
        done.notes.append(f"comes back: {gone[email].name} ({email})")


def _which(unit: Unit, partnership: str | None) -> int:
    query = select(Partnership.id)
    if partnership is not None:
        query = query.where((Partnership.public_id == partnership) | (Partnership.name == partnership))
    ids = unit.session.execute(query).scalars().all()
    if len(ids) != 1:
        raise NotFound(_which_words(unit, partnership))
    return int(ids[0])


def _which_words(unit: Unit, partnership: str | None) -> str:
    known = unit.session.execute(select(Partnership.name).order_by(Partnership.name)).scalars().all()
    if not known:
        return "no partnership is set up yet: run `escalation setup`"
    wrong = f"there is no partnership {partnership!r}" if partnership else "there are several partnerships"
    return f"{wrong}: choose one with --partnership, of {'; '.join(known)}"


def _add(unit: Unit, partnership: int, line: Line, done: Imported) -> tuple[int, int, int | None]:
    """Adds what a line says; gives its agency, its post and its account, if it names one."""
    before = (done.agencies, done.posts, done.accounts, done.holdings)
    agency = _agency(unit, partnership, line, done)
    known = _post(unit, partnership, agency, line.tier, line.line, line.title)
    post = known or post_of(unit, partnership, agency, line.tier, line.line, line.title)
    done.posts += known is None
    account = _person(unit, line, done) if line.email else None
    if account is not None:
        done.holdings += holdings.hold(unit, partnership, post, account, line.holding)
    done.unchanged += before == (done.agencies, done.posts, done.accounts, done.holdings)
    return agency, post, account


def _person(unit: Unit, line: Line, done: Imported) -> int:
    known = _account(unit, line.email)
    if known is not None and not _only_asked(unit, known):
        return known
    account = account_of(unit, line.email, line.name)
    unit.session.execute(update(Account).where(Account.id == account).values(name=line.name))
    done.accounts += 1
    done.new_accounts.append(account)
    return account


def _agency(unit: Unit, partnership: int, line: Line, done: Imported) -> int:
    if line.kind == AgencyKind.BOARD:
        return _own_board(unit, partnership)
    agency = unit.session.execute(select(Agency.id).where(Agency.name == line.agency)).scalar_one_or_none()
    if agency is None:
        agency = _new_agency(unit, partnership, line)
        done.agencies += 1
    member = select(Membership.agency_id).where(
        Membership.partnership_id == partnership, Membership.agency_id == agency
    )
    if unit.session.execute(member).first() is None:
        unit.session.execute(insert(Membership).values(partnership_id=partnership, agency_id=agency))
    return int(agency)


def _new_agency(unit: Unit, partnership: int, line: Line) -> int:
    place = unit.session.execute(
        select(Partnership.nation, Partnership.zone).where(Partnership.id == partnership)
    ).one()
    values = {
        "public_id": new_public_id(),
        "name": line.agency,
        "kind": line.kind,
        "nation": line.nation or place.nation,
        "zone": place.zone,
        "opens": line.opens or OPENS,
        "closes": line.closes or CLOSES,
    }
    return int(unit.session.execute(insert(Agency).values(**values).returning(Agency.id)).scalar_one())


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


def _only_asked(unit: Unit, account: int) -> bool:
    """Whether an account is there only because a code was sent to its address: nobody knows them yet."""
    query = select(Account.password.is_(None) & ~exists().where(Holding.account_id == Account.id))
    return bool(unit.session.execute(query.where(Account.id == account)).scalar_one())


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


def without_password(addresses: Iterable[str] = ()) -> list[int]:
    """Accounts of people who have never chosen a password: of these addresses, or of everybody with a post.

    Raises InvalidInput naming each address that is unknown, was ended, or has a password.
    """
    with reading() as unit:
        if not (asked := [address.lower() for address in addresses]):
            return [row.id for row in unit.session.execute(_waiting(unit))]
        columns = (Account.id, Account.email, Account.active, Account.password)
        rows = unit.session.execute(select(*columns).where(Account.email.in_(asked)))
        known = {row.email: row for row in rows}
    errors = {address: [why] for address in asked if (why := _not_to_invite(known.get(address)))}
    if errors:
        raise InvalidInput(errors)
    return [known[address].id for address in dict.fromkeys(asked)]


def _waiting(unit: Unit) -> AnySelect:
    return (
        select(Account.id)
        .where(Account.password.is_(None), Account.active)
        .where(Account.id.in_(select(Holding.account_id).where(directory.is_current(unit.now))))
        .order_by(Account.id)
    )


def _not_to_invite(row: AnyRow | None) -> str | None:
    if row is None:
        return "nobody here has this address"
    if not row.active:
        return "was ended; import them with --bring-back first"
    if row.password is not None:
        return "has a password; who has forgotten it asks for a new one on the sign-in page"
    return None
