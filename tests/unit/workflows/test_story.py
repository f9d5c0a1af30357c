"""The life of a case, told through `begin` and `decide` alone."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.unit.workflows.story import (
    CHALLENGED_HEAD,
    EVERYBODY,
    GP,
    LEAD,
    MANAGER,
    MICROSECOND,
    OFFICE,
    WEDNESDAY,
    Story,
    concern,
)
from workflows import commands as c
from workflows import loader
from workflows.case import CLOCK, LeadView, Position
from workflows.events import EventKind
from workflows.protocol import Protocol
from workflows.triggers import Trigger
from workflows.vocabulary import Phase, Side, Urgency


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class TestAConcernIsRaised:
    def test_it_enters_manager_review_and_two_promises_begin(self, story: Story) -> None:
        assert story.case.stage == "manager_review"
        assert story.happened() == ["concern_raised"]
        assert story.clock("reply").due == utc("2026-11-25 17:00")  # the hospital closes at five
        assert story.clock("view").due == utc("2026-11-20 18:30")  # the practice at half past six
        assert story.last.entered is not None
        assert story.last.entered.seats == ("raiser", "raising_lead", "challenged_manager")
        assert story.last.entered.phase is Phase.MANAGER

    def test_each_deadline_says_whom_it_waits_for_and_how_it_was_counted(self, story: Story) -> None:
        reply = next(s for s in story.last.started if s.clock == "reply")
        assert (reply.waits_for, reply.side, reply.budget) == (
            "challenged_manager",
            Side.CHALLENGED,
            "5 working_days",
        )
        assert (reply.base, reply.zone) == (WEDNESDAY, "Europe/London")
        assert reply.remind_at == utc("2026-11-24 09:00")
        assert reply.calendar_version == story.case.calendars[Side.CHALLENGED].version

    @pytest.mark.parametrize("urgency", [Urgency.NEXT_DAYS, Urgency.NOT_URGENT, Urgency.NOT_SURE])
    def test_what_is_not_for_today_takes_the_standard_pace(
        self, protocol: Protocol, urgency: Urgency
    ) -> None:
        assert Story.raised(protocol, urgency=urgency).case.pace == "standard"

    def test_a_risk_today_takes_the_urgent_pace(self, protocol: Protocol) -> None:
        story = Story.raised(protocol, urgency=Urgency.TODAY)
        assert story.case.pace == "urgent"
        assert story.clock("reply").due == utc("2026-11-19 17:00")

    def test_who_keeps_the_person_safe_tonight_is_put_on_record_when_it_is_said(
        self, protocol: Protocol
    ) -> None:
        assert Story.raised(protocol, safety="her aunt").happened() == ["concern_raised", "safety_said"]

    def test_nobody_is_asked_to_support_themselves(self, protocol: Protocol) -> None:
        alone = Story.raised(protocol, empty=frozenset({"raising_lead"}))
        assert alone.running() == {"reply"}

    def test_it_is_raised_once(self, story: Story) -> None:
        assert story.is_refused(GP, concern()) == "not_possible_here"


class TestTheOtherSideReplies:
    @pytest.mark.parametrize(
        ("reply", "event", "position"),
        [
            (Trigger.CHANGE_DECISION, "decision_changed", Position.CHANGED),
            (Trigger.KEEP_DECISION, "decision_kept", Position.KEPT),
        ],
    )
    def test_a_position_meets_the_reply_clock_and_the_answer_is_owed_back(
        self, story: Story, reply: Trigger, event: str, position: Position
    ) -> None:
        story.does(MANAGER, reply)
        assert event in story.happened()
        assert story.case.position is position
        assert story.ended() == {"reply": "met"}
        assert story.running() == {"view", "answer"}
        assert story.clock("answer").due == utc("2026-11-23 18:30")

    def test_the_raiser_accepts_a_changed_decision_with_the_outcome_for_the_child(self, story: Story) -> None:
        story.does(MANAGER, Trigger.CHANGE_DECISION)
        assert story.is_refused(GP, c.AgreeSettlement()) == "outcome_missing"
        story.does(GP, c.AgreeSettlement(outcome="seen again by another doctor"))
        assert story.case.stage == "follow_up"
        assert story.codes(EventKind.SETTLEMENT_AGREED) == {"side": "raising", "reply": True}
        assert story.codes(EventKind.SETTLED_FOR_NOW) == {"cause": "agreed"}
        assert story.ended() == {"view": "stopped", "answer": "met"}

    def test_the_raiser_moves_a_kept_decision_up(self, story: Story) -> None:
        story.does(MANAGER, Trigger.KEEP_DECISION)
        story.does(GP, Trigger.ESCALATE)
        assert story.case.stage == "senior_challenge"
        assert story.codes(EventKind.MOVED_UP) == {
            "from": "manager_review",
            "to": "senior_challenge",
            "cause": "chosen",
        }
        assert story.case.position is Position.NONE  # the heads of service start with a clean sheet

    def test_an_answer_that_does_not_come_is_asked_for_again_and_again(self, story: Story) -> None:
        story.does(MANAGER, Trigger.KEEP_DECISION)
        story.times_out("answer")
        assert story.case.stage == "manager_review"
        assert (story.clock("answer").rung, story.clock("answer").due) == (2, utc("2026-11-26 18:30"))

    def test_a_second_position_does_not_give_the_raising_side_more_time(self, story: Story) -> None:
        story.does(MANAGER, Trigger.KEEP_DECISION)
        due = story.clock("answer").due
        story.now += timedelta(days=1)
        story.does(MANAGER, Trigger.CHANGE_DECISION)
        assert story.clock("answer").due == due
        assert story.case.position is Position.CHANGED

    def test_only_the_challenged_side_gives_a_position(self, story: Story) -> None:
        for who in EVERYBODY:
            if who is not MANAGER:
                assert story.is_refused(who, Trigger.KEEP_DECISION) == "not_yours"


class TestTheOtherSideAsksForInformation:
    def test_its_own_clock_keeps_running(self, story: Story) -> None:
        due = story.clock("reply").due
        story.does(MANAGER, Trigger.ASK_INFORMATION)
        assert story.ended() == {}
        assert story.clock("reply").due == due
        assert story.clock("information").due == utc("2026-11-20 18:30")

    def test_telling_it_meets_the_promise(self, story: Story) -> None:
        story.does(MANAGER, Trigger.ASK_INFORMATION)
        story.does(LEAD, c.TellChange(what_changed="the school has written"))
        assert story.ended() == {"information": "met"}
        assert story.running() == {"reply", "view"}

    def test_unanswered_it_is_asked_for_again_and_the_case_stays(self, story: Story) -> None:
        story.does(MANAGER, Trigger.ASK_INFORMATION)
        story.times_out("information")
        assert story.case.stage == "manager_review"
        assert story.ended() == {"information": "lapsed"}
        assert story.clock("information").rung == 2
        assert story.last.started[0].budget == "1 working_days"

    def test_asked_for_anew_after_an_answer_it_is_a_new_rung(self, story: Story) -> None:
        story.does(MANAGER, Trigger.ASK_INFORMATION)
        story.does(GP, c.TellChange(what_changed="this is all we have"))
        story.does(MANAGER, Trigger.ASK_INFORMATION)
        assert story.clock("information").rung == 2

    def test_asked_for_twice_it_is_still_one_promise(self, story: Story) -> None:
        story.does(MANAGER, Trigger.ASK_INFORMATION)
        story.now += timedelta(hours=3)
        story.does(MANAGER, Trigger.ASK_INFORMATION)
        assert story.last.started == ()
        assert story.clock("information").base == WEDNESDAY


class TestTheRaisersOwnLead:
    @pytest.mark.parametrize(
        ("view", "event", "kept"),
        [
            (Trigger.SUPPORT, "lead_supported", LeadView.SUPPORTS),
            (Trigger.DECLINE_SUPPORT, "lead_declined", LeadView.DECLINES),
        ],
    )
    def test_gives_a_view_and_the_challenge_goes_on(
        self, story: Story, view: Trigger, event: str, kept: LeadView
    ) -> None:
        story.does(LEAD, view)
        assert event in story.happened()
        assert story.case.lead_view is kept
        assert story.ended() == {"view": "met"}
        assert (story.case.stage, story.running()) == ("manager_review", {"reply"})

    def test_cannot_end_it_by_declining(self, story: Story) -> None:
        story.does(LEAD, Trigger.DECLINE_SUPPORT)
        story.does(GP, Trigger.ESCALATE)
        assert story.case.stage == "senior_challenge"

    def test_gives_one_view(self, story: Story) -> None:
        story.does(LEAD, Trigger.SUPPORT)
        assert story.is_refused(LEAD, Trigger.DECLINE_SUPPORT) == "already_given"

    def test_who_says_nothing_is_put_on_record_and_holds_nobody_up(self, story: Story) -> None:
        story.times_out("view")
        assert story.ended() == {"view": "lapsed"}
        assert story.codes(EventKind.DEADLINE_LAPSED)["climbs"] is False
        assert (story.case.stage, story.running()) == ("manager_review", {"reply"})
        story.does(LEAD, Trigger.SUPPORT)  # late is better than never
        assert story.case.lead_view is LeadView.SUPPORTS

    def test_is_not_asked_again_where_silence_is_only_put_on_record(self, story: Story) -> None:
        story.times_out("view")
        assert story.running() == {"reply"}

    def test_cannot_withdraw_it_for_the_raiser(self, story: Story) -> None:
        assert story.is_refused(LEAD, Trigger.WITHDRAW) == "not_yours"


class TestNobodyAnswers:
    def test_a_microsecond_before_its_time_nothing_moves(self, story: Story) -> None:
        story.now = story.clock("reply").due - MICROSECOND
        assert story.is_refused(CLOCK, c.TimeOut(clock="reply", rung=1)) == "not_due"

    def test_at_its_instant_the_case_moves_up_by_itself(self, story: Story) -> None:
        due = story.clock("reply").due
        story.times_out("reply")
        assert story.case.stage == "senior_challenge"
        assert story.happened() == ["deadline_lapsed", "moved_up"]
        assert story.codes(EventKind.DEADLINE_LAPSED) == {
            "clock": "reply",
            "rung": 1,
            "due": due.isoformat(),
            "late_by": 0,
            "waits_for": "challenged_manager",
            "climbs": True,
        }
        assert story.codes(EventKind.MOVED_UP) == {
            "from": "manager_review",
            "to": "senior_challenge",
            "cause": "silence",
            "waits_for": "challenged_manager",
        }
        assert story.ended() == {"reply": "lapsed", "view": "stopped"}
        assert story.last.entered is not None
        assert story.last.entered.cause == "silence"

    def test_noticed_late_it_says_by_how_much_and_the_next_holder_gets_all_their_time(
        self, story: Story
    ) -> None:
        story.times_out("reply", late=timedelta(days=1, seconds=7))
        assert story.codes(EventKind.DEADLINE_LAPSED)["late_by"] == 86_407
        assert {e.clock: e.late_by for e in story.last.ended} == {"reply": 86_407, "view": 0}
        assert story.clock("position").due == utc("2026-12-02 17:00")  # counted from the 27th

    def test_it_climbs_again_where_the_heads_are_silent_too(self, story: Story) -> None:
        story.times_out("reply")
        story.times_out("position")
        assert story.case.stage == "board_arbitration"
        assert story.codes(EventKind.MOVED_UP)["waits_for"] == "challenged_head"

    def test_above_the_board_there_is_nobody_so_it_stays_and_is_told_again(self, arbitration: Story) -> None:
        arbitration.times_out("decision")
        assert arbitration.case.stage == "board_arbitration"
        assert arbitration.clock("decision").rung == 2
        arbitration.times_out("decision")
        assert arbitration.clock("decision").rung == 3

    def test_the_same_deadline_cannot_run_out_twice(self, story: Story) -> None:
        story.times_out("reply")
        assert story.is_refused(CLOCK, c.TimeOut(clock="reply", rung=1)) == "not_due"

    def test_a_deadline_that_was_met_cannot_run_out(self, story: Story) -> None:
        story.does(MANAGER, Trigger.KEEP_DECISION)
        story.now += timedelta(days=60)
        assert story.is_refused(CLOCK, c.TimeOut(clock="reply", rung=1)) == "not_due"

    def test_only_the_clock_says_that_time_is_up(self, story: Story) -> None:
        story.now = story.clock("reply").due
        for who in EVERYBODY:
            assert story.is_refused(who, c.TimeOut(clock="reply", rung=1)) == "not_yours"

    def test_the_clock_does_nothing_but_that(self, story: Story) -> None:
        for trigger in story.protocol.stages["manager_review"].moves:
            if trigger.trigger is not Trigger.TIME_OUT:
                assert story.is_refused(CLOCK, trigger.trigger) == "not_yours"

    def test_the_silent_manager_may_still_change_the_decision(self, story: Story) -> None:
        story.times_out("reply")
        story.does(MANAGER, Trigger.CHANGE_DECISION)
        assert story.case.position is Position.CHANGED
        assert story.ended() == {"position": "met"}
        story.does(GP, Trigger.AGREE_SETTLEMENT)
        assert story.case.stage == "follow_up"

    def test_the_silent_manager_cannot_keep_it_over_the_head_of_service(self, story: Story) -> None:
        story.times_out("reply")
        assert story.is_refused(MANAGER, Trigger.KEEP_DECISION) == "not_yours"


class TestWhoWasSilent:
    def test_is_the_first_in_line_in_whose_place_somebody_can_sit(
        self, broken: Callable[[str, str], str]
    ) -> None:
        text = broken('waits_for = ["raising_lead"]', 'waits_for = ["raising_lead", "raiser"]')
        story = Story.raised(loader.loads(text, "two.toml"), empty=frozenset({"raising_lead"}))
        assert [s.waits_for for s in story.last.started] == ["challenged_manager", "raiser"]
        story.times_out("view")
        assert story.codes(EventKind.DEADLINE_LAPSED)["waits_for"] == "raiser"


class TestWhoKeepsThePersonSafe:
    def test_is_put_on_record_once_when_somebody_says_it(self, story: Story) -> None:
        story.does(OFFICE, c.SaySafety(safety="her aunt"))
        assert story.happened() == ["safety_said"]

    def test_can_be_said_with_any_move(self, story: Story) -> None:
        story.does(GP, c.Escalate(reasons="we see it differently", safety="her aunt"))
        assert story.happened() == ["safety_said", "moved_up"]

    def test_is_not_made_up_where_nobody_says_it(self, story: Story) -> None:
        story.does(GP, c.Escalate(reasons="we see it differently"))
        assert story.happened() == ["moved_up"]


class TestOwningIt:
    def test_is_on_record_and_stops_nothing(self, story: Story) -> None:
        before = story.case.clocks
        story.does(MANAGER, c.Acknowledge())
        assert story.happened() == ["owned"]
        assert (story.case.clocks, story.last.ended, story.last.started) == (before, (), ())

    def test_does_not_keep_a_case_from_moving_up(self, senior: Story) -> None:
        senior.does(CHALLENGED_HEAD, Trigger.ACKNOWLEDGE)
        senior.times_out("position")
        assert senior.case.stage == "board_arbitration"
