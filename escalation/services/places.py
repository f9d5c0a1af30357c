"""What a person may see of the directory: their partnerships, the agencies they may name, the posts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select

from escalation.models import Account, Agency, Membership, Partnership
from escalation.models.types import AnyRow
from escalation.security.permissions import BoardAct
from escalation.services import directory, offices
from escalation.services.agency_time import NOTICE_DAYS, days_known
from escalation.services.case_view import partnership_view
from escalation.services.directory import HeldBy
from escalation.services.unit import Unit, reading
from escalation.services.views import AgencyChoice, PartnershipView
from notifications.message import Via
from workflows.calendar import WorkingCalendar
from workflows.vocabulary import AgencyKind, Tier


@dataclass(frozen=True, slots=True)
class PostView:
    """A post in the board's directory: who holds it, who stands in, and whether anybody can be told."""

    agency: str
    tier: str
    line: str
    title: str
    holders: tuple[str, ...]
    deputies: tuple[str, ...]
    via: Via
    mail_fails: bool


@dataclass(frozen=True, slots=True)
class WorkingTimeView:
    """When an agency works: hours by weekday (Monday first; None: closed), and what is still to come."""

    name: str
    week: tuple[tuple[time, time] | None, ...]
    all_year: bool
    terms: tuple[tuple[date, date], ...]
    terms_end: date | None
    terms_end_soon: bool
    closures: tuple[date, ...]


def partnerships_of(account: int) -> tuple[PartnershipView, ...]:
    """The partnerships in which a person holds a post or has an office today, by name."""
    return tuple(board.partnership for board in offices.boards_of(account))


def only_partnership() -> PartnershipView | None:
    """The partnership that this service is for, where there is one only: whoever asks means that one."""
    with reading() as unit:
        ids = unit.session.execute(select(Partnership.id).limit(2)).scalars().all()
        return _views(unit, set(ids))[0] if len(ids) == 1 else None


def may_raise_in(account: int) -> tuple[PartnershipView, ...]:
    """The partnerships in which a person may raise a concern: where they work for an agency."""
    with reading() as unit:
        held = directory.posts_of(unit.session, account, unit.now)
        return _views(unit, where_they_raise(held))


def where_they_raise(held: Iterable[HeldBy]) -> set[int]:
    """The partnerships in which somebody with these posts may raise a concern: not those of a board's own."""
    return {post.partnership_id for post in held if post.agency_kind != AgencyKind.BOARD}


def agencies_to_challenge(account: int, partnership: str) -> tuple[AgencyChoice, ...]:
    """The agencies of a partnership of this person's, without its board. Empty for a foreign one."""
    with reading() as unit:
        held = directory.posts_of(unit.session, account, unit.now)
        rows = unit.session.execute(
            select(Agency.id, Agency.public_id, Agency.name, Agency.kind, Membership.partnership_id)
            .join(Membership, Membership.agency_id == Agency.id)
            .join(Partnership, Partnership.id == Membership.partnership_id)
            .where(
                Partnership.public_id == partnership,
                Partnership.id.in_(sorted({p.partnership_id for p in held})),
                Agency.kind != AgencyKind.BOARD,
            )
            .order_by(Agency.name)
        ).all()
        own = {p.agency_id for p in held}
        alone = {r.id for r in rows if r.id in own and not _has_manager(unit, r, account)}
        return tuple(AgencyChoice(r.public_id, r.name, r.kind, r.id in alone) for r in rows)


def _has_manager(unit: Unit, agency: AnyRow, but: int) -> bool:
    """Whether somebody but this account can be told as a line manager of an agency."""
    known = directory.directory_of(unit.session, agency.partnership_id, [agency.id], unit.now)
    managers = [p for p in known.posts.values() if p.tier == Tier.MANAGER]
    return any(known.whom_to_tell(post, frozenset({but}))[0] for post in managers)


def posts(account: int, partnership: str) -> tuple[PostView, ...]:
    """The whole directory of a partnership, for its board and administrators.

    Raises NotFound, NotAllowed.
    """
    with reading() as unit:
        owner = offices.require(unit, partnership, account, BoardAct.READ_DIRECTORY)
        agencies = unit.session.execute(
            select(Membership.agency_id).where(Membership.partnership_id == owner.id)
        ).scalars()
        known = directory.directory_of(unit.session, owner.id, agencies, unit.now)
        views = [_post(known, post) for post in known.posts.values()]
        return tuple(sorted(views, key=lambda v: (v.via is not Via.VACANT, v.agency, v.tier)))


def working_times(account: int, partnership: str) -> tuple[WorkingTimeView, ...]:
    """When each agency of a partnership works, for its board and administrators.

    Raises NotFound, NotAllowed.
    """
    with reading() as unit:
        owner = offices.require(unit, partnership, account, BoardAct.READ_DIRECTORY)
        rows = unit.session.execute(
            select(*Agency.__table__.c)
            .join(Membership, Membership.agency_id == Agency.id)
            .where(Membership.partnership_id == owner.id)
            .order_by(Agency.name)
        )
        return tuple(_working_time(row.name, directory.calendar_of(row), unit.now) for row in rows)


def _working_time(name: str, calendar: WorkingCalendar, now: datetime) -> WorkingTimeView:
    today, left = now.astimezone(ZoneInfo(calendar.zone)).date(), days_known(calendar, now)
    usual = calendar.opens, calendar.closes
    other = {weekday: (opens, closes) for weekday, opens, closes in calendar.hours}
    return WorkingTimeView(
        name,
        week=tuple(other.get(d, usual) if d in calendar.weekdays else None for d in range(7)),
        all_year=not calendar.terms,
        terms=tuple(term for term in calendar.terms if term[1] >= today),
        terms_end=calendar.known_until,
        terms_end_soon=left is not None and left < NOTICE_DAYS,
        closures=tuple(sorted(day for day in calendar.closures if day >= today)),
    )


def name_of(account: int) -> str:
    """The display name of an account. Raises LookupError for an unknown one."""
    with reading() as unit:
        name = unit.session.execute(select(Account.name).where(Account.id == account)).scalar_one_or_none()
        if name is None:
            raise LookupError(f"no account {account}")
        return name


def _post(known: directory.Directory, post: directory.HeldPost) -> PostView:
    return PostView(
        post.agency,
        post.tier,
        post.line,
        post.title,
        tuple(p.name for p in post.holders),
        tuple(p.name for p in post.deputies),
        known.whom_to_tell(post)[1],
        any(not p.mail_ok for p in post.holders),
    )


def _views(unit: Unit, ids: set[int]) -> tuple[PartnershipView, ...]:
    rows = unit.session.execute(
        select(*Partnership.__table__.c).where(Partnership.id.in_(sorted(ids))).order_by(Partnership.name)
    )
    return tuple(partnership_view(row) for row in rows)
