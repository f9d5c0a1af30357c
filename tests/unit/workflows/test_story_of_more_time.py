"""More time has an end of its own: what the procedure allows, and never past a cap over the stage."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.unit.workflows.story import GP, MANAGER, OFFICE, Story
from workflows import amount
from workflows import commands as c
from workflows.calendar import WorkingCalendar
from workflows.case import Refusal
from workflows.deadlines import after_standstill, due_instant, more_time
from workflows.layers import bundle
from workflows.loader import loads, shipped
from workflows.protocol import Protocol

LONDON = ZoneInfo("Europe/London")

TEXT = """
extends = "four-stage-2026.1"
key = "more-time"
version = "1"
[[stage]]
id = "manager_review"
[[stage.clock]]
id = "reply"
negotiable = true
at_most = "2 working_days"
[[stage.move]]
do = "propose_time"
by = ["raiser", "challenged_manager"]
[[stage.move]]
do = "agree_time"
by = ["raiser", "challenged_manager"]
[[stage.move]]
do = "extend"
by = ["business_manager"]
{}
"""
CAP = """
[[cap]]
id = "whole"
title = "The whole procedure"
stages = ["manager_review"]
budget = "6 working_days"
waits_for = ["business_manager"]
on_expiry = "record"
"""


def london(text: str) -> datetime:
    """A wall time in London."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


def protocol_with(cap: str = "") -> Protocol:
    below = {name: path.read_text(encoding="utf-8") for name, path in shipped().items()}
    return loads(bundle("more-time-1", TEXT.format(cap), below.__getitem__), "more-time-1")


@pytest.fixture
def bounded() -> Story:
    """Raised on Wednesday 18 November; the reply is due on Wednesday 25, and 2 working days more is Friday 27."""
    return Story.raised(protocol_with())


def proposal(until: datetime) -> c.ProposeTime:
    return c.ProposeTime(clock=c.Id("reply"), until=until, reasons="-")


def extension(until: datetime) -> c.Extend:
    return c.Extend(clock=c.Id("reply"), until=until, reasons="-", safety="-")


def test_both_sides_agree_to_as_much_as_is_allowed(bounded: Story) -> None:
    latest = london("2026-11-27T17:00")
    assert bounded.clock("reply").due == london("2026-11-25T17:00")
    bounded.does(MANAGER, proposal(latest))
    bounded.does(GP, c.AgreeTime())
    assert bounded.clock("reply").due == latest


def test_more_than_is_allowed_is_refused_with_the_latest_end(bounded: Story) -> None:
    answer = bounded.asked(MANAGER, proposal(london("2026-11-27T17:01")))
    assert answer == Refusal(
        "too_long",
        "The procedure allows at most 2 working days more here: until Fri 27 November 2026, 17:00.",
    )


def test_time_is_not_given_bit_by_bit_past_what_is_allowed(bounded: Story) -> None:
    bounded.does(OFFICE, extension(london("2026-11-27T17:00")))
    assert bounded.is_refused(OFFICE, extension(london("2026-11-30T12:00"))) == "too_long"


def test_a_proposal_that_became_too_long_meanwhile_is_not_agreed(bounded: Story) -> None:
    bounded.does(MANAGER, proposal(london("2026-11-27T17:00")))
    bounded.does(GP, c.TellChange(what_changed="-", risk_rose=True))
    assert bounded.is_refused(GP, c.AgreeTime()) == "too_long"


def test_an_earlier_end_may_be_agreed_whatever_is_allowed(bounded: Story) -> None:
    bounded.does(MANAGER, proposal(london("2026-11-20T12:00")))
    bounded.does(GP, c.AgreeTime())
    assert bounded.clock("reply").due == london("2026-11-20T12:00")


def test_no_time_is_agreed_past_a_cap_over_the_stage() -> None:
    story = Story.raised(protocol_with(CAP))
    answer = story.asked(MANAGER, proposal(london("2026-11-27T17:00")))
    assert isinstance(answer, Refusal)
    assert (answer.code, "“The whole procedure” ends on Thu 26 November 2026, 16:00" in answer.reason) == (
        "past_cap",
        True,
    )
    story.does(MANAGER, proposal(london("2026-11-26T16:00")))


def test_days_of_more_time_count_from_the_day_after_the_end_and_hours_from_the_end() -> None:
    calendar, end = WorkingCalendar("ENG"), london("2026-12-29T17:00")
    latest = {
        "5 working_days": "2027-01-06T17:00",
        "4 calendar_days": "2027-01-04T17:00",
        "1 weeks": "2027-01-05T17:00",
        "2 hours": "2026-12-29T19:00",
        "2 working_hours": "2026-12-30T11:00",
        "5 working_days at most 1 weeks": "2027-01-05T17:00",
    }
    found = {words: more_time(amount.parse(words), end, calendar) for words in latest}
    assert found == {words: london(at) for words, at in latest.items()}


class TestOfTwoLengths:
    """Four working hours, and 24 hours at most: whichever ends first."""

    BOTH = amount.parse("4 working_hours at most 24 hours")

    @pytest.mark.parametrize(
        ("told", "ends"),
        [("2026-11-18T10:00", "2026-11-18T14:00"), ("2026-11-20T16:00", "2026-11-21T16:00")],
    )
    def test_the_first_to_end_counts(self, told: str, ends: str) -> None:
        assert due_instant(self.BOTH, london(told), WorkingCalendar("ENG")) == london(ends)

    def test_is_written_and_said_as_it_was(self) -> None:
        assert amount.parse(str(self.BOTH)) == self.BOTH
        assert self.BOTH.in_words == "4 working hours, at most 24 hours"

    def test_the_first_to_end_counts_after_a_standstill_too(self) -> None:
        due, since = london("2026-11-18T14:00"), london("2026-11-18T12:00")
        until = since + timedelta(hours=5)
        # Two working hours were left at noon, and two more hours of any kind would end at 19:00.
        assert after_standstill(due, since, until, self.BOTH, WorkingCalendar("ENG")) == london(
            "2026-11-18T19:00"
        )

    @pytest.mark.parametrize(
        "words", ["next_sitting at most 24 hours", "1 hours at most 1 hours at most 1 hours"]
    )
    def test_only_two_counted_ones_stand_together(self, words: str) -> None:
        with pytest.raises(ValueError, match="is not"):
            amount.parse(words)

    def test_a_risk_that_rises_shortens_by_it(self) -> None:
        usual = protocol_with()
        stage = usual.stages["manager_review"]
        clocks = tuple(
            replace(k, budgets={**k.budgets, "urgent": self.BOTH}) if k.id == "reply" else k
            for k in stage.clocks
        )
        story = Story.raised(replace(usual, stages={**usual.stages, stage.id: replace(stage, clocks=clocks)}))
        story.does(GP, c.TellChange(what_changed="-", risk_rose=True))
        assert story.clock("reply").due == london("2026-11-18T14:00")
