"""Several challenged agencies: places that are empty unless named, and replies that meet only one's own time."""

from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from tests.unit.workflows.story import BOARD, CALENDARS, COUNCIL, HOSPITAL, PRACTICE, concern
from workflows import commands as c
from workflows import loader, scenario, simulate
from workflows.calendar import WorkingCalendar
from workflows.case import Actor, CaseState, DeadlineState, Decision, Refusal
from workflows.machine import begin, decide
from workflows.protocol import Protocol
from workflows.vocabulary import Side

TWO = """
extends = "base"
key = "two"

[[slot]]
id = "other"
side = "challenged"
tier = "manager"
title = "Manager of the second agency"
agency = "also"

[[stage]]
id = "review"
seats = ["raiser", "manager", "other"]

[[stage.clock]]
id = "reply"
stopped_by = ["agree_settlement", "keep_decision"]
[[stage.clock]]
id = "second"
title = "Reply of the second"
waits_for = ["other"]
budget = "5 working_days"
stopped_by = ["keep_decision"]
on_expiry = "record"
[[stage.clock]]
id = "answer"
title = "Accept it"
waits_for = ["raiser"]
budget = "2 working_days"
starts_on = ["keep_decision"]
stopped_by = ["agree_settlement"]
on_expiry = "repeat"
repeat = "1 working_days"

[[stage.move]]
do = "keep_decision"
by = ["manager", "other"]
[[stage.move]]
do = "readdress"
by = ["manager", "other"]
"""
MONDAY = datetime(2027, 3, 1, 16, 30, tzinfo=UTC)
FIRST = Actor(3, frozenset({"manager"}), frozenset({HOSPITAL}))
SECOND = Actor(8, frozenset({"other"}), frozenset({COUNCIL}))
KEEP = c.KeepDecision(reasons="r", would_change_mind="w")


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    base = Path(__file__).with_name("broken") / "base.toml"
    return loader.loads(f"{TWO}\n#=== layer base\n{base.read_text(encoding='utf-8')}", "two")


def raised(protocol: Protocol, *named: int) -> Decision:
    """A concern about a decision of these agencies."""
    decision = begin(
        protocol,
        concern(),
        calendars=CALENDARS,
        empty_slots=frozenset(),
        party_agencies=frozenset({PRACTICE, HOSPITAL}),
        party_people=frozenset({1}),
        now=MONDAY,
        named=named,
        slot_calendars={"other": WorkingCalendar("ENG", closes=time(16, 0))},
    )
    assert isinstance(decision, Decision)
    return decision


def ended(decision: Decision | Refusal) -> dict[str, DeadlineState]:
    assert isinstance(decision, Decision)
    return {end.clock: end.state for end in decision.ended}


def after(protocol: Protocol, case: CaseState, command: c.Command, actor: Actor) -> CaseState:
    decision = decide(protocol, case, command, actor, MONDAY)
    assert isinstance(decision, Decision)
    return decision.after


def test_nothing_is_asked_of_an_agency_that_nobody_named(protocol: Protocol) -> None:
    alone, both = raised(protocol, HOSPITAL), raised(protocol, HOSPITAL, COUNCIL)
    assert [clock.clock for clock in alone.started] == ["reply"]
    assert [clock.clock for clock in both.started] == ["reply", "second"]
    assert both.events[0].codes["also"] == COUNCIL
    assert "also" not in alone.events[0].codes


def test_each_agency_has_its_own_working_hours(protocol: Protocol) -> None:
    ends = {clock.clock: clock.due for clock in raised(protocol, HOSPITAL, COUNCIL).started}
    # 16:30 is after closing for the second, which is told on Tuesday.
    assert ends["reply"] == datetime(2027, 3, 8, 17, tzinfo=UTC)
    assert ends["second"] == datetime(2027, 3, 9, 16, tzinfo=UTC)


def test_a_reply_meets_what_its_own_agency_owes(protocol: Protocol) -> None:
    case = raised(protocol, HOSPITAL, COUNCIL).after
    assert ended(decide(protocol, case, KEEP, FIRST, MONDAY)) == {"reply": DeadlineState.MET}
    assert ended(decide(protocol, case, KEEP, SECOND, MONDAY)) == {"second": DeadlineState.MET}
    again = after(protocol, case, KEEP, SECOND)
    assert [clock.clock for clock in again.clocks] == ["reply", "answer"]


def test_a_time_that_asks_either_is_met_by_whichever_is_there(protocol: Protocol) -> None:
    review = protocol.stages["review"]
    clocks = tuple(
        replace(clock, waits_for=("other", "manager")) if clock.id == "reply" else clock
        for clock in review.clocks
    )
    either = replace(protocol, stages={**protocol.stages, "review": replace(review, clocks=clocks)})
    alone, both = (raised(either, *named).after for named in ((HOSPITAL,), (HOSPITAL, COUNCIL)))
    assert ended(decide(either, alone, KEEP, FIRST, MONDAY)) == {"reply": DeadlineState.MET}
    assert ended(decide(either, both, KEEP, FIRST, MONDAY)) == {"reply": DeadlineState.MET}
    assert ended(decide(either, both, KEEP, SECOND, MONDAY)) == dict.fromkeys(
        ("reply", "second"), DeadlineState.MET
    )


def test_who_works_for_any_of_them_has_a_part_in_it(protocol: Protocol) -> None:
    assert raised(protocol, HOSPITAL, COUNCIL).after.party_agencies == {PRACTICE, HOSPITAL, COUNCIL}


def test_only_the_first_passes_it_on_and_the_second_stays(protocol: Protocol) -> None:
    case = raised(protocol, HOSPITAL, COUNCIL).after
    command = c.Readdress(reasons="r", agency=40, calendar=CALENDARS[Side.BOARD])
    refused = decide(protocol, case, command, SECOND, MONDAY)
    assert isinstance(refused, Refusal)
    assert refused.code == "not_named_first"
    passed = decide(protocol, case, command, FIRST, MONDAY)
    assert ended(passed) == {"reply": DeadlineState.STOPPED}
    assert isinstance(passed, Decision)
    assert passed.after.terms.named == (40, COUNCIL)
    assert {clock.clock for clock in passed.after.clocks} == {"second", "reply"}


def test_nobody_of_a_challenged_agency_decides(protocol: Protocol) -> None:
    case = replace(raised(protocol, HOSPITAL, COUNCIL).after, stage="board")
    decision = c.RecordDecision(
        decision="d", reasons="r", alternatives="a", dissent="n", changed=c.Changed.NO, outcome="o"
    )
    partial = Actor(9, frozenset({"chair"}), frozenset({BOARD, COUNCIL}))
    refused = decide(protocol, case, decision, partial, MONDAY)
    assert isinstance(refused, Refusal)
    assert refused.code == "own_case"


def test_a_rehearsal_names_them_all(protocol: Protocol) -> None:
    one = scenario.Scenario("two", "Both are asked", MONDAY, also=True)
    lines = [str(line) for line in simulate.simulate(protocol, one)]
    assert any("other owes second" in line for line in lines)
    lines = [str(line) for line in simulate.simulate(protocol, replace(one, also=False))]
    assert not any("other owes second" in line for line in lines)
