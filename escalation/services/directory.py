"""The directory: which post answers for an agency, and who holds it today.

People are found through posts, never by name. A post without a holder who can be told is vacant: its
deputy is told, and where there is none, the board office.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import BindParameter, Connection, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from escalation.models import Account, Agency, DeclaredInterest, Holding, Membership, Post
from escalation.models.asking import Among, Asked, Together
from escalation.models.places import HoldingKind
from escalation.models.types import AnyRow, AnySelect, Utc
from notifications.message import Person, Seat, Via
from workflows import opening_hours
from workflows.calendar import WorkingCalendar
from workflows.protocol import Protocol, Slot
from workflows.vocabulary import AgencyKind, Side, Tier

NOBODY: frozenset[int] = frozenset()
RAISES_ONLY = "raises_only"
"""The line of posts that people have by proving an address: they raise from them, and answer for nobody."""


@dataclass(frozen=True)
class HeldPost:
    """A post with its agency's name, and the people who hold it or stand in, by display name."""

    id: int
    agency_id: int
    agency: str
    tier: str
    line: str
    title: str
    holders: tuple[AnyRow, ...]
    deputies: tuple[AnyRow, ...]

    @cached_property
    def accounts(self) -> frozenset[int]:
        """Everybody who may act for the post today, holders and deputies."""
        return frozenset(p.account_id for p in self.holders + self.deputies)


@dataclass(frozen=True, slots=True)
class Directory:
    """Posts and people of some agencies of one partnership, as they are at one instant."""

    at: datetime
    posts: Mapping[int, HeldPost]
    _found: dict[tuple[Any, ...], HeldPost | None] = field(default_factory=dict, repr=False)
    _seated: dict[tuple[Any, ...], Seat] = field(default_factory=dict, repr=False)
    """What was answered already: a sweep asks the same of two hundred cases."""

    def first(self, agencies: tuple[int, ...], tiers: tuple[str, ...], line: str | None) -> HeldPost | None:
        """The first post of these agencies and tiers, in this order, that answers."""
        asked = (agencies, tiers, line)
        if asked not in self._found:
            found = (self.find(where, tier, line) for where in agencies for tier in tiers)
            self._found[asked] = next((post for post in found if post is not None), None)
        return self._found[asked]

    def find(self, agency_id: int, tier: str, line: str | None) -> HeldPost | None:
        """The post that answers: that line if there is one, else a post of any line, else None."""
        here = (p for p in self.posts.values() if p.agency_id == agency_id and p.line != RAISES_ONLY)
        of_tier = (p for p in here if p.tier == tier)
        return min(of_tier, key=lambda p: (p.line != (line or ""), p.line != "", p.id), default=None)

    def whom_to_tell(
        self, post: HeldPost, without: frozenset[int] = NOBODY
    ) -> tuple[tuple[AnyRow, ...], Via]:
        """The people who are told today: holders at work, else deputies, else nobody (vacant)."""
        present = [p for p in post.holders if p.account_id not in without and not self._away(p)]
        if any(p.mail_ok for p in present):
            return tuple(present), Via.HOLDER
        standing_in = tuple(p for p in post.deputies if p.account_id not in without and p.mail_ok)
        return (standing_in, Via.DEPUTY) if standing_in else ((), Via.VACANT)

    def seat(self, slot: Slot, post: HeldPost | None, agency: str, without: frozenset[int] = NOBODY) -> Seat:
        """The seat of a slot: the post that fills it and the people who are told today."""
        asked = (slot.id, slot.side, slot.title, post.id if post else None, agency, without)
        if asked not in self._seated:
            self._seated[asked] = self._sat(slot, post, agency, without)
        return self._seated[asked]

    def _sat(self, slot: Slot, post: HeldPost | None, agency: str, without: frozenset[int]) -> Seat:
        people, via = self.whom_to_tell(post, without) if post else ((), Via.VACANT)
        told = tuple(Person(p.account_id, p.mail_ok) for p in people)
        return Seat(slot.id, slot.side, post.title if post else slot.title, agency, told, via)

    def _away(self, person: AnyRow) -> bool:
        return person.away_until is not None and person.away_until > self.at


def directory_of(session: Session, partnership: int, agencies: Iterable[int], now: datetime) -> Directory:
    """Reads the posts of `agencies` in a partnership and who holds them at `now`."""
    return around(session.connection(), partnership, now, agencies=set(agencies)).directory


@dataclass(frozen=True, slots=True)
class Around:
    """What surrounds some cases: their agencies and the board's, the directory of these, and the posts
    that one person holds."""

    agencies: Mapping[int, AnyRow]
    board: int
    directory: Directory
    held: tuple["HeldBy", ...] = ()
    interests: Mapping[int, frozenset[int]] = field(default_factory=dict)
    """Who declared a line to an agency, by the agency."""


def around(
    connection: Connection,
    partnership: int,
    now: datetime,
    *,
    agencies: Collection[int],
    kinds: Collection[str] = (),
    account: int | None = None,
) -> Around:
    """Reads `agencies` of a partnership, its board, and all agencies of `kinds`; their posts and who holds
    them at `now`; with an `account`, also the posts that it holds, in all partnerships.

    Raises LookupError when the board's own agency was not set up.
    """
    asked = _AROUND if account is None else _AROUND_A_PERSON
    whose = {} if account is None else {"account": account}
    found = asked.read(connection, partnership=partnership, now=now, agencies=agencies, kinds=kinds, **whose)
    board = next((a.id for a in found["agencies"] if a.kind == AgencyKind.BOARD), None)
    if board is None:
        raise LookupError("this partnership has no board agency: run `escalation setup`")
    people = defaultdict(list)
    for person in found["people"]:
        people[person.post_id].append(person)
    return Around(
        {agency.id: agency for agency in found["agencies"]},
        board,
        Directory(now, {post.id: _held(post, people[post.id]) for post in found["posts"]}),
        tuple(HeldBy(*row) for row in found.get("held", ())),
        _by_agency(found["interests"]),
    )


def _by_agency(rows: Iterable[AnyRow]) -> Mapping[int, frozenset[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        found[row.agency_id].add(row.account_id)
    return {agency: frozenset(accounts) for agency, accounts in found.items()}


def _held(post: AnyRow, people: list[AnyRow]) -> HeldPost:
    by_kind = {k: tuple(p for p in people if p.kind == k) for k in HoldingKind}
    return HeldPost(
        post.id,
        post.agency_id,
        post.agency,
        post.tier,
        post.line,
        post.title,
        by_kind[HoldingKind.HOLDER],
        by_kind[HoldingKind.DEPUTY],
    )


def is_current(now: datetime | BindParameter[datetime]) -> Any:
    """The condition that a holding counts at `now`."""
    return and_(Holding.from_at <= now, or_(Holding.to_at.is_(None), Holding.to_at > now))


@dataclass(frozen=True, slots=True)
class HeldBy:
    """A post that one person holds today, seen from the person."""

    partnership_id: int
    post_id: int
    agency_id: int
    agency_kind: str
    tier: str
    title: str


def posts_of(session: Session, account: int, now: datetime) -> tuple[HeldBy, ...]:
    """Every post that the account holds or deputises for today, in all partnerships."""
    rows = _HELD.rows(session.connection(), account=account, now=now)
    return tuple(HeldBy(*row) for row in rows)


def board_agency(session: Session, partnership: int) -> AnyRow:
    """The agency that is the partnership's own board. Raises LookupError when it was not set up."""
    row = session.execute(
        select(*Agency.__table__.c)
        .join(Membership, Membership.agency_id == Agency.id)
        .where(Membership.partnership_id == partnership, Agency.kind == AgencyKind.BOARD)
    ).first()
    if row is None:
        raise LookupError("this partnership has no board agency: run `escalation setup`")
    return row


def lending_kinds(protocols: Iterable[Protocol]) -> frozenset[str]:
    """The kinds of agency to which these protocols fix a slot, or from which others may borrow a post."""
    slots = (slot for p in protocols for slot in p.slots.values())
    return frozenset(k for slot in slots for k in (*slot.borrows.values(), slot.kind) if k)


def calendar_of(agency: AnyRow) -> WorkingCalendar:
    """The working calendar of an agency row."""
    return _calendar(
        agency.nation,
        agency.zone,
        agency.weekdays,
        (agency.opens, agency.closes),
        agency.closures,
        agency.hours,
        agency.terms,
    )


@lru_cache(maxsize=4096)
def _calendar(
    nation: str, zone: str, weekdays: str, usual: tuple[str, str], closures: str, hours: str, terms: str
) -> WorkingCalendar:
    return WorkingCalendar(
        nation=nation,
        zone=zone,
        weekdays=frozenset(int(d) for d in weekdays),
        opens=time.fromisoformat(usual[0]),
        closes=time.fromisoformat(usual[1]),
        closures=opening_hours.closures(closures),
        hours=opening_hours.week(hours).hours,
        terms=opening_hours.terms(terms),
    )


def _wanted() -> Any:
    """The agencies that are asked for: by id, by kind, and always the board's own."""
    return or_(
        Among(Agency.id, "agencies"), Among(Agency.kind, "kinds"), Agency.kind == str(AgencyKind.BOARD)
    )


def _member() -> Any:
    return and_(Membership.agency_id == Agency.id, Membership.partnership_id == bindparam("partnership"))


def _posts() -> AnySelect:
    return (
        select(Post.id, Post.agency_id, Post.tier, Post.line, Post.title, Agency.name.label("agency"))
        .join(Agency, Agency.id == Post.agency_id)
        .join(Membership, _member())
        .where(Post.partnership_id == bindparam("partnership"), _wanted())
        .order_by(Post.id)
    )


def _people() -> AnySelect:
    return (
        select(
            Holding.post_id,
            Holding.account_id,
            Holding.kind,
            Holding.away_until,
            Account.name,
            Account.mail_ok,
        )
        .join(Account, Account.id == Holding.account_id)
        .join(Post, and_(Post.partnership_id == Holding.partnership_id, Post.id == Holding.post_id))
        .join(Agency, Agency.id == Post.agency_id)
        .join(Membership, _member())
        .where(
            Holding.partnership_id == bindparam("partnership"), Account.active, is_current(_NOW), _wanted()
        )
        .order_by(Holding.id)
    )


def _interests() -> AnySelect:
    """Every line that somebody of the partnership has declared and not ended."""
    return select(DeclaredInterest.agency_id, DeclaredInterest.account_id).where(
        DeclaredInterest.partnership_id == bindparam("partnership"),
        DeclaredInterest.from_at <= _NOW,
        or_(DeclaredInterest.to_at.is_(None), DeclaredInterest.to_at > _NOW),
    )


def _held_by() -> AnySelect:
    return (
        select(Post.partnership_id, Post.id, Post.agency_id, Agency.kind, Post.tier, Post.title)
        .join(Holding, and_(Holding.partnership_id == Post.partnership_id, Holding.post_id == Post.id))
        .join(Agency, Agency.id == Post.agency_id)
        .join(Account, Account.id == Holding.account_id)
        .where(Holding.account_id == bindparam("account"), Account.active, is_current(_NOW))
        .order_by(Post.id)
    )


_NOW = bindparam("now", type_=Utc())
_HELD = Asked(_held_by())
_QUERIES = {
    "agencies": select(*Agency.__table__.c).join(Membership, _member()).where(_wanted()),
    "posts": _posts(),
    "people": _people(),
    "interests": _interests(),
}
_AROUND = Together(**_QUERIES)
_AROUND_A_PERSON = Together(**_QUERIES, held=_held_by())

__all__ = [
    "Directory",
    "HeldBy",
    "HeldPost",
    "Side",
    "Tier",
    "board_agency",
    "calendar_of",
    "directory_of",
    "posts_of",
]
