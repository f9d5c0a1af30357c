"""The end of a case: decision, follow-up, closed; and what is refused on the way."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.unit.workflows.story import (
    BOARD,
    CHAIR,
    CHALLENGED_HEAD,
    COUNCIL,
    EVERYBODY,
    GP,
    HOSPITAL,
    MANAGER,
    OFFICE,
    PRACTICE,
    RAISING_HEAD,
    Story,
    ask,
)
from workflows import commands as c
from workflows.case import CLOCK, Actor, Refusal
from workflows.events import EventKind
from workflows.machine import possibilities
from workflows.triggers import Trigger
from workflows.vocabulary import Phase


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class TestTheBoardDecides:
    def test_what_it_decides_is_settled_for_now_and_followed_up(self, arbitration: Story) -> None:
        arbitration.does(CHAIR, Trigger.RECORD_DECISION)
        assert arbitration.case.stage == "follow_up"
        assert arbitration.codes(EventKind.BOARD_DECIDED) == {"changed": "partly"}
        assert arbitration.codes(EventKind.SETTLED_FOR_NOW) == {"cause": "board"}
        assert arbitration.ended() == {"decision": "met"}
        assert arbitration.last.entered is not None
        assert arbitration.last.entered.phase is Phase.PROVISIONAL
        assert arbitration.clock("follow_up").due == utc("2026-12-18 18:30")

    def test_nobody_but_the_chair_decides(self, arbitration: Story) -> None:
        for who in EVERYBODY:
            if who is not CHAIR:
                assert arbitration.is_refused(who, Trigger.RECORD_DECISION) == "not_yours"

    def test_the_chair_does_not_decide_below(self, senior: Story) -> None:
        assert senior.is_refused(CHAIR, Trigger.RECORD_DECISION) == "not_possible_here"

    @pytest.mark.parametrize("agency", [PRACTICE, HOSPITAL])
    def test_nobody_from_an_agency_in_the_case_decides(self, arbitration: Story, agency: int) -> None:
        partial = replace(CHAIR, agencies=frozenset({BOARD, agency}))
        assert arbitration.is_refused(partial, Trigger.RECORD_DECISION) == "own_case"

    def test_nobody_from_the_agency_that_was_the_wrong_door_decides(self, story: Story) -> None:
        story.does(MANAGER, Trigger.READDRESS)
        story.times_out("reply")
        story.times_out("position")
        for agency in (HOSPITAL, COUNCIL):
            partial = replace(CHAIR, agencies=frozenset({agency}))
            assert story.is_refused(partial, Trigger.RECORD_DECISION) == "own_case"

    def test_nobody_decides_who_ever_acted_for_a_side(self, senior: Story) -> None:
        senior.does(RAISING_HEAD, Trigger.ESCALATE)
        promoted = Actor(RAISING_HEAD.account, CHAIR.slots, CHAIR.agencies)
        assert senior.is_refused(promoted, Trigger.RECORD_DECISION) == "own_case"

    def test_the_raiser_does_not_decide(self, arbitration: Story) -> None:
        promoted = Actor(GP.account, CHAIR.slots, CHAIR.agencies)
        assert arbitration.is_refused(promoted, Trigger.RECORD_DECISION) == "own_case"

    @pytest.mark.parametrize("slot", ["raiser", "raising_lead", "challenged_manager", "challenged_head"])
    def test_nobody_decides_who_sits_on_a_side_as_well(self, arbitration: Story, slot: str) -> None:
        two_hats = replace(CHAIR, slots=CHAIR.slots | {slot})
        assert arbitration.is_refused(two_hats, Trigger.RECORD_DECISION) == "own_case"

    def test_who_acted_with_two_hats_on_cannot_put_one_off_and_decide(self, arbitration: Story) -> None:
        two_hats = Actor(70, frozenset({"business_manager", "raising_lead"}), frozenset({BOARD}))
        arbitration.does(two_hats, Trigger.SAY_SAFETY)
        later = Actor(70, CHAIR.slots, frozenset({BOARD}))
        assert arbitration.is_refused(later, Trigger.RECORD_DECISION) == "own_case"

    def test_acting_for_the_board_makes_nobody_a_party(self, arbitration: Story) -> None:
        arbitration.does(CHAIR, Trigger.ACKNOWLEDGE)
        arbitration.does(CHAIR, Trigger.RECORD_DECISION)
        assert arbitration.case.stage == "follow_up"

    def test_a_chair_who_stands_aside_is_put_on_record_and_the_clock_runs_on(
        self, arbitration: Story
    ) -> None:
        before = arbitration.case.clocks
        arbitration.does(CHAIR, c.Recuse(reasons="I trained her"))
        assert arbitration.happened() == ["recused"]
        assert (arbitration.case.stage, arbitration.case.clocks) == ("board_arbitration", before)

    def test_even_then_the_manager_may_still_change_the_decision(self, arbitration: Story) -> None:
        arbitration.does(MANAGER, Trigger.CHANGE_DECISION)
        assert arbitration.running() == {"decision"}
        arbitration.does(GP, Trigger.AGREE_SETTLEMENT)
        assert arbitration.case.stage == "follow_up"


class TestTheFollowUp:
    def test_closes_the_case_with_what_became_of_the_person(self, settled: Story) -> None:
        settled.does(GP, Trigger.ANSWER_FOLLOW_UP)
        assert settled.case.stage == "closed"
        assert settled.codes(EventKind.FOLLOW_UP_ANSWERED) == {"safer": "yes", "safe_to_raise": "yes"}
        assert settled.codes(EventKind.CLOSED) == {"cause": "answered"}
        assert settled.ended() == {"follow_up": "met"}
        assert settled.case.clocks == ()

    def test_unanswered_it_stays_open_and_is_asked_again(self, settled: Story) -> None:
        settled.times_out("follow_up")
        assert settled.case.stage == "follow_up"
        assert settled.ended() == {"follow_up": "lapsed"}
        assert settled.clock("follow_up").rung == 2
        assert settled.last.started[0].budget == "5 working_days"
        settled.times_out("follow_up")
        assert settled.clock("follow_up").rung == 3

    def test_is_not_for_the_challenged_side_to_answer(self, settled: Story) -> None:
        for who in (MANAGER, CHALLENGED_HEAD, OFFICE, CHAIR):
            assert settled.is_refused(who, Trigger.ANSWER_FOLLOW_UP) == "not_yours"

    def test_cannot_be_jumped(self, story: Story) -> None:
        assert story.is_refused(GP, Trigger.ANSWER_FOLLOW_UP) == "not_possible_here"


class TestClosed:
    @pytest.mark.parametrize("trigger", list(Trigger))
    def test_nothing_moves_out_of_it(self, settled: Story, trigger: Trigger) -> None:
        settled.does(GP, Trigger.ANSWER_FOLLOW_UP)
        for who in (*EVERYBODY, CLOCK):
            assert settled.is_refused(who, trigger) == "closed"
            assert possibilities(settled.protocol, settled.case, who) == ()


class TestARefusal:
    def test_says_where_the_case_is(self, story: Story) -> None:
        answer = story.asked(CHAIR, ask(Trigger.RECORD_DECISION))
        assert isinstance(answer, Refusal)
        assert "Manager review" in answer.reason

    def test_nobody_acts_from_both_sides_at_once(self, story: Story) -> None:
        both = Actor(50, GP.slots | MANAGER.slots)
        assert story.is_refused(both, Trigger.PROPOSE_SETTLEMENT) == "both_sides"
        story.does(both, Trigger.KEEP_DECISION)  # what only one side may do is still theirs to do

    def test_whoever_sits_nowhere_may_do_nothing(self, story: Story) -> None:
        stranger = Actor(99, frozenset(), frozenset({PRACTICE}))
        assert possibilities(story.protocol, story.case, stranger) == ()
        assert story.is_refused(stranger, Trigger.SAY_SAFETY) == "not_yours"
