"""Look-ups that a privacy officer may want to ask about: figures from the log of who opened which case, and
of who looked for cases by a number.

None of them says that something was wrong. Somebody on duty opens cases at night, and a new post begins
with reading. It names people, references and counts, and nothing that stands in a case.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from escalation.models import (
    Account,
    Case,
    EventRow,
    NumberSearch,
    OpenedGlass,
    Partnership,
    ReadEntry,
    TakenOut,
)
from escalation.models.types import AnyRow
from escalation.reporting.reading import partnership_for, session
from escalation.security import wall
from escalation.security.permissions import BoardAct

WEEK, WEEKS = timedelta(days=7), 12
"""What somebody usually does is the median of so many weeks before the last one."""
ENOUGH = 4
"""With fewer weeks of one's own there is nothing usual to compare with."""
MANY, TIMES = 5, 3
"""Unusual: so many cases at least, and so many times one's own median."""
RECENT, GLASS = timedelta(days=28), timedelta(days=92)
FROM_HOUR, TO_HOUR = 7, 20


@dataclass(frozen=True, slots=True)
class Opening:
    """Somebody opened a case."""

    account: int
    case: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Unusual:
    """A person and how many cases they opened in the last seven days; `usual` is their own median week,
    None where they are too new to have one."""

    account: int
    name: str
    last_week: int
    usual: float | None


@dataclass(frozen=True, slots=True)
class Openings:
    """A person, how often, and in which cases, by reference."""

    account: int
    name: str
    count: int
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Glass:
    """A case that somebody without a seat opened, for a stated kind of reason, and what the review said."""

    account: int
    name: str
    reference: str
    reason: str
    opened_at: datetime
    finding: str | None


@dataclass(frozen=True, slots=True)
class Searches:
    """How often a person looked for cases by a number in RECENT: `nhs` of them by an NHS number, `in_vain`
    found nothing that they may read. `last` is when, and `last_found` how many were found then."""

    account: int
    name: str
    count: int
    nhs: int
    in_vain: int
    last: datetime
    last_found: int


@dataclass(frozen=True, slots=True)
class Taken:
    """A case that an operator wrote into a file: who, for whom as they say, why, and how much was in it."""

    at: datetime
    reference: str
    operator: str
    asked_by: str
    why: str
    events: int
    statements: int
    reads: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Lookups:
    """The whole report of one partnership, as it is now."""

    at: datetime
    zone: str
    unusual: tuple[Unusual, ...]
    outside_hours: tuple[Openings, ...]
    never_acted: tuple[Openings, ...]
    glass: tuple[Glass, ...]
    searches: tuple[Searches, ...] = ()
    taken: tuple[Taken, ...] = ()


def report(account: int, partnership: str) -> Lookups:
    """The report, for a privacy officer. Raises NotFound for a stranger, NotAllowed for everybody else."""
    with session() as (opened, now):
        place = partnership_for(opened, account, partnership, now, BoardAct.READ_LOOKUPS)
        return _report(opened, place, now)


def report_for_operator(name: str | None) -> Lookups:
    """The same on the command line. Raises LookupError unless exactly one partnership is meant."""
    with session() as (opened, now):
        query = select(Partnership.id)
        query = query if name is None else query.where(Partnership.name == name)
        ids = opened.execute(query).scalars().all()
        if len(ids) != 1:
            raise LookupError("name one partnership with --partnership")
        wall.turn(opened.connection(), wall.of_partnership(ids[0]))
        return _report(opened, ids[0], now)


def _report(opened: Session, place: int, now: datetime) -> Lookups:
    since = now - WEEK * (WEEKS + 1)
    entries = opened.execute(
        select(ReadEntry.account_id, ReadEntry.case_id, ReadEntry.at)
        .where(ReadEntry.partnership_id == place, ReadEntry.at > since)
        .order_by(ReadEntry.id)
    )
    openings = [Opening(*row) for row in entries]
    recent = [o for o in openings if o.at > now - RECENT]
    zone = opened.execute(select(Partnership.zone).where(Partnership.id == place)).scalar_one()
    names = _names(opened, {o.account for o in openings})
    references = _references(opened, place, {o.case for o in recent})
    acted = _acted(opened, place, {o.case for o in recent})
    return Lookups(
        now,
        zone,
        unusual(openings, names, now),
        _grouped([o for o in recent if is_outside_hours(o.at, zone)], names, references),
        _grouped(_first_of_each(o for o in recent if (o.account, o.case) not in acted), names, references),
        _glass(opened, place, now),
        _searches(opened, place, now),
        _taken(opened, place, now),
    )


def unusual(openings: Collection[Opening], names: Mapping[int, str], now: datetime) -> tuple[Unusual, ...]:
    """Who opened many more cases in the last week than in their own usual one. Pure."""
    cases: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for o in openings:
        cases[o.account][int((now - o.at) / WEEK)].add(o.case)
    found = [
        Unusual(account, names.get(account, ""), last, _usual(weeks))
        for account, weeks in cases.items()
        if (last := len(weeks.get(0, ()))) >= MANY
    ]
    kept = [u for u in found if u.usual is None or u.last_week >= TIMES * u.usual]
    return tuple(sorted(kept, key=lambda u: (-u.last_week, u.name)))


def _usual(weeks: Mapping[int, Collection[int]]) -> float | None:
    """The median of a person's own weeks, from the first in which they opened anything."""
    first = max(weeks)
    before = [len(weeks.get(n, ())) for n in range(1, min(first, WEEKS) + 1)]
    return float(median(before)) if len(before) >= ENOUGH else None


def is_outside_hours(at: datetime, zone: str) -> bool:
    """True at a weekend, and between 8pm and 7am."""
    local = at.astimezone(ZoneInfo(zone))
    return local.weekday() > 4 or not FROM_HOUR <= local.hour < TO_HOUR


def _first_of_each(openings: Iterable[Opening]) -> list[Opening]:
    """Each person's first opening of each case."""
    return list({(o.account, o.case): o for o in openings}.values())


def _grouped(
    openings: Iterable[Opening], names: Mapping[int, str], references: Mapping[int, str]
) -> tuple[Openings, ...]:
    by_person: dict[int, list[Opening]] = defaultdict(list)
    for o in openings:
        by_person[o.account].append(o)
    rows = (
        Openings(a, names.get(a, ""), len(os), tuple(sorted({references[o.case] for o in os})))
        for a, os in by_person.items()
    )
    return tuple(sorted(rows, key=lambda row: (-row.count, row.name)))


def _names(opened: Session, accounts: Collection[int]) -> dict[int, str]:
    rows = opened.execute(select(Account.id, Account.name).where(Account.id.in_(sorted(accounts))))
    return {row.id: row.name for row in rows}


def _references(opened: Session, place: int, cases: Collection[int]) -> dict[int, str]:
    of_place = (Case.partnership_id == place, Case.id.in_(sorted(cases)))
    return {row.id: row.reference for row in opened.execute(select(Case.id, Case.reference).where(*of_place))}


def _acted(opened: Session, place: int, cases: Collection[int]) -> set[tuple[int, int]]:
    """(account, case) of everybody who ever did anything in one of these cases."""
    rows: Any = opened.execute(
        select(EventRow.actor_id, EventRow.case_id)
        .where(EventRow.partnership_id == place, EventRow.case_id.in_(sorted(cases)))
        .where(EventRow.actor_id.is_not(None))
        .distinct()
    )
    return {(row.actor_id, row.case_id) for row in rows}


def _glass(opened: Session, place: int, now: datetime) -> tuple[Glass, ...]:
    rows: Iterable[AnyRow] = opened.execute(
        select(
            OpenedGlass.account_id, Account.name, Case.reference, OpenedGlass.reason, OpenedGlass.opened_at,
            OpenedGlass.finding,
        )
        .join(Account, Account.id == OpenedGlass.account_id)
        .join(Case, (Case.partnership_id == OpenedGlass.partnership_id) & (Case.id == OpenedGlass.case_id))
        .where(OpenedGlass.partnership_id == place, OpenedGlass.opened_at > now - GLASS)
        .order_by(OpenedGlass.opened_at.desc())
    )  # fmt: skip
    return tuple(Glass(*row) for row in rows)


def _searches(opened: Session, place: int, now: datetime) -> tuple[Searches, ...]:
    rows = opened.execute(
        select(NumberSearch.account_id, NumberSearch.kind, NumberSearch.found, NumberSearch.at)
        .where(NumberSearch.partnership_id == place, NumberSearch.at > now - RECENT)
        .order_by(NumberSearch.id)
    ).all()
    by_person: dict[int, list[AnyRow]] = defaultdict(list)
    for row in rows:
        by_person[row.account_id].append(row)
    names = _names(opened, by_person)
    found = (_searched(account, names.get(account, ""), rows) for account, rows in by_person.items())
    return tuple(sorted(found, key=lambda row: (-row.count, row.name)))


def _searched(account: int, name: str, rows: list[AnyRow]) -> Searches:
    nhs, in_vain = sum(r.kind == "nhs" for r in rows), sum(not r.found for r in rows)
    return Searches(account, name, len(rows), nhs, in_vain, rows[-1].at, rows[-1].found)


def _taken(opened: Session, place: int, now: datetime) -> tuple[Taken, ...]:
    of = TakenOut
    rows: Iterable[AnyRow] = opened.execute(
        select(
            of.at, Case.reference, of.operator, of.asked_by, of.why, of.events, of.statements, of.reads,
            of.sha256,
        )
        .join(Case, (Case.partnership_id == of.partnership_id) & (Case.id == of.case_id))
        .where(of.partnership_id == place, of.at > now - GLASS)
        .order_by(of.at.desc(), of.id.desc())
    )  # fmt: skip
    return tuple(Taken(*row) for row in rows)
