"""The board's figures, counted a second time: from a diary of what was done, and not from the database.

A history is made up at random and played through the real services, while a diary is kept of it by hand:
who raised what, what was answered, whose time ran out. The diary knows the procedure only as a person
does, by the table of times below, a list of bank holidays and the hours of the agencies, and counts
its own lines. What it says and what the measures say must be the same, figure for figure.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from escalation.demo import data
from escalation.errors import NotFound
from escalation.reporting import measures, reading
from escalation.reporting.measures import BoardMeasures
from escalation.reporting.reading import Record
from escalation.services import concerns, lapses, moves, places, work
from escalation.services.submissions import new_key
from tests.support.movable_clock import MovableClock
from workflows import commands as c
from workflows.vocabulary import Urgency

LONDON = ZoneInfo("Europe/London")
BANK_HOLIDAYS = {
    2026: {(4, 3), (4, 6), (5, 4), (5, 25), (8, 31), (12, 25), (12, 28)},
    2027: {(1, 1), (3, 26), (3, 29), (5, 3), (5, 31), (8, 30), (12, 27), (12, 28)},
}

SURGERY, HOSPITAL, CARE = "Riverside Surgery", "Northtown Hospitals", "Northtown Children's Social Care"
SCHOOL, POLICE, HOUSING, BOARD = (
    "Hillside Primary School",
    "Northtown Police",
    "Northtown Housing",
    "the board",
)
AGENCIES = (SURGERY, HOSPITAL, CARE, SCHOOL, POLICE, HOUSING)
CLOSES = {SURGERY: time(18, 30), SCHOOL: time(16, 0)}
"""All others close at five."""
RAISER = {SURGERY: "amara.lewis", HOSPITAL: "james.whitfield", CARE: "leah.brooks", SCHOOL: "nadia.khan",
          POLICE: "jo.fielding", HOUSING: "bea.lindqvist"}  # fmt: skip
LEAD = {SURGERY: "priya.nair", HOSPITAL: "ewan.fraser", CARE: "tom.hadley", SCHOOL: "owen.bright"}
MANAGER = {HOSPITAL: "sam.okafor", CARE: "farah.aziz", SCHOOL: "sally.weaver", POLICE: "ian.mercer",
           HOUSING: "des.conroy"}  # fmt: skip
HEAD = {SURGERY: "helen.marsh", HOSPITAL: "margaret.osei", CARE: "colin.drake", SCHOOL: "marcus.hill",
        HOUSING: "yvonne.clarke"}  # fmt: skip
ROLE = {SURGERY: "doctor", HOSPITAL: "doctor", CARE: "social_worker", SCHOOL: "teacher", POLICE: "police",
        HOUSING: "housing"}  # fmt: skip

REVIEW, SENIOR, ARBITRATION = "Manager review", "Senior challenge", "Board arbitration"
FOLLOW_UP, CLOSED = "Follow-up", "Closed"
UP = {REVIEW: SENIOR, SENIOR: ARBITRATION}
ON_ENTERING = {REVIEW: ("reply", "view"), SENIOR: ("position",), ARBITRATION: ("decision",),
               FOLLOW_UP: ("follow-up",), CLOSED: ()}  # fmt: skip


@dataclass(frozen=True)
class Time:
    """How many working days somebody has, on the usual and on the urgent track, and when asked again."""

    usual: int
    urgent: int
    again: int = 0
    climbs: bool = False


TIMES = {
    "reply": Time(5, 1, climbs=True),
    "position": Time(3, 1, climbs=True),
    "view": Time(2, 1),
    "information": Time(2, 1, again=1),
    "answer": Time(3, 1, again=2),
    "decision": Time(10, 2, again=2),
    "follow-up": Time(30, 30, again=5),
}
"""All in working days but the follow-up, which is asked for after thirty days of the calendar."""


def works(day: date) -> bool:
    return day.weekday() < 5 and (day.month, day.day) not in BANK_HOLIDAYS[day.year]


def next_working(day: date) -> date:
    while not works(day):
        day += timedelta(days=1)
    return day


def due(told: datetime, days: int, agency: str, *, calendar_days: bool = False) -> datetime:
    """When time is up: at closing time, after so many days; told after closing is told the next day."""
    closing, local = CLOSES.get(agency, time(17, 0)), told.astimezone(LONDON)
    after_hours = works(local.date()) and local.time() >= closing
    day = next_working(local.date() + timedelta(days=int(after_hours)))
    if calendar_days:
        day = next_working(day + timedelta(days=days))
    else:
        for _ in range(days):
            day = next_working(day + timedelta(days=1))
    return datetime.combine(day, closing, LONDON)


@dataclass
class Promise:
    """Somebody's time that runs. `late` when it ran out before and they were asked again."""

    due: datetime
    late: bool = False


@dataclass(frozen=True)
class Line:
    """One line of the diary: when, about which challenge, what happened, and a word more."""

    at: datetime
    number: int
    what: str
    more: str = ""


@dataclass
class Challenge:
    """One challenge as the diary knows it."""

    number: int
    case: str
    by: str
    first_to: str
    to: str
    urgent: bool
    stage: str = REVIEW
    running: dict[str, Promise] = field(default_factory=dict)
    asked_here: set[str] = field(default_factory=set)
    viewed: bool = False
    replied: bool = False
    passed_on: bool = False

    @property
    def answering(self) -> str | None:
        """Who may reply for the challenged side at this stage."""
        return (MANAGER if self.stage == REVIEW else HEAD).get(self.to)


class Diary:
    """Plays a history through the services, and writes down what was done and what silence did."""

    def __init__(self, clock: MovableClock, *, twice: bool) -> None:
        self.clock = clock
        self.twice = twice
        """Whether the same may be asked twice in a stage: a second question, a wrong door."""
        self.now = datetime(2026, 2, 2, 10, tzinfo=LONDON)
        clock.move(to=self.now)
        self.partnership = data.load("!", history=False)
        self.ids = {name: account for name, (account, _) in data.accounts().items()}
        choices = places.agencies_to_challenge(self.ids[RAISER[SURGERY]], self.partnership)
        self.agencies = {a.name: a.public_id for a in choices}
        self.lines: list[Line] = []
        self.challenges: list[Challenge] = []

    # what people do

    def raises(self, by: str, to: str, *, urgent: bool = False) -> Challenge:
        urgency = Urgency.TODAY if urgent else Urgency.NOT_SURE
        command = c.RaiseConcern(person_reference="T", decision="d", risk="r", request="q", urgency=urgency)
        new = concerns.NewConcern(self.partnership, self.agencies[to], ROLE[to], command)
        case = concerns.raise_concern(self.ids[RAISER[by]], new, new_key()).public_id
        one = Challenge(len(self.challenges), case, by, to, to, urgent)
        self.challenges.append(one)
        self.write(one, "raised")
        self.enters(one, REVIEW)
        return one

    def does(self, who: str, one: Challenge, command: c.Command) -> None:
        moves.make_move(one.case, self.ids[who], command, new_key())

    def write(self, one: Challenge, what: str, more: str = "") -> None:
        self.lines.append(Line(self.now, one.number, what, more))

    def enters(self, one: Challenge, stage: str) -> None:
        if one.asked_here:
            self.write(one, "left", one.stage)
        one.stage, one.replied, one.passed_on = stage, False, False
        one.running, one.asked_here = {}, {stage}
        self.write(one, "entered", stage)
        for name in ON_ENTERING[stage]:
            self.asks(one, name)

    def asks(self, one: Challenge, name: str, *, again: bool = False) -> None:
        given = TIMES[name]
        days = given.again if again else given.urgent if one.urgent else given.usual
        one.running[name] = Promise(self.ends(one, name, days, again=again), late=again)
        one.asked_here.add(name)
        self.write(one, "asked", one.stage)

    def ends(self, one: Challenge, name: str, days: int, *, again: bool = False) -> datetime:
        agency = {"reply": one.to, "position": one.to, "decision": BOARD}.get(name, one.by)
        return due(self.now, days, agency, calendar_days=name == "follow-up" and not again)

    def gives_view(self, one: Challenge, *, supports: bool) -> None:
        self.does(LEAD[one.by], one, c.Support() if supports else c.DeclineSupport(reasons="r"))
        one.viewed = True
        one.running.pop("view", None)
        if not supports:
            self.write(one, "lead declined")

    def replies(self, one: Challenge, who: str, *, changes: bool) -> None:
        keep = c.KeepDecision(reasons="r", would_change_mind="w")
        self.does(who, one, c.ChangeDecision(reasons="r") if changes else keep)
        if changes:
            self.write(one, "changed")
        one.replied = True
        if one.stage == ARBITRATION:
            return
        for name in ("reply", "position"):
            one.running.pop(name, None)
        if "answer" not in one.running:
            self.asks(one, "answer")

    def asks_information(self, one: Challenge, who: str) -> None:
        self.does(who, one, c.AskInformation(reasons="r"))
        if "information" not in one.running:
            self.asks(one, "information")

    def tells(self, one: Challenge, *, risk_rose: bool) -> None:
        self.does(RAISER[one.by], one, c.TellChange(what_changed="w", risk_rose=risk_rose))
        one.running.pop("information", None)
        if risk_rose:
            one.urgent = True
            for name, promise in one.running.items():
                promise.due = min(promise.due, self.ends(one, name, TIMES[name].urgent))

    def passes_on(self, one: Challenge, to: str) -> None:
        who = self.ids[MANAGER[one.to]]
        command = moves.pass_on_to(one.case, who, self.agencies[to], "r")
        with suppress(NotFound):  # it is passed on, and whoever did so has no part in it any more
            moves.make_move(one.case, who, command, new_key())
        one.to = to
        for name in ("reply", "information", "answer"):
            one.running.pop(name, None)
        one.passed_on, one.replied = True, False
        self.asks(one, "reply")

    def escalates(self, one: Challenge) -> None:
        self.does(RAISER[one.by], one, c.Escalate(reasons="r"))
        self.write(one, "moved up", "chosen")
        self.enters(one, UP[one.stage])

    def withdraws(self, one: Challenge, *, freely: bool) -> None:
        self.does(RAISER[one.by], one, c.Withdraw(reasons="r", freely=freely))
        self.write(one, "withdrawn", "freely" if freely else "not freely")
        self.enters(one, CLOSED)

    def accepts(self, one: Challenge) -> None:
        self.does(RAISER[one.by], one, c.AgreeSettlement(outcome="o"))
        self.enters(one, FOLLOW_UP)

    def settles(self, one: Challenge, who: str) -> None:
        self.does(RAISER[one.by], one, c.ProposeSettlement(outcome="o"))
        self.does(who, one, c.AgreeSettlement())
        self.enters(one, FOLLOW_UP)

    def decides(self, one: Challenge, changed: c.Changed) -> None:
        self.does("alan.meredith", one, c.RecordDecision(
            decision="d", reasons="r", alternatives="a", dissent="n", changed=changed, outcome="o"))  # fmt: skip
        if changed is not c.Changed.NO:
            self.write(one, "changed")
        self.enters(one, FOLLOW_UP)

    def follows_up(self, one: Challenge, safer: c.Safer) -> None:
        self.does(RAISER[one.by], one, c.AnswerFollowUp(safer=safer, how_known="h"))
        self.write(one, "followed up", safer)
        self.enters(one, CLOSED)

    # what time does

    def passes(self, **by: float) -> None:
        """Time passes; nobody looks yet."""
        self.now = (self.now.astimezone(LONDON).replace(tzinfo=None) + timedelta(**by)).replace(tzinfo=LONDON)
        self.clock.move(to=self.now)

    def sweeps(self) -> None:
        """Somebody looks at the clock: whatever is overdue has run out, the longest overdue first."""
        lapses.lapse_overdue()
        for one in self.challenges:
            while overdue := [name for name, p in one.running.items() if p.due <= self.now]:
                self.runs_out(one, min(overdue, key=lambda name: (one.running[name].due, TIMES[name].climbs)))

    def runs_out(self, one: Challenge, name: str) -> None:
        del one.running[name]
        self.write(one, "ran out", one.stage)
        if TIMES[name].climbs:
            self.write(one, "moved up", "silence")
            self.enters(one, UP[one.stage])
        elif TIMES[name].again:
            self.asks(one, name, again=True)

    def measured(self, period: str) -> BoardMeasures:
        return measures.board_measures(self.ids["kate.rowan"], self.partnership, period)


# ------------------------------------------------------------------------------ a random history


EVENING = 20
"""At ten in the morning every agency is at work, and at eight in the evening none is."""


def something_happens(diary: Diary, chance: Random) -> None:
    """One thing, of all that may happen in Northtown now."""
    options: list[Callable[[], None]] = [lambda: _somebody_raises(diary, chance)] * 3
    standing = [one for one in diary.challenges if one.stage != CLOSED]
    if standing:
        one = chance.choice(standing[-6:])
        options += _possible(diary, chance, one)
    chance.choice(options)()


def _somebody_raises(diary: Diary, chance: Random) -> None:
    # Of two agencies that close at the same hour two times can run out at the same instant; see below.
    by = chance.choice([SURGERY, SURGERY, SCHOOL, HOSPITAL, HOUSING])
    others = [a for a in AGENCIES if CLOSES.get(a) != CLOSES.get(by)]
    diary.raises(by, chance.choice(others), urgent=chance.random() < 0.3)


def _possible(diary: Diary, chance: Random, one: Challenge) -> list[Callable[[], None]]:
    maybe, who = chance.random() < 0.5, one.answering
    if one.stage == FOLLOW_UP:
        return [lambda: diary.follows_up(one, chance.choice(list(c.Safer)))]
    options: list[Callable[[], None]] = [lambda: diary.tells(one, risk_rose=maybe)]
    options += [lambda: diary.withdraws(one, freely=maybe)] * chance.randint(0, 1)
    if one.stage == ARBITRATION:
        return [*options, *[lambda: diary.decides(one, chance.choice(list(c.Changed)))] * 3]
    options += [lambda: diary.escalates(one)] * 2
    if one.replied:
        options += [lambda: diary.accepts(one)] * 3
    if one.stage == REVIEW and one.by in LEAD and not one.viewed:
        options += [lambda: diary.gives_view(one, supports=maybe)] * 2
    return options + (_of_the_other_side(diary, chance, one, who) if who else [])


def _of_the_other_side(diary: Diary, chance: Random, one: Challenge, who: str) -> list[Callable[[], None]]:
    maybe = chance.random() < 0.5
    options: list[Callable[[], None]] = [lambda: diary.replies(one, who, changes=maybe)] * 3
    options.append(lambda: diary.settles(one, who))
    if diary.twice or "information" not in one.asked_here:
        options.append(lambda: diary.asks_information(one, who))
    if diary.twice and one.stage == REVIEW and not one.passed_on:
        others = [a for a in MANAGER if a != one.to and CLOSES.get(a) != CLOSES.get(one.by)]
        options += [lambda: diary.passes_on(one, chance.choice(others))] * (2 if others else 0)
    return options


def some_weeks(diary: Diary, chance: Random, acts: int) -> None:
    """Things happen in the morning or the evening; in between days pass, and mostly somebody looks."""
    for _ in range(acts):
        something_happens(diary, chance)
        if chance.random() < 0.5:
            days, evening = chance.choice((0, 1, 1, 2, 3, 5)), diary.now.hour == EVENING
            if days or not evening:
                turned = chance.choice((0, -10 if evening else 10)) if days else 10
                diary.passes(days=days, hours=turned)
            diary.sweeps()


# ------------------------------------------------------------------------------ the two counts


Figures = Mapping[str, Any]


def from_the_diary(diary: Diary, since: date) -> Figures:
    """Every figure of the page, counted from the diary's lines about challenges raised since a day."""
    raised = {n.number for n in diary.lines if n.what == "raised" and n.at.astimezone(UTC).date() >= since}
    lines = [n for n in diary.lines if n.number in raised]
    counted = [one for one in diary.challenges if one.number in raised]
    count = Counter((n.what, n.more) for n in lines)
    about = {what: {n.number for n in lines if n.what == what} for what in ("changed", "withdrawn")}
    ended = {n.number for n in lines if n.what == "entered" and n.more in (FOLLOW_UP, CLOSED)}
    reached = [
        [
            n.more
            for n in lines
            if n.number == one.number and n.what == "entered" and n.more in (REVIEW, *UP.values())
        ][-1]
        for one in counted
    ]
    late = [one for one in counted if any(p.late or p.due < diary.now for p in one.running.values())]
    none = [a for a in sorted(AGENCIES) if a not in {one.by for one in counted}]
    open_now = [one for one in counted if one.stage != CLOSED]
    following = [one for one in counted if one.stage == FOLLOW_UP]
    said_of_them = [len(following)] if following else []
    silence, changed = count["moved up", "silence"], len(about["changed"] & ended)
    return {
        "raised": len(counted),
        "finished": len(ended),
        "changed": changed,
        "moved by silence": silence,
        "moved by choice": count["moved up", "chosen"],
        "open": len(open_now),
        "in follow-up": len(following),
        "past their time": len(late),
        "leads who declined": count["lead declined", ""],
        "withdrawn": len(about["withdrawn"]),
        "not freely": count["withdrawn", "not freely"],
        "furthest stage": Counter(reached),
        "pairs": Counter(f"{one.by} to {one.first_to}" for one in counted),
        "outcomes": Counter({said: n for s, said in _SAFER.items() if (n := count["followed up", s])}),
        "agencies": {
            a: (sum(o.by == a for o in counted), sum(o.first_to == a for o in counted)) for a in AGENCIES
        },
        "raised none": none,
        "deadlines": {
            s: (count["ran out", s], count["asked", s]) for s in dict.fromkeys(reached) | _passed(lines)
        },
        "days": {s: _days(lines, s) for s in _passed(lines)},
        "headline": [changed, len(ended)] if ended else [],
        "sentence": [len(counted), len(open_now), *said_of_them, silence, len(none)]
        if counted
        else [len(none)],
    }


_SAFER = {"yes": "Safer", "partly": "Partly safer", "no": "Not safer", "not_known": "Not known"}


def _passed(lines: list[Line]) -> dict[str, None]:
    return dict.fromkeys(n.more for n in lines if n.what == "entered" and n.more not in (FOLLOW_UP, CLOSED))


def unit_of(days: float) -> str:
    """One day, and else days."""
    return "day" if round(days) == 1 else "days"


def _days(lines: list[Line], stage: str) -> tuple[str, ...]:
    """How long challenges stood in a stage, in every wording that is right to the nearest day."""
    came = {n.number: n.at for n in lines if (n.what, n.more) == ("entered", stage)}
    went = {n.number: n.at for n in lines if (n.what, n.more) == ("left", stage)}
    days = sorted((went[n].astimezone(UTC) - came[n].astimezone(UTC)) / timedelta(days=1) for n in went)
    here = f"; {len(came) - len(went)} still there" if len(came) > len(went) else ""
    if not days:
        return (f"none has left it{here}",)
    if len(days) < 5:
        single = ", ".join(str(round(d)) for d in days)
        return (f"{single} {unit_of(max(days))}, too few for a middle{here}",)
    # A middle of exactly half a day may be said either way: seconds go by while a test runs.
    middles = {round(median(days) - 0.01), round(median(days) + 0.01)}
    return tuple(f"half within {m} {unit_of(m)}{here}" for m in middles)


def from_the_measures(m: BoardMeasures) -> Figures:
    """The same figures as the page would show them."""
    return {
        "raised": m.raised,
        "finished": m.finished,
        "changed": m.changed,
        "moved by silence": m.by_silence,
        "moved by choice": m.chosen,
        "open": m.open_now,
        "in follow-up": m.in_follow_up,
        "past their time": m.past_time,
        "leads who declined": m.declines,
        "withdrawn": m.withdrawn,
        "not freely": m.not_freely,
        "furthest stage": {r.label: r.count for r in m.stages.rows},
        "pairs": {r.label: r.count for r in m.pairs.rows},
        "outcomes": {r.label: r.count for r in m.outcomes.rows},
        "agencies": {a.agency: (a.raised, a.received) for a in m.agencies},
        "raised none": list(m.silent),
        "deadlines": {t.stage: (t.lapsed, t.ran) for t in m.times},
        "days": {t.stage: t.words for t in m.times},
        "headline": [int(n) for n in re.findall(r"\d+", m.headline)],
        "sentence": [int(n) for n in re.findall(r"\d+", m.sentence)],
    }


def differences(diary: Diary, periods: Mapping[str, date]) -> list[str]:
    """Every figure in which the two counts do not agree, in each period."""
    found = []
    for period, since in periods.items():
        mine, theirs = from_the_diary(diary, since), from_the_measures(diary.measured(period))
        found += [
            f"{period}, {name}: the diary says {mine[name]}, the measures {theirs[name]}"
            for name in mine
            if not _agree(name, mine[name], theirs[name])
        ]
    return found


def _agree(name: str, mine: Any, theirs: Any) -> bool:
    if name == "days":
        return mine.keys() == theirs.keys() and all(theirs[stage] in mine[stage] for stage in mine)
    return bool(mine == theirs)


EVERYTHING = {"all": date(2026, 1, 1)}


# ------------------------------------------------------------------------------ the tests


@pytest.fixture
def begin(app: Flask, clock: MovableClock) -> Iterator[Callable[..., Diary]]:
    with app.app_context():
        yield lambda twice=False: Diary(clock, twice=twice)


@pytest.mark.parametrize("seed", range(3))
def test_the_measures_say_what_the_diary_says(begin: Callable[..., Diary], seed: int) -> None:
    diary, chance = begin(), Random(seed)
    assert differences(diary, EVERYTHING) == []
    for _ in range(3):
        some_weeks(diary, chance, acts=8)
        assert differences(diary, EVERYTHING) == []
    diary.passes(days=chance.randint(1, 12))
    assert differences(diary, EVERYTHING) == [], "what is overdue counts before anybody has looked"


@pytest.mark.parametrize("seed", range(100, 102))
def test_a_second_question_and_a_wrong_door_are_counted_right(begin: Callable[..., Diary], seed: int) -> None:
    diary, chance = begin(twice=True), Random(seed)
    some_weeks(diary, chance, acts=20)
    assert [d for d in differences(diary, EVERYTHING) if "past their time" not in d] == []


def test_each_period_counts_what_was_raised_in_it(begin: Callable[..., Diary]) -> None:
    diary, chance = begin(), Random(7)
    some_weeks(diary, chance, acts=12)
    diary.passes(days=(datetime(2027, 3, 22, tzinfo=LONDON) - diary.now).days)
    diary.sweeps()
    for by, to in ((SURGERY, HOSPITAL), (SCHOOL, CARE)):
        diary.raises(by, to)
    diary.passes(days=14)
    diary.sweeps()
    some_weeks(diary, chance, acts=10)
    a_year_ago = diary.now.date() - timedelta(days=365)
    since = {"year": a_year_ago, "financial": date(2027, 4, 1), "all": date(2026, 1, 1)}
    assert differences(diary, since) == []
    assert len({from_the_diary(diary, day)["raised"] for day in since.values()}) == 3


def test_a_concern_that_was_passed_on_is_not_past_its_time(begin: Callable[..., Diary]) -> None:
    diary = begin(twice=True)
    diary.passes_on(diary.raises(SURGERY, HOSPITAL), POLICE)
    assert differences(diary, EVERYTHING) == []


def test_a_second_question_in_time_is_not_past_its_time(begin: Callable[..., Diary]) -> None:
    diary = begin(twice=True)
    one = diary.raises(SURGERY, HOSPITAL)
    for _ in range(2):
        diary.asks_information(one, MANAGER[HOSPITAL])
        diary.tells(one, risk_rose=False)
    diary.asks_information(one, MANAGER[HOSPITAL])
    assert differences(diary, EVERYTHING) == []


def test_a_concern_that_was_passed_on_is_not_past_its_time_in_a_list(begin: Callable[..., Diary]) -> None:
    diary = begin(twice=True)
    diary.passes_on(diary.raises(SURGERY, HOSPITAL), POLICE)
    assert [row.past_time for row in work.worklist(diary.ids["kate.rowan"], diary.partnership)] == [False]


def test_of_two_times_that_end_together_both_have_run_out(begin: Callable[..., Diary]) -> None:
    diary = begin()
    one = diary.raises(HOSPITAL, CARE, urgent=True)
    assert len({promise.due for promise in one.running.values()}) == 1
    diary.passes(days=4)
    diary.sweeps()
    assert differences(diary, EVERYTHING) == []


def test_one_day_in_a_stage_is_one_day(begin: Callable[..., Diary]) -> None:
    diary = begin()
    one = diary.raises(SURGERY, HOSPITAL)
    diary.passes(days=1)
    diary.escalates(one)
    assert "1 days" not in diary.measured("all").times[0].words


def test_the_last_12_months_are_not_13() -> None:
    year = next(p for p in measures.periods(date(2026, 11, 30)) if p.words == "The last 12 months")
    assert year.start > date(2025, 11, 29)


# A seeded fault: what the measures would say if they were wrong.


def _thief(**taken: Callable[[Record], Any]) -> Callable[[Record], Record]:
    return lambda record: replace(record, **{name: take(record) for name, take in taken.items()})


_BLIND: Mapping[str, Callable[[Record], Record]] = {
    "a case is missing": _thief(cases=lambda r: r.cases[:-1]),
    "the last event is missing": _thief(events=lambda r: [e for e in r.events if e.kind != "follow_up_answered"]),
    "no lead ever declined": _thief(events=lambda r: [e for e in r.events if e.kind != "lead_declined"]),
    "the board's decisions change nothing": _thief(events=lambda r: [e for e in r.events if e.kind != "board_decided"]),
    "the sides are taken for one another": _thief(sides=lambda r: {k: v[::-1] for k, v in r.sides.items()}),
    "one agency is left out": _thief(agencies=lambda r: r.agencies[1:]),
    "the highest stage is not seen": _thief(entries=lambda r: [e for e in r.entries if e.phase != "arbitration"]),
    "who is still there is not seen": _thief(entries=lambda r: [e for e in r.entries if e.left_at]),
    "what is asked again is not seen": _thief(deadlines=lambda r: [d for d in r.deadlines if d.rung == 1]),
    "lapsed deadlines are not seen": _thief(deadlines=lambda r: [d for d in r.deadlines if d.state != "lapsed"]),
}  # fmt: skip


def _wrong_code(**said: Any) -> Callable[[Record], Record]:
    return _thief(
        codes=lambda r: {k: {**v, **{n: w for n, w in said.items() if n in v}} for k, v in r.codes.items()}
    )


_LYING: Mapping[str, Callable[[Record], Record]] = {
    "every move is called chosen": _wrong_code(cause="chosen"),
    "every move is called silence": _wrong_code(cause="silence"),
    "every withdrawal is called free": _wrong_code(freely=True),
    "everybody is called safer": _wrong_code(safer="yes"),
    "the board is said to change nothing": _wrong_code(changed="no"),
}


def test_a_fault_in_the_measures_is_found(
    begin: Callable[..., Diary], monkeypatch: pytest.MonkeyPatch, subtests: pytest.Subtests
) -> None:
    diary = _a_full_history(begin())
    assert differences(diary, EVERYTHING) == []
    right = reading.record_of
    for name, fault in {**_BLIND, **_LYING}.items():
        with subtests.test(name), monkeypatch.context() as patch:
            patch.setattr(measures, "record_of", lambda *told, wrong=fault: wrong(right(*told)))
            assert differences(diary, EVERYTHING) != []
    for function, wrong in (
        ("TOO_FEW", 50),
        ("median", max),
        ("_rank", lambda *_: 0),
        ("_count", lambda *_: 0),
    ):
        with subtests.test(function), monkeypatch.context() as patch:
            patch.setattr(measures, function, wrong)
            assert differences(diary, EVERYTHING) != []


def _a_full_history(diary: Diary) -> Diary:
    """Each thing that a figure counts happens at least once."""
    decided, followed, asked, unfree, view, silent = (diary.raises(SURGERY, HOSPITAL) for _ in range(6))
    diary.gives_view(view, supports=False)
    diary.withdraws(unfree, freely=False)
    diary.replies(followed, MANAGER[HOSPITAL], changes=True)
    diary.passes(days=1)
    diary.accepts(followed)
    diary.follows_up(followed, c.Safer.NOT_KNOWN)
    diary.escalates(decided)
    diary.escalates(decided)
    diary.decides(decided, c.Changed.PARTLY)
    diary.asks_information(asked, MANAGER[HOSPITAL])
    diary.passes(days=6)
    diary.sweeps()
    diary.passes(days=4)
    diary.sweeps()
    assert silent.stage == SENIOR
    return diary
