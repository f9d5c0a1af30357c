"""The invented partnership of the demo, and some months of invented history, played through the
real services under a clock that is set back and then let go."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files

from sqlalchemy import select, update

from escalation.models import Account, Agency, Appointment, Holding, Partnership, Post
from escalation.models.offices import Office
from escalation.models.types import AnyRow
from escalation.services import (
    appointments,
    concerns,
    lapses,
    moves,
    moving_clock,
    people,
    places,
    reminders,
    setting_up,
)
from escalation.services.submissions import new_key
from escalation.services.unit import Unit, reading, writing
from workflows import commands as c
from workflows.loader import shipped, text_of
from workflows.vocabulary import Urgency

PARTNERSHIP = "Northtown Safeguarding Partnership"
PROTOCOL = "four-stage-2026.1"
OFFICERS = (
    ("Pia Nolan", "pia.nolan@demo.invalid", Office.PRIVACY_OFFICER),
    ("Victor Lamb", "victor.lamb@demo.invalid", Office.BOARD_MEMBER),
    ("Ivy Chandra", "ivy.chandra@demo.invalid", Office.INSPECTOR),
)


def is_loaded() -> bool:
    """True when the demo partnership is there already."""
    with reading() as unit:
        return unit.session.execute(select(Partnership.id)).first() is not None


def load(password_hash: str, *, history: bool = True, deliver: Callable[[], object] = lambda: None) -> str:
    """Loads the partnership and its people, all with one password, and plays the history.

    `deliver` hands over the mails that are owed, at the end of each day of the history: left until its
    end they would be months late. Gives the partnership's public id.
    """
    moving_clock.make_movable()
    if history:
        moving_clock.move(timedelta(days=-150))
    made = setting_up.set_up(_partnership())
    people.import_people(files("escalation.demo").joinpath("people.csv").read_text(encoding="utf-8"))
    if history:
        _appoint(made.partnership)
    with writing() as unit:
        unit.session.execute(update(Account).values(password=password_hash))
    if history:
        _play(made.partnership, deliver)
    return made.partnership


def _appoint(partnership: str) -> None:
    """The people with an office and no post: look-ups, erasure and suppressed measures are for them."""
    with writing() as unit:
        place = appointments.partnership_row(unit, partnership)
        for name, email, office in OFFICERS:
            people.account_of(unit, email, name)
            appointments.appoint(unit, place, appointments.NewAppointment(email, office))


def _partnership() -> setting_up.NewPartnership:
    return setting_up.NewPartnership(
        name=PARTNERSHIP,
        service_name="Professional challenge",
        reference_prefix="NC",
        nation="ENG",
        zone="Europe/London",
        duty_phone="020 7946 0018",
        office_phone="020 7946 0019",
        office_hours="weekdays 9am to 5pm",
        office_address="board.office@demo.invalid",
        administrator_name="Kate Rowan",
        administrator_email="kate.rowan@demo.invalid",
        protocol=text_of(shipped()[PROTOCOL]),
    )


def accounts() -> Mapping[str, tuple[int, str]]:
    """Account id and name by the part of the address before the @."""
    with reading() as unit:
        rows = unit.session.execute(select(Account.id, Account.email, Account.name)).all()
        return {row.email.partition("@")[0]: (row.id, row.name) for row in rows}


class _Cast:
    """The people of the history, by the part of their address before the @."""

    def __init__(self, partnership: str, deliver: Callable[[], object]) -> None:
        self.partnership, self.deliver = partnership, deliver
        self.ids = {name: account for name, (account, _) in accounts().items()}

    def raises(self, who: str, agency: str, role: str, concern: c.RaiseConcern) -> str:
        choices = places.agencies_to_challenge(self.ids[who], self.partnership)
        to = next(a.public_id for a in choices if a.name == agency)
        new = concerns.NewConcern(self.partnership, to, role, concern)
        return concerns.raise_concern(self.ids[who], new, new_key()).public_id

    def does(self, who: str, case: str, command: c.Command) -> None:
        moves.make_move(case, self.ids[who], command, new_key())

    def later(self, days: int) -> None:
        """Days pass, and whatever falls due in them happens as it would have."""
        for _ in range(days):
            self.deliver()
            moving_clock.move(timedelta(days=1))
            reminders.remind()
            lapses.lapse_overdue()
        self.deliver()


def _concern(reference: str, decision: str, risk: str, request: str, urgency: Urgency) -> c.RaiseConcern:
    return c.RaiseConcern(
        person_reference=reference, decision=decision, risk=risk, request=request, urgency=urgency
    )


def _play(partnership: str, deliver: Callable[[], object]) -> None:
    """Five months in Northtown: one changed, one kept, one moved by silence, one withdrawn."""
    cast = _Cast(partnership, deliver)
    _school_is_heard(cast)
    cast.later(18)
    _housing_waits(cast)
    cast.later(6)
    _hospital_withdraws(cast)
    cast.later(11)
    _back_to_now()


def _school_is_heard(cast: _Cast) -> None:
    case = cast.raises(
        "nadia.khan",
        "Northtown Children's Social Care",
        "social_worker",
        _concern("HP-204", "No further action after a referral", "A pupil has told us twice of being hit",
                 "Another look, with what the pupil said", Urgency.NEXT_DAYS),
    )  # fmt: skip
    cast.later(1)
    cast.does("owen.bright", case, c.Support())
    cast.later(2)
    cast.does("farah.aziz", case, c.ChangeDecision(reasons="We had not seen what was said in September."))
    cast.later(1)
    cast.does(
        "nadia.khan", case, c.AgreeSettlement(outcome="An assessment was opened and the pupil was seen.")
    )
    cast.later(31)
    cast.does("nadia.khan", case, c.AnswerFollowUp(safer=c.Safer.YES, how_known="The pupil says so.",
                                                   safe_to_raise=c.SafeToRaise.YES))  # fmt: skip


def _housing_waits(cast: _Cast) -> None:
    case = cast.raises(
        "bea.lindqvist",
        "Northtown Children's Social Care",
        "social_worker",
        _concern("T-88", "Case closed while the tenancy is at risk", "Two children may lose their home",
                 "Keep it open until they are housed", Urgency.NOT_URGENT),
    )  # fmt: skip
    cast.later(11)
    cast.does("colin.drake", case, c.KeepDecision(reasons="The threshold is not met.",
                                                  would_change_mind="A date for the eviction."))  # fmt: skip
    cast.later(1)
    cast.does("bea.lindqvist", case, c.AgreeSettlement(outcome="The family has a support worker."))
    cast.later(31)
    cast.does("bea.lindqvist", case, c.AnswerFollowUp(safer=c.Safer.NOT_KNOWN, how_known="They moved away."))


def _hospital_withdraws(cast: _Cast) -> None:
    case = cast.raises(
        "james.whitfield",
        "Northtown Children's Social Care",
        "social_worker",
        _concern("W-3", "Discharge was asked for before a plan", "The baby would go home to no support",
                 "A plan before discharge", Urgency.TODAY),
    )  # fmt: skip
    cast.does("james.whitfield", case, c.Withdraw(reasons="A plan was agreed by telephone."))


def _back_to_now() -> None:
    moving_clock.let_go()


@dataclass(frozen=True, slots=True)
class CastMember:
    """One of the demo's people in one of their posts, or in an office beside the posts."""

    account: int
    name: str
    title: str
    agency: str
    kind: str


def cast_list() -> tuple[CastMember, ...]:
    """Everybody who can be signed in as: first who holds a post, in the order of the file."""
    with reading() as unit:
        return tuple(CastMember(*row) for row in (*_with_posts(unit), *_with_offices(unit)))


def _with_posts(unit: Unit) -> Iterator[AnyRow]:
    yield from unit.session.execute(
        select(Account.id, Account.name, Post.title, Agency.name, Holding.kind)
        .join(Holding, Holding.account_id == Account.id)
        .join(Post, (Post.partnership_id == Holding.partnership_id) & (Post.id == Holding.post_id))
        .join(Agency, Agency.id == Post.agency_id)
        .order_by(Agency.kind != "general_practice", Agency.name, Post.id, Holding.id)
    )


def _with_offices(unit: Unit) -> Iterator[tuple[int, str, str, str, str]]:
    rows = unit.session.execute(
        select(Account.id, Account.name, Appointment.office)
        .join(Appointment, Appointment.account_id == Account.id)
        .where(appointments.running(unit))
        .order_by(Appointment.id)
    )
    for row in rows:
        yield row.id, row.name, row.office.replace("_", " ").capitalize(), "The board", "office"
