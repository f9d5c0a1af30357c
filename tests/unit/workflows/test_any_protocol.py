"""Whatever a board writes, as long as it lints: no history breaks it, and none of them gets lost."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.workflows.any_protocol import UNITS, protocols
from tests.unit.workflows.story import ask, concern
from workflows import amount
from workflows.calendar import WorkingCalendar
from workflows.case import CLOCK, Actor, CaseState, Decision, Refusal
from workflows.commands import AgreeTime, Command, Confirm, Extend, Id, ProposeTime, SetTime, TimeOut
from workflows.deadlines import due_instant
from workflows.lint import Weight, lint
from workflows.machine import begin, decide
from workflows.protocol import Protocol
from workflows.triggers import Trigger
from workflows.vocabulary import Expiry, Gate, Phase, Side, Urgency

START = datetime(2026, 3, 27, 15, 0, tzinfo=UTC)
PEOPLE = {
    "raiser": Actor(1, frozenset({"raiser"}), frozenset({1})),
    "lead": Actor(2, frozenset({"lead"}), frozenset({1})),
    "manager": Actor(3, frozenset({"manager"}), frozenset({2})),
    "office": Actor(4, frozenset({"office"}), frozenset({3})),
}
ASKED = [t for t in Trigger if t not in (Trigger.RAISE, Trigger.TIME_OUT)]
Turn = tuple[str, Trigger, int]
empties = st.frozensets(st.sampled_from(sorted(PEOPLE)))
"""Any places of the case that stay empty: the raiser's own post, or all of them."""
turns = st.lists(
    st.tuples(st.sampled_from(sorted(PEOPLE)), st.sampled_from(ASKED), st.integers(0, 200)), max_size=25
)


def raised(protocol: Protocol, urgency: Urgency, empty: frozenset[str] = frozenset()) -> Decision:
    answer = begin(
        protocol,
        concern(urgency),
        calendars=dict.fromkeys(Side, WorkingCalendar(protocol.nation)),
        empty_slots=empty,
        party_agencies=frozenset({1, 2}),
        party_people=frozenset({1}),
        now=START,
    )
    assert isinstance(answer, Decision)
    return answer


def command(trigger: Trigger, now: datetime) -> Command:
    later = now + timedelta(days=3)
    special: Mapping[Trigger, Command] = {
        Trigger.SET_TIME: SetTime(until=now + timedelta(hours=3), reasons="-"),
        Trigger.PROPOSE_TIME: ProposeTime(clock=Id("reply"), until=later, reasons="-"),
        Trigger.EXTEND: Extend(clock=Id("reply"), until=now + timedelta(days=90), reasons="-", safety="-"),
        Trigger.CONFIRM: Confirm(gate=Gate.SECOND_PERSON_AGREES, how="-"),
        Trigger.AGREE_TIME: AgreeTime(),
    }
    return special.get(trigger) or ask(trigger)


def next_due(case: CaseState, by: datetime) -> TimeOut | None:
    if case.terms.paused_at is not None or not case.clocks:
        return None
    first = min(case.clocks, key=lambda c: c.due)
    return TimeOut(clock=Id(first.clock), rung=first.rung) if first.due <= by else None


def lived(
    protocol: Protocol, urgency: Urgency, history: list[Turn], empty: frozenset[str] = frozenset()
) -> list[tuple[datetime, Decision]]:
    """A history: what people ask for, hours apart, and the clock between; with every decision."""
    now, told = START, [(START, raised(protocol, urgency, empty))]
    for who, trigger, hours in history:
        now += timedelta(hours=hours)
        for _ in range(500):
            case = told[-1][1].after
            silent = next_due(case, now)
            if silent is None:
                break
            at = next(c.due for c in case.clocks if (c.clock, c.rung) == (silent.clock, silent.rung))
            lapse = decide(protocol, case, silent, CLOCK, at)
            assert isinstance(lapse, Decision), lapse
            told.append((at, lapse))
        answer = decide(protocol, told[-1][1].after, command(trigger, now), PEOPLE[who], now)
        if isinstance(answer, Decision):
            told.append((now, answer))
        else:
            assert isinstance(answer, Refusal)
            assert answer.code
            assert answer.reason
    return told


@given(protocols())
def test_what_is_drawn_is_what_may_be_published(protocol: Protocol) -> None:
    assert [f for f in lint(protocol) if f.weight is Weight.ERROR] == []


@given(protocols(), st.sampled_from(Urgency), turns, empties)
def test_no_history_gets_lost_whoever_is_not_there(
    protocol: Protocol, urgency: Urgency, history: list[Turn], empty: frozenset[str]
) -> None:
    for at, decision in lived(protocol, urgency, history, empty):
        case = decision.after
        stage = protocol.stages[case.stage]
        if stage.phase is Phase.CLOSED:
            assert not case.clocks
        else:
            ends = [protocol.clock(case.stage, c.clock) for c in case.clocks]
            assert any(c is not None and c.on_expiry is not Expiry.RECORD for c in ends), (at, case.stage)


@given(protocols(), st.sampled_from(Urgency), turns)
def test_nothing_moves_out_of_a_closed_case(
    protocol: Protocol, urgency: Urgency, history: list[Turn]
) -> None:
    last = lived(protocol, urgency, history)[-1][1].after
    if protocol.stages[last.stage].phase is Phase.CLOSED:
        for trigger in ASKED:
            for who in PEOPLE.values():
                assert isinstance(decide(protocol, last, command(trigger, START), who, START), Refusal)


@given(protocols(), st.sampled_from(Urgency), turns)
def test_the_same_history_gives_the_same_case(
    protocol: Protocol, urgency: Urgency, history: list[Turn]
) -> None:
    assert lived(protocol, urgency, history) == lived(protocol, urgency, history)


@given(protocols(), st.sampled_from(Urgency), turns, empties)
def test_nothing_is_asked_of_an_empty_place(
    protocol: Protocol, urgency: Urgency, history: list[Turn], empty: frozenset[str]
) -> None:
    for _, decision in lived(protocol, urgency, history, empty - {"office"}):
        assert not empty - {"office"} & {started.waits_for for started in decision.started}


@given(protocols(), st.sampled_from(Urgency), turns)
def test_each_decision_accounts_for_every_clock(
    protocol: Protocol, urgency: Urgency, history: list[Turn]
) -> None:
    told = lived(protocol, urgency, history)
    running = {(c.clock, c.rung): c.due for c in told[0][1].after.clocks}
    for at, decision in told[1:]:
        for ended in decision.ended:
            del running[ended.clock, ended.rung]
        for started in decision.started:
            assert (started.clock, started.rung) not in running
            assert started.due > at
            running[started.clock, started.rung] = started.due
        for changed in decision.retimed:
            running[changed.clock, changed.rung] = changed.due
        assert running == {(c.clock, c.rung): c.due for c in decision.after.clocks}


@given(protocols(), turns)
def test_more_risk_is_never_later(protocol: Protocol, history: list[Turn]) -> None:
    for at, decision in lived(protocol, Urgency.NOT_SURE, history):
        case = decision.after
        rose = decide(protocol, case, ask(Trigger.TELL_CHANGE), PEOPLE["raiser"], at + timedelta(minutes=1))
        if isinstance(rose, Decision) and case.terms.paused_at is None:
            before = {(c.clock, c.rung): c.due for c in case.clocks}
            assert all(c.due <= before[c.clock, c.rung] for c in rose.after.clocks)


@given(
    st.sampled_from(
        [*(f"{n} {u}" for u in UNITS for n in (1, 3, 10)), "same_working_day", "same_working_day until 15:00"]
    ),
    st.integers(0, 2 * 365 * 24 * 60).map(
        lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    st.frozensets(st.dates(date(2026, 1, 1), date(2028, 1, 1)), max_size=12),
)
def test_a_holiday_more_never_makes_a_deadline_earlier(
    words: str, notice: datetime, closures: frozenset[date]
) -> None:
    ordinary = WorkingCalendar("ENG")
    shut = replace(ordinary, closures=closures)
    written = amount.parse(words)
    assert due_instant(written, notice, shut) >= due_instant(written, notice, ordinary)
