"""Once a quarter somebody who answers for an agency looks at who has access there: opened, told, reminded.

A review is opened for each agency in which somebody has held a post since before the quarter. Its page,
and what is signed, is `access_review`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from sqlalchemy import and_, exists, func, insert, select, update
from sqlalchemy.orm import aliased

from escalation.models import AccessReview, Holding, Membership, Post
from escalation.models.types import AnyRow, AnySelect
from escalation.security.permissions import Role, role_of_tier
from escalation.services import directory, in_turn, office_mail, restored
from escalation.services.unit import Unit, reading, retried, writing
from workflows.vocabulary import Tier

NAME = "access_review_due"
DAYS, REMINDER = 20, timedelta(days=7)
"""Working days until it is due, and how long before that those who have not signed are reminded."""
SIGNING = frozenset({Role.MANAGER, Role.SENIOR})
"""The roles that answer for the people of their own agency."""


@dataclass(slots=True)
class Opened:
    """How many reviews were opened, and of how many somebody was reminded."""

    opened: int = 0
    reminded: int = 0


def quarter_of(day: date) -> str:
    """For example 2026-Q4."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def open_and_remind() -> Opened:
    """Opens the reviews of this quarter, once, and reminds of those that are due within a week."""
    with reading() as unit:
        if restored.standstill(unit) or not any(_todo(unit, place) for place in in_turn.partnerships(unit)):
            return Opened()
    return _carry_out()


def _todo(unit: Unit, place: AnyRow) -> bool:
    return bool(_missing(unit, place) or _to_remind(unit, place))


@retried
def _carry_out() -> Opened:
    with writing() as unit:
        done = Opened()
        for place in in_turn.partnerships(unit):
            missing, late = _missing(unit, place), _to_remind(unit, place)
            for agency, quarter in missing:
                _open(unit, place, agency, quarter)
            for row in late:
                _remind(unit, row)
            done.opened, done.reminded = done.opened + len(missing), done.reminded + len(late)
        return done


def overdue(unit: Unit, partnership: int) -> int:
    """Of how many agencies of a partnership nobody signed a list in time, nor any later one."""
    return len(unsigned(unit, partnership))


def unsigned(unit: Unit, partnership: int) -> Mapping[int, str]:
    """By agency, the newest quarter whose list is past its time, where no list was signed since."""
    later = aliased(AccessReview)
    signed_since = exists().where(
        later.partnership_id == AccessReview.partnership_id,
        later.agency_id == AccessReview.agency_id,
        later.quarter > AccessReview.quarter,
        later.signed_at.is_not(None),
    )
    rows = unit.session.execute(
        select(AccessReview.agency_id, func.max(AccessReview.quarter).label("quarter"))
        .where(AccessReview.partnership_id == partnership)
        .where(AccessReview.signed_at.is_(None), AccessReview.due_at < unit.now, ~signed_since)
        .group_by(AccessReview.agency_id)
    )
    return {row.agency_id: row.quarter for row in rows}


def signers(unit: Unit, partnership: int, agency: int) -> frozenset[int]:
    """Everybody who answers for an agency's people today: its managers and seniors, and their deputies."""
    known = directory.directory_of(unit.session, partnership, [agency], unit.now)
    posts = (p for p in known.posts.values() if p.agency_id == agency and _answers(p.tier))
    return frozenset(account for post in posts for account in post.accounts)


def office(unit: Unit, partnership: int) -> frozenset[int]:
    """Everybody in the board office today, deputies too."""
    board = directory.board_agency(unit.session, partnership)
    known = directory.directory_of(unit.session, partnership, [board.id], unit.now)
    posts = (p for p in known.posts.values() if p.tier == Tier.OFFICE)
    return frozenset(account for post in posts for account in post.accounts)


def _answers(tier: str) -> bool:
    return role_of_tier(Tier(tier)) in SIGNING


def _missing(unit: Unit, place: AnyRow) -> list[tuple[int, str]]:
    """Agency and quarter of every review of a partnership that is to be opened."""
    today = unit.now.astimezone(ZoneInfo(place.zone)).date()
    quarter = quarter_of(today)
    agencies = unit.session.execute(_without_review(unit, place, quarter, _start(today, place.zone)))
    return [(agency, quarter) for agency in agencies.scalars()]


def _start(day: date, zone: str) -> datetime:
    first = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    return datetime.combine(first, time(), ZoneInfo(zone)).astimezone(UTC)


def _without_review(unit: Unit, place: AnyRow, quarter: str, start: datetime) -> AnySelect:
    of_quarter = and_(
        AccessReview.partnership_id == Membership.partnership_id,
        AccessReview.agency_id == Membership.agency_id,
        AccessReview.quarter == quarter,
    )
    held = (
        select(Holding.id)
        .join(Post, and_(Post.partnership_id == Holding.partnership_id, Post.id == Holding.post_id))
        .where(Holding.partnership_id == place.id, Post.agency_id == Membership.agency_id)
        .where(Holding.from_at < start, directory.is_current(unit.now))
    )
    return (
        select(Membership.agency_id)
        .where(
            Membership.partnership_id == place.id,
            held.exists(),
            ~select(AccessReview).where(of_quarter).exists(),
        )
        .order_by(Membership.agency_id)
    )


def _open(unit: Unit, place: AnyRow, agency: int, quarter: str) -> None:
    calendar = directory.calendar_of(directory.board_agency(unit.session, place.id))
    today = unit.now.astimezone(ZoneInfo(calendar.zone)).date()
    day = next(islice(calendar.working_days_after(today), DAYS - 1, None))
    key = {"partnership_id": place.id, "agency_id": agency, "quarter": quarter}
    unit.session.execute(insert(AccessReview).values(**key, opened_at=unit.now, due_at=calendar.closing(day)))
    _tell(unit, place.id, agency, f"{NAME}:{place.id}:{quarter}")


def _to_remind(unit: Unit, place: AnyRow) -> list[AnyRow]:
    waits = (AccessReview.signed_at.is_(None), AccessReview.reminded_at.is_(None))
    here = (AccessReview.partnership_id == place.id, AccessReview.due_at <= unit.now + REMINDER)
    return list(unit.session.execute(select(*AccessReview.__table__.c).where(*waits, *here)))


def _remind(unit: Unit, row: AnyRow) -> None:
    unit.session.execute(
        update(AccessReview)
        .where(
            AccessReview.partnership_id == row.partnership_id,
            AccessReview.agency_id == row.agency_id,
            AccessReview.quarter == row.quarter,
        )
        .values(reminded_at=unit.now)
    )
    _tell(unit, row.partnership_id, row.agency_id, f"{NAME}:{row.partnership_id}:{row.quarter}:again")


def _tell(unit: Unit, partnership: int, agency: int, key: str) -> None:
    """One mail for each person and quarter, however many agencies they answer for; the office always."""
    for account in sorted(signers(unit, partnership, agency) | set(office_mail.office_of(unit, partnership))):
        office_mail.owe(unit, partnership, account, NAME, key)
