"""Clocks that people move: an earlier end to protect somebody, one that both agree, more time, a standstill."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.support import richer
from tests.unit.workflows.story import (
    CHALLENGED_HEAD,
    GP,
    LEAD,
    MANAGER,
    MICROSECOND,
    OFFICE,
    Story,
)
from workflows import commands as c
from workflows.amount import Amount
from workflows.case import CLOCK, Actor, Refusal
from workflows.events import EventKind
from workflows.loader import loads
from workflows.protocol import Protocol
from workflows.stages import Clock
from workflows.triggers import Trigger
from workflows.vocabulary import Anchor, Expiry, Unit, Urgency

REPLY_DUE = datetime(2026, 11, 25, 17, tzinfo=UTC)
VIEW_DUE = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def everything() -> Protocol:
    """The default with everything that a procedure can ask for."""
    return loads(richer.body(), richer.NAME)


@pytest.fixture
def timed(everything: Protocol) -> Story:
    """Raised on Wednesday 18 November at ten: the reply is due on Wednesday 25 at five."""
    story = Story.raised(everything)
    assert (story.clock("reply").due, story.clock("view").due) == (REPLY_DUE, VIEW_DUE)
    return story


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def sooner(until: datetime) -> c.SetTime:
    return c.SetTime(until=until, reasons="-")


def other_end(until: datetime, clock: str = "reply") -> c.ProposeTime:
    return c.ProposeTime(clock=c.Id(clock), until=until, reasons="-")


def more(until: datetime, clock: str = "reply", safety: str | None = "her aunt") -> c.Extend:
    return c.Extend(clock=c.Id(clock), until=until, reasons="-", safety=safety)


def with_clock(protocol: Protocol, stage: str, name: str, **changes: object) -> Protocol:
    """The protocol with something else said of one clock."""
    there = protocol.stages[stage]
    clocks: tuple[Clock, ...] = tuple(
        replace(clock, **changes) if clock.id == name else clock for clock in there.clocks
    )
    return replace(protocol, stages={**protocol.stages, stage: replace(there, clocks=clocks)})


class TestAnEndThatIsNotAhead:
    @pytest.mark.parametrize("past", [timedelta(0), timedelta(days=-1)])
    def test_is_refused_whatever_it_is_given_for(self, timed: Story, past: timedelta) -> None:
        until = timed.now + past
        assert timed.is_refused(GP, sooner(until)) == "time_is_past"
        assert timed.is_refused(GP, other_end(until)) == "time_is_past"
        assert timed.is_refused(OFFICE, more(until)) == "time_is_past"

    def test_is_allowed_a_moment_later(self, timed: Story) -> None:
        timed.does(GP, sooner(timed.now + MICROSECOND))
        assert timed.clock("reply").due == timed.now + MICROSECOND


class TestAnEarlierEndToProtectSomebody:
    def test_ends_what_may_be_protected_and_nothing_else(self, timed: Story) -> None:
        before = {clock.clock: clock.due for clock in timed.case.clocks}
        friday = utc("2026-11-20 12:00")
        timed.does(GP, sooner(friday))
        assert [(r.clock, r.due) for r in timed.last.retimed] == [("reply", friday)]
        assert {clock.clock: clock.due for clock in timed.case.clocks} == {**before, "reply": friday}
        assert timed.codes(EventKind.TIME_SET) == {"clock": "", "until": friday.isoformat()}

    def test_makes_nothing_later_and_holds_for_what_begins_after_it(self, timed: Story) -> None:
        late = utc("2026-12-01 12:00")
        timed.does(GP, sooner(late))
        assert timed.last.retimed == ()
        assert timed.clock("reply").due == REPLY_DUE
        assert timed.case.terms.protect_by == late

    def test_is_kept_by_a_stage_to_which_it_comes_back(self, everything: Protocol) -> None:
        story = Story.raised(everything)
        friday = utc("2026-11-20 12:00")
        story.does(GP, sooner(friday))
        story.does(GP, Trigger.ESCALATE)
        story.does(CHALLENGED_HEAD, c.ReturnDown(reasons="-"))
        assert story.clock("reply").due == friday


class TestAnEndThatBothAgree:
    def test_counts_when_the_other_side_has_agreed(self, timed: Story) -> None:
        until = utc("2026-12-03 17:00")
        timed.does(MANAGER, other_end(until))
        assert timed.codes(EventKind.TIME_PROPOSED) == {"clock": "reply", "until": until.isoformat()}
        assert timed.clock("reply").due == REPLY_DUE
        timed.does(GP, c.AgreeTime())
        assert timed.codes(EventKind.TIME_AGREED) == {"clock": "reply", "until": until.isoformat()}
        assert timed.clock("reply").due == until
        assert timed.is_refused(GP, c.AgreeTime()) == "no_proposal"  # it was agreed once

    @pytest.mark.parametrize(("proposes", "other"), [(GP, MANAGER), (MANAGER, GP)])
    def test_is_not_agreed_by_the_side_that_proposed_it(
        self, timed: Story, proposes: Actor, other: Actor
    ) -> None:
        assert timed.is_refused(other, c.AgreeTime()) == "no_proposal"
        timed.does(proposes, other_end(utc("2026-12-03 17:00")))
        assert timed.is_refused(proposes, c.AgreeTime()) == "no_proposal"
        timed.does(other, c.AgreeTime())

    def test_is_no_more_to_agree_once_the_time_has_been_met(self, timed: Story) -> None:
        timed.does(MANAGER, other_end(utc("2026-12-03 17:00")))
        timed.does(MANAGER, Trigger.KEEP_DECISION)
        assert timed.is_refused(GP, c.AgreeTime()) == "no_proposal"

    def test_is_now_where_it_passed_before_it_was_agreed(self, timed: Story) -> None:
        timed.does(MANAGER, other_end(timed.now + timedelta(hours=1)))
        timed.now += timedelta(hours=2)
        timed.does(GP, c.AgreeTime())
        assert timed.clock("reply").due == timed.now

    @pytest.mark.parametrize(
        ("clock", "code"),
        [("view", "not_negotiable"), ("cap:whole", "not_negotiable"), ("answer", "no_such_clock")],
    )
    def test_is_not_for_a_time_that_is_fixed_or_does_not_run(
        self, timed: Story, clock: str, code: str
    ) -> None:
        assert timed.is_refused(MANAGER, other_end(utc("2026-12-03 17:00"), clock)) == code

    def test_may_always_be_nearer_than_the_clocks_own_also_where_that_lies_past_a_cap(
        self, everything: Protocol
    ) -> None:
        long = dict.fromkeys(everything.paces, Amount(60, Unit.WORKING_DAYS))
        story = Story.raised(with_clock(everything, "manager_review", "reply", budgets=long))
        between = story.clock("cap:whole").due + timedelta(days=1)
        assert between < story.clock("reply").due
        story.does(MANAGER, other_end(story.clock("reply").due))
        story.does(MANAGER, other_end(between))

    def test_falls_with_its_stage(self, timed: Story) -> None:
        timed.does(MANAGER, other_end(utc("2026-12-03 17:00")))
        timed.does(GP, Trigger.ESCALATE)
        assert timed.case.terms.time_proposal is None


class TestMoreTime:
    def test_is_given_to_one_clock_with_who_keeps_the_person_safe(self, timed: Story) -> None:
        until = REPLY_DUE + timedelta(days=1)
        assert timed.is_refused(OFFICE, more(until, safety=None)) == "safety_missing"
        timed.does(OFFICE, more(until))
        assert timed.codes(EventKind.EXTENDED) == {"clock": "reply", "until": until.isoformat()}
        assert timed.happened() == ["extended", "safety_said"]
        assert (timed.clock("reply").due, timed.clock("view").due) == (until, VIEW_DUE)

    @pytest.mark.parametrize("less", [timedelta(0), timedelta(hours=1)])
    def test_is_more_than_there_was(self, timed: Story, less: timedelta) -> None:
        assert timed.is_refused(OFFICE, more(REPLY_DUE - less)) == "not_longer"

    def test_may_be_a_moment_more(self, timed: Story) -> None:
        timed.does(OFFICE, more(REPLY_DUE + MICROSECOND))

    def test_is_not_for_a_clock_that_does_not_run(self, timed: Story) -> None:
        assert timed.is_refused(OFFICE, more(REPLY_DUE, "answer")) == "no_such_clock"

    def test_ends_with_a_cap_over_the_stage_and_not_after_it(self, timed: Story) -> None:
        end = timed.clock("cap:whole").due
        refused = timed.asked(OFFICE, more(end + MICROSECOND))
        assert isinstance(refused, Refusal)
        assert refused.code == "past_cap"
        assert f"ends on {end:%a} {end.day} {end:%B %Y, %H:%M}" in refused.reason
        timed.does(OFFICE, more(end))

    def test_may_be_given_to_the_cap_itself(self, timed: Story) -> None:
        end = timed.clock("cap:whole").due + timedelta(days=1)
        timed.does(OFFICE, more(end, "cap:whole"))
        assert timed.clock("cap:whole").due == end

    def test_of_a_clock_that_was_asked_again_counts_from_its_shorter_time(self, everything: Protocol) -> None:
        # Two working days at first, one when it is asked again: one more is allowed, and no second one.
        one = Amount(1, Unit.WORKING_DAYS)
        story = Story.raised(with_clock(everything, "manager_review", "information", at_most=one))
        story.does(MANAGER, Trigger.ASK_INFORMATION)
        story.times_out("information")
        due = story.clock("information").due
        assert (story.clock("information").rung, due) == (2, utc("2026-11-24 18:30"))
        story.does(OFFICE, more(utc("2026-11-25 18:30"), "information"))
        assert story.is_refused(OFFICE, more(utc("2026-11-26 18:30"), "information")) == "too_long"

    def test_of_a_clock_that_the_risk_did_not_shorten_counts_from_its_own_end(
        self, everything: Protocol
    ) -> None:
        two = Amount(2, Unit.WORKING_DAYS)
        story = Story.raised(with_clock(everything, "manager_review", "reply", at_most=two))
        story.now = utc("2026-11-24 18:00")  # one working day from now would end later than the reply
        story.does(GP, c.TellChange(what_changed="-", risk_rose=True))
        assert (story.case.pace, story.clock("reply").due) == ("urgent", REPLY_DUE)
        assert story.is_refused(OFFICE, more(utc("2026-11-27 17:01"))) == "too_long"
        story.does(OFFICE, more(utc("2026-11-27 17:00")))


class TestAClockThatIsAskedAgain:
    def test_counts_from_then_on_also_where_it_first_counted_from_the_raising(
        self, everything: Protocol
    ) -> None:
        changes = {
            "anchor": Anchor.RAISED,
            "on_expiry": Expiry.REPEAT,
            "repeat": Amount(9, Unit.WORKING_DAYS),
        }
        story = Story.raised(with_clock(everything, "manager_review", "reply", **changes))
        story.times_out("reply")
        assert story.clock("reply").base == REPLY_DUE
        assert story.clock("reply").due == utc("2026-12-09 17:00")  # told at closing time, on the 26th


class TestAStandstill:
    def paused(self, story: Story) -> Story:
        story.now = utc("2026-11-19 10:00")
        story.does(OFFICE, Trigger.PAUSE)
        return story

    def test_gives_every_working_day_back_that_was_lost(self, timed: Story) -> None:
        self.paused(timed)
        timed.now = utc("2026-11-23 10:00")
        timed.does(OFFICE, Trigger.RESUME)
        assert timed.codes(EventKind.RESUMED) == {"since": "2026-11-19T10:00:00+00:00"}
        assert timed.clock("reply").due == utc("2026-11-27 17:00")
        assert timed.clock("view").due == utc("2026-11-24 18:30")
        assert timed.case.terms.paused_at is None

    def test_of_some_hours_of_a_day_changes_no_deadline(self, timed: Story) -> None:
        before = timed.case.clocks
        self.paused(timed)
        timed.now = utc("2026-11-19 15:00")
        timed.does(OFFICE, Trigger.RESUME)
        assert (timed.case.clocks, timed.last.retimed) == (before, ())

    def test_lets_no_deadline_lapse(self, timed: Story) -> None:
        self.paused(timed)
        timed.now = REPLY_DUE
        assert timed.is_refused(CLOCK, c.TimeOut(clock=c.Id("reply"), rung=1)) == "not_due"

    def test_begins_once_and_ends_once(self, timed: Story) -> None:
        assert timed.is_refused(OFFICE, Trigger.RESUME) == "not_paused"
        self.paused(timed)
        assert timed.is_refused(OFFICE, Trigger.PAUSE) == "paused_already"
        timed.does(OFFICE, Trigger.RESUME)
        assert timed.is_refused(OFFICE, Trigger.RESUME) == "not_paused"

    def test_is_refused_while_the_risk_is_immediate(self, everything: Protocol) -> None:
        story = Story.raised(everything, urgency=Urgency.TODAY)
        assert story.is_refused(OFFICE, Trigger.PAUSE) == "risk_is_immediate"

    def test_gives_back_to_what_began_meanwhile_only_what_it_lost_itself(self, timed: Story) -> None:
        self.paused(timed)
        timed.now = utc("2026-11-20 10:00")
        timed.does(MANAGER, Trigger.ASK_INFORMATION)
        assert timed.clock("information").due == utc("2026-11-24 18:30")
        timed.now = utc("2026-11-23 10:00")
        timed.does(OFFICE, Trigger.RESUME)
        assert timed.clock("information").due == utc("2026-11-25 18:30")
        assert {r.clock: r.budget for r in timed.last.retimed}["information"] == "2 working_days"
        assert timed.clock("reply").due == utc("2026-11-27 17:00")

    def test_says_with_which_time_each_clock_was_started(self, timed: Story) -> None:
        timed.does(LEAD, Trigger.SUPPORT)
        timed.does(MANAGER, Trigger.KEEP_DECISION)
        timed.times_out("answer")
        timed.does(OFFICE, Trigger.PAUSE)
        timed.now += timedelta(days=7)
        timed.does(OFFICE, Trigger.RESUME)
        budgets = {retimed.clock: (retimed.rung, retimed.budget) for retimed in timed.last.retimed}
        assert budgets == {"answer": (2, "2 working_days"), "cap:whole": (1, "30 working_days")}

    def test_ends_when_the_case_moves_on_and_a_cap_gets_its_days_back(self, timed: Story) -> None:
        end = timed.clock("cap:whole").due
        self.paused(timed)
        timed.now = utc("2026-11-20 10:00")
        timed.does(GP, Trigger.ESCALATE)
        assert timed.happened() == ["resumed", "moved_up"]
        assert timed.case.terms.paused_at is None
        assert [retimed.clock for retimed in timed.last.retimed] == ["cap:whole"]
        assert timed.clock("cap:whole").due > end

    def test_ends_when_the_risk_rises(self, timed: Story) -> None:
        self.paused(timed)
        timed.now = utc("2026-11-20 10:00")
        timed.does(LEAD, c.TellChange(what_changed="he is back", risk_rose=True))
        assert timed.happened() == ["change_told", "risk_rose", "resumed"]
        assert timed.clock("reply").due == utc("2026-11-23 17:00")
        assert timed.case.terms.paused_at is None
