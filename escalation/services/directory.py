"""The directory: which post answers for an agency, and who holds it today.

People are found through posts, never by name. A post without a holder who can be told is vacant: its
deputy is told, and where there is none, the board office.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from escalation.models import Account, Agency, Holding, Membership, Post
from escalation.models.places import HoldingKind
from escalation.models.types import AnyRow
from notifications.message import Person, Seat, Via
from workflows.calendar import WorkingCalendar
from workflows.protocol import Protocol, Slot
from workflows.vocabulary import AgencyKind, Side, Tier

NOBODY: frozenset[int] = frozenset()


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
        of_tier = (p for p in self.posts.values() if p.agency_id == agency_id and p.tier == tier)
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
    wanted = sorted(set(agencies))
    posts = session.execute(
        select(Post.id, Post.agency_id, Post.tier, Post.line, Post.title, Agency.name.label("agency"))
        .join(Agency, Agency.id == Post.agency_id)
        .where(Post.partnership_id == partnership, Post.agency_id.in_(wanted))
        .order_by(Post.id)
    ).all()
    people = session.execute(
        _current_holdings(now).where(Holding.partnership_id == partnership, Post.agency_id.in_(wanted))
    ).all()
    return Directory(now, {p.id: _held(p, [h for h in people if h.post_id == p.id]) for p in posts})


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


def _current_holdings(now: datetime) -> Any:
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
        .where(Account.active, is_current(now))
        .order_by(Holding.id)
    )


def is_current(now: datetime) -> Any:
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
    rows = session.execute(
        select(Post.partnership_id, Post.id, Post.agency_id, Agency.kind, Post.tier, Post.title)
        .join(Holding, and_(Holding.partnership_id == Post.partnership_id, Holding.post_id == Post.id))
        .join(Agency, Agency.id == Post.agency_id)
        .join(Account, Account.id == Holding.account_id)
        .where(Holding.account_id == account, Account.active, is_current(now))
        .order_by(Post.id)
    )
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


def lenders(session: Session, partnership: int, protocols: Iterable[Protocol]) -> set[int]:
    """The agencies of a partnership to which these protocols fix a slot, or from which others may borrow."""
    slots = [slot for p in protocols for slot in p.slots.values()]
    kinds = {k for slot in slots for k in (*slot.borrows.values(), slot.kind) if k}
    if not kinds:
        return set()
    rows = session.execute(
        select(Agency.id)
        .join(Membership, Membership.agency_id == Agency.id)
        .where(Membership.partnership_id == partnership, Agency.kind.in_(sorted(kinds)))
    )
    return set(rows.scalars())


def calendar_of(agency: AnyRow) -> WorkingCalendar:
    """The working calendar of an agency row."""
    return _calendar(
        agency.nation, agency.zone, agency.weekdays, agency.opens, agency.closes, agency.closures
    )


@lru_cache(maxsize=4096)
def _calendar(
    nation: str, zone: str, weekdays: str, opens: str, closes: str, closures: str
) -> WorkingCalendar:
    return WorkingCalendar(
        nation=nation,
        zone=zone,
        weekdays=frozenset(int(d) for d in weekdays),
        opens=time.fromisoformat(opens),
        closes=time.fromisoformat(closes),
        closures=frozenset(date.fromisoformat(d) for d in closures.split()),
    )


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
