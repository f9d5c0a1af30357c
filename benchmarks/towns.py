"""Partnerships with their agencies, posts and people, and one case of each kind, made by the real services.

Time is moved by hand over two weeks of November 2026, so that every run finds the same days:

    Wed 4    the towns are set up; cases that will be silent are raised
    Mon 9    cases are raised that nobody will answer: they fall due on Monday 16 at 17:00
    Wed 11   the first lapse, and go to the heads of service
    Thu 12   cases are raised that run on, and are supported on Friday
    Mon 16   cases are raised; on every day mails leave and reminders are given
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Self

from sqlalchemy import select, update

from escalation.models import Account, Case, Holding
from escalation.services import (
    concerns,
    delivery,
    lapses,
    moves,
    moving_clock,
    people,
    places,
    reminders,
    setting_up,
)
from escalation.services.submissions import new_key
from escalation.services.unit import across_partnerships, reading, writing
from notifications.message import Message
from workflows.commands import RaiseConcern, Support
from workflows.loader import shipped, text_of

DUE = datetime(2026, 11, 16, 17, 0, tzinfo=UTC)
"""When the due cases fall due."""
TOWNS = {"Easton": "EA", "Westbury": "WE", "Southam": "SO", "Midford": "MI", "Northtown": "NC"}
PROTOCOL = "four-stage-2026.1"


@dataclass(frozen=True, slots=True)
class _Route:
    """Who raises, who supports, and who is challenged; each town has three of the six."""

    raiser: str
    lead: str
    agency: str
    role: str


_ROUTES = (
    _Route("amara.lewis", "priya.nair", "{} Hospitals", "doctor"),
    _Route("amara.lewis", "priya.nair", "{} Children's Social Care", "social_worker"),
    _Route("nadia.khan", "owen.bright", "{} Children's Social Care", "social_worker"),
    _Route("leah.brooks", "tom.hadley", "{} Hospitals", "nurse"),
    _Route("james.whitfield", "ewan.fraser", "{} Children's Social Care", "social_worker"),
    _Route("nadia.khan", "owen.bright", "{} Housing", "housing"),
)
_CONCERN = RaiseConcern(
    person_reference="HP-2041",
    decision="The referral was closed after one visit, with no further action and no plan for the household.",
    risk="Two children of four and six. An older child has said three times at school that an adult in the "
    "house hits them; nobody has spoken with that child alone. There was a head injury in the spring.",
    request="Speak with the older child alone, ask the surgery what was seen in the spring, and decide again "
    "with the school, the surgery and the health visitor in one room.",
)


@dataclass(frozen=True, slots=True)
class Templates:
    """Ids of the cases made by the services: those that fall due at DUE, and those that run on."""

    due: tuple[int, ...]
    running: tuple[int, ...]


def build() -> Templates:
    """Sets up the towns and makes the cases, with the clock left just before DUE."""
    moving_clock.make_movable()
    moving_clock.move_to(_at(4, 10))
    towns = [_set_up(town, prefix) for town, prefix in TOWNS.items()]
    routes = [(town, route) for n, town in enumerate(towns) for route in _ROUTES[n % 2 :: 2]]
    silent = [_raise(*each) for each in routes]
    _support(silent, _at(5, 10))
    moving_clock.move_to(_at(9, 10))
    due = [_raise(*each) for each in routes]
    _support(due, _at(10, 10))
    _day(_at(11, 10))
    _day(_at(11, 18))
    moving_clock.move_to(_at(12, 10))
    supported = [_raise(*each) for each in routes]
    _support(supported, _at(13, 10))
    moving_clock.move_to(_at(16, 9))
    fresh = [_raise(*each) for each in routes]
    _day(_at(16, 10))
    moving_clock.move_to(DUE - timedelta(minutes=1))
    return Templates(_ids(due), _ids(silent + supported + fresh))


def at_due(seconds: float = 5) -> None:
    """Sets the service's clock to so many seconds after DUE (before it, if negative)."""
    moving_clock.move_to(DUE + timedelta(seconds=seconds))


@dataclass(frozen=True, slots=True)
class _Town:
    name: str
    partnership: str
    ids: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Raised:
    public_id: str
    lead: int


def _at(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def _set_up(town: str, prefix: str) -> _Town:
    domain = f"@{town.lower()}.invalid"
    made = setting_up.set_up(
        setting_up.NewPartnership(
            name=f"{town} Safeguarding Partnership",
            service_name="Professional challenge",
            reference_prefix=prefix,
            nation="ENG",
            zone="Europe/London",
            duty_phone="020 7946 0018",
            office_phone="020 7946 0019",
            office_hours="weekdays 9am to 5pm",
            office_address=f"board.office{domain}",
            administrator_name="Kate Rowan",
            administrator_email=f"kate.rowan{domain}",
            protocol=text_of(shipped()[PROTOCOL]),
        )
    )
    text = files("escalation.demo").joinpath("people.csv").read_text(encoding="utf-8")
    text = text.replace("Northtown", town).replace("@demo.invalid", domain)
    text = text.replace("Riverside", f"{town} Riverside").replace("Hillside", f"{town} Hillside")
    people.import_people(text, made.partnership)
    with writing() as unit:
        rows = unit.session.execute(select(Account.id, Account.email).where(Account.email.endswith(domain)))
        ids = {row.email.partition("@")[0]: row.id for row in rows}
        # In two towns a manager is away, and the deputy stands in.
        if prefix in ("EA", "MI"):
            unit.session.execute(
                update(Holding)
                .where(Holding.account_id == ids["sam.okafor"])
                .values(away_until=DUE + timedelta(days=30))
            )
    return _Town(town, made.partnership, ids)


def _raise(town: _Town, route: _Route) -> _Raised:
    raiser = town.ids[route.raiser]
    choices = {c.name: c.public_id for c in places.agencies_to_challenge(raiser, town.partnership)}
    new = concerns.NewConcern(town.partnership, choices[route.agency.format(town.name)], route.role, _CONCERN)
    return _Raised(concerns.raise_concern(raiser, new, new_key()).public_id, town.ids[route.lead])


def _support(raised: list[_Raised], when: datetime) -> None:
    _day(when)
    for case in raised:
        moves.make_move(case.public_id, case.lead, Support(), new_key())


def _day(when: datetime) -> None:
    """Comes to an instant; what falls due by then happens, and every mail leaves."""
    moving_clock.move_to(when)
    reminders.remind()
    lapses.lapse_overdue()
    delivery.deliver(_ROOM)


class _Letterbox:
    """A mailer that takes every mail."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        return None

    def send(self, message: Message) -> None:
        """Takes it."""


_ROOM = delivery.PostRoom(_Letterbox, "http://localhost", "challenge@board.invalid", "board.invalid", {})


def _ids(raised: list[_Raised]) -> tuple[int, ...]:
    with reading(across_partnerships("the cases of every town are looked up")) as unit:
        wanted = [case.public_id for case in raised]
        rows = unit.session.execute(select(Case.id).where(Case.public_id.in_(wanted)).order_by(Case.id))
        return tuple(rows.scalars())
