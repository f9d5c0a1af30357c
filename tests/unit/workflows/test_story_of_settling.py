"""How a case is settled, hastened, passed on or withdrawn, told through `begin` and `decide` alone."""

from datetime import UTC, datetime

import pytest

from tests.unit.workflows.story import (
    CHALLENGED_HEAD,
    COUNCIL,
    COUNCIL_MANAGER,
    EVERYBODY,
    GP,
    HOSPITAL,
    LATE_COUNCIL,
    LEAD,
    MANAGER,
    OFFICE,
    PRACTICE,
    RAISING_HEAD,
    Story,
)
from workflows import commands as c
from workflows.case import Position
from workflows.events import EventKind
from workflows.protocol import Protocol
from workflows.triggers import Trigger
from workflows.vocabulary import Side, Urgency


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class TestSettling:
    def test_needs_the_other_side(self, story: Story) -> None:
        story.does(GP, Trigger.PROPOSE_SETTLEMENT)
        assert story.codes(EventKind.SETTLEMENT_PROPOSED) == {"side": "raising"}
        assert story.is_refused(GP, Trigger.AGREE_SETTLEMENT) == "no_proposal"
        assert story.is_refused(LEAD, Trigger.PROPOSE_SETTLEMENT) == "already_proposed"
        story.does(MANAGER, c.AgreeSettlement())  # the outcome stands in the proposal
        assert story.case.stage == "follow_up"
        assert story.codes(EventKind.SETTLEMENT_AGREED) == {"side": "challenged", "reply": False}

    def test_can_be_proposed_by_the_challenged_side(self, story: Story) -> None:
        story.does(MANAGER, Trigger.PROPOSE_SETTLEMENT)
        assert story.is_refused(MANAGER, Trigger.AGREE_SETTLEMENT) == "no_proposal"
        story.does(GP, c.AgreeSettlement())
        assert story.case.stage == "follow_up"

    def test_cannot_be_agreed_to_before_it_is_proposed(self, story: Story) -> None:
        assert story.is_refused(GP, Trigger.AGREE_SETTLEMENT) == "no_proposal"
        assert story.is_refused(MANAGER, Trigger.DECLINE_SETTLEMENT) == "no_proposal"

    def test_that_is_declined_leaves_everything_running(self, story: Story) -> None:
        running = story.case.clocks
        story.does(GP, Trigger.PROPOSE_SETTLEMENT)
        story.does(MANAGER, Trigger.DECLINE_SETTLEMENT)
        assert story.codes(EventKind.SETTLEMENT_DECLINED) == {"side": "challenged"}
        assert (story.case.stage, story.case.clocks, story.case.proposal) == ("manager_review", running, None)
        story.does(LEAD, Trigger.PROPOSE_SETTLEMENT)  # and may be tried again

    def test_may_still_be_proposed_by_the_side_that_has_replied(self, story: Story) -> None:
        story.does(MANAGER, Trigger.KEEP_DECISION)
        story.does(MANAGER, Trigger.PROPOSE_SETTLEMENT)
        assert story.is_refused(MANAGER, Trigger.PROPOSE_SETTLEMENT) == "already_proposed"
        story.does(GP, c.AgreeSettlement())  # a proposal carries its outcome, a reply does not
        assert story.codes(EventKind.SETTLEMENT_AGREED)["reply"] is False

    def test_that_was_proposed_below_does_not_bind_above(self, story: Story) -> None:
        story.does(MANAGER, Trigger.PROPOSE_SETTLEMENT)
        story.times_out("reply")
        assert story.is_refused(GP, Trigger.AGREE_SETTLEMENT) == "no_proposal"

    def test_is_possible_while_the_chair_has_it(self, arbitration: Story) -> None:
        arbitration.does(CHALLENGED_HEAD, Trigger.PROPOSE_SETTLEMENT)
        arbitration.does(RAISING_HEAD, Trigger.AGREE_SETTLEMENT)
        assert arbitration.ended() == {"decision": "met"}
        assert arbitration.case.stage == "follow_up"


class TestTheRiskRises:
    def test_running_clocks_end_sooner(self, story: Story) -> None:
        story.does(GP, c.TellChange(what_changed="he is back", risk_rose=True))
        assert story.codes(EventKind.RISK_ROSE) == {"from": "standard", "to": "urgent"}
        assert story.case.pace == "urgent"
        assert {s.clock: s.due for s in story.last.retimed} == {
            "reply": utc("2026-11-19 17:00"),
            "view": utc("2026-11-19 18:30"),
        }
        assert story.clock("reply").due == utc("2026-11-19 17:00")
        reply = next(s for s in story.last.retimed if s.clock == "reply")
        assert (reply.budget, reply.remind_at) == ("1 working_days", utc("2026-11-19 15:00"))

    def test_a_clock_that_ends_sooner_anyway_is_left_alone(self, story: Story) -> None:
        story.now = utc("2026-11-24 10:00")
        due = story.clock("view").due
        story.does(GP, c.TellChange(what_changed="he is back", risk_rose=True))
        assert story.last.retimed == ()  # one working day from now is no sooner than what was promised
        assert (story.clock("view").due, story.clock("reply").due) == (due, utc("2026-11-25 17:00"))

    def test_on_the_fastest_pace_it_is_still_put_on_record(self, protocol: Protocol) -> None:
        story = Story.raised(protocol, urgency=Urgency.TODAY)
        story.does(LEAD, c.TellChange(what_changed="worse again", risk_rose=True))
        assert story.codes(EventKind.RISK_ROSE) == {"from": "urgent", "to": "urgent"}
        assert story.last.retimed == ()

    def test_the_stages_above_are_walked_at_the_faster_speed(self, story: Story) -> None:
        story.does(GP, c.TellChange(what_changed="he is back", risk_rose=True))
        story.does(GP, Trigger.ESCALATE)
        assert story.clock("position").due == utc("2026-11-19 17:00")

    def test_news_without_a_rise_moves_no_clock(self, story: Story) -> None:
        before = story.case.clocks
        story.does(GP, c.TellChange(what_changed="a new address"))
        assert story.happened() == ["change_told"]
        assert story.case.clocks == before


class TestTheWrongDoor:
    def test_the_right_agency_gets_its_own_fresh_time(self, story: Story) -> None:
        story.now = utc("2026-11-23 15:00")
        story.does(MANAGER, Trigger.READDRESS)
        assert story.codes(EventKind.READDRESSED) == {"agency": COUNCIL}
        assert story.ended() == {"reply": "stopped"}
        assert (story.clock("reply").rung, story.clock("reply").due) == (2, utc("2026-11-30 20:00"))
        assert story.case.calendars[Side.CHALLENGED] == LATE_COUNCIL
        assert story.clock("view").rung == 1  # the raiser's own side keeps its time

    def test_it_is_passed_on_once(self, story: Story) -> None:
        story.does(MANAGER, Trigger.READDRESS)
        assert story.is_refused(COUNCIL_MANAGER, Trigger.READDRESS) == "already_readdressed"
        assert story.is_refused(OFFICE, Trigger.READDRESS) == "already_readdressed"

    def test_the_right_agency_answers(self, story: Story) -> None:
        story.does(MANAGER, Trigger.READDRESS)
        story.does(COUNCIL_MANAGER, Trigger.CHANGE_DECISION)
        assert story.ended() == {"reply": "met"}

    def test_both_agencies_are_parties_from_then_on(self, story: Story) -> None:
        story.does(MANAGER, Trigger.READDRESS)
        assert story.case.party_agencies == {PRACTICE, HOSPITAL, COUNCIL}

    def test_a_reply_from_behind_the_wrong_door_falls_with_it(self, story: Story) -> None:
        story.does(MANAGER, Trigger.KEEP_DECISION)
        story.does(OFFICE, Trigger.READDRESS)
        assert story.case.position is Position.NONE
        assert story.is_refused(GP, Trigger.AGREE_SETTLEMENT) == "no_proposal"
        assert story.running() == {"view", "reply"}  # nothing is left to be accepted

    def test_after_the_right_agencys_reply_the_raising_side_has_all_its_time(self, story: Story) -> None:
        story.does(MANAGER, Trigger.KEEP_DECISION)
        story.does(OFFICE, Trigger.READDRESS)
        story.now = utc("2026-11-24 10:00")
        story.does(COUNCIL_MANAGER, Trigger.KEEP_DECISION)
        assert (story.clock("answer").rung, story.clock("answer").due) == (2, utc("2026-11-27 18:30"))

    def test_what_the_wrong_agency_asked_for_is_not_owed_any_more(self, story: Story) -> None:
        story.does(MANAGER, Trigger.ASK_INFORMATION)
        story.does(MANAGER, Trigger.READDRESS)
        assert story.ended() == {"reply": "stopped", "information": "stopped"}

    def test_one_stage_up_it_may_be_passed_on_once_more(self, story: Story) -> None:
        story.does(MANAGER, Trigger.READDRESS)
        story.times_out("reply")
        story.does(OFFICE, Trigger.READDRESS)
        assert story.ended() == {"position": "stopped"}


class TestWithdrawing:
    @pytest.mark.parametrize("freely", [True, False])
    def test_closes_the_case_and_says_whether_it_was_free(self, story: Story, freely: bool) -> None:
        story.does(GP, c.Withdraw(reasons="it was settled by telephone", freely=freely))
        assert story.case.stage == "closed"
        assert story.codes(EventKind.WITHDRAWN) == {"freely": freely}
        assert story.codes(EventKind.CLOSED) == {"cause": "withdrawn"}
        assert story.ended() == {"reply": "stopped", "view": "stopped"}

    def test_is_for_the_raiser_alone(self, arbitration: Story) -> None:
        for who in EVERYBODY:
            if who is not GP:
                assert arbitration.is_refused(who, Trigger.WITHDRAW) == "not_yours"
