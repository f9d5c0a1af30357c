"""A case is moved to another version only where something still runs that ends in something."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.unit.workflows.story import MANAGER, Story
from workflows.amount import Amount
from workflows.case import Decision, Refusal
from workflows.events import Event, EventKind
from workflows.protocol import Protocol
from workflows.stages import Clock
from workflows.triggers import Trigger
from workflows.versions import move_to_version
from workflows.vocabulary import Expiry, Unit

CODES = {"from": "2026.1", "to": "2027.1"}


def with_clocks(protocol: Protocol, stage: str, *clocks: Clock) -> Protocol:
    """The protocol with other clocks in one stage."""
    there = replace(protocol.stages[stage], clocks=clocks)
    return replace(protocol, stages={**protocol.stages, stage: there})


def only_recorded(protocol: Protocol, stage: str) -> Protocol:
    """The protocol with clocks in one stage whose end does nothing."""
    clocks = (replace(clock, on_expiry=Expiry.RECORD) for clock in protocol.stages[stage].clocks)
    return with_clocks(protocol, stage, *clocks)


def of_days(protocol: Protocol, days: int) -> Protocol:
    """The protocol with a reply that is owed within so many working days."""
    clocks = (
        replace(k, budgets=dict.fromkeys(protocol.paces, Amount(days, Unit.WORKING_DAYS)))
        if k.id == "reply"
        else k
        for k in protocol.stages["manager_review"].clocks
    )
    return with_clocks(protocol, "manager_review", *clocks)


def refused(protocol: Protocol, story: Story) -> str:
    moved = move_to_version(protocol, story.case, CODES, story.now)
    assert isinstance(moved, Refusal)
    assert moved.code == "not_in_version"
    return moved.reason


def test_the_same_clocks_run_on_and_the_move_is_on_record(protocol: Protocol, story: Story) -> None:
    moved = move_to_version(protocol, story.case, CODES, story.now)
    assert isinstance(moved, Decision)
    assert (moved.after, moved.retimed) == (story.case, ())
    assert moved.events == (Event(EventKind.VERSION_CHANGED, CODES),)


def test_a_version_in_which_it_would_wait_unseen_is_refused(protocol: Protocol, story: Story) -> None:
    assert "nothing that runs here moves the case on" in refused(
        only_recorded(protocol, story.case.stage), story
    )


def test_a_version_without_the_stage_is_refused(protocol: Protocol, story: Story) -> None:
    stages = {name: stage for name, stage in protocol.stages.items() if name != story.case.stage}
    assert refused(replace(protocol, stages=stages), story).startswith("The new version has no such stage.")


def test_a_version_without_the_pace_is_refused(protocol: Protocol, story: Story) -> None:
    paces = {name: pace for name, pace in protocol.paces.items() if name != story.case.pace}
    assert refused(replace(protocol, paces=paces), story).startswith("The new version has no such stage.")


@pytest.mark.parametrize("gone", ["reply", "view"])
def test_a_version_without_a_time_that_runs_is_refused(protocol: Protocol, story: Story, gone: str) -> None:
    clocks = (clock for clock in protocol.stages["manager_review"].clocks if clock.id != gone)
    assert refused(with_clocks(protocol, "manager_review", *clocks), story).startswith(
        "A time that runs is not in the new version."
    )


def test_one_clock_that_moves_the_case_on_is_enough(protocol: Protocol, story: Story) -> None:
    story.does(MANAGER, Trigger.KEEP_DECISION)  # the view is only recorded, the answer is asked for again
    assert story.running() == {"view", "answer"}
    assert isinstance(move_to_version(protocol, story.case, CODES, story.now), Decision)


def test_other_times_count_from_where_the_clocks_began(protocol: Protocol, story: Story) -> None:
    moved = move_to_version(of_days(protocol, 3), story.case, CODES, story.now + timedelta(days=1))
    assert isinstance(moved, Decision)
    [retimed] = moved.retimed
    assert (retimed.clock, retimed.budget) == ("reply", "3 working_days")
    assert retimed.due == datetime(2026, 11, 23, 17, tzinfo=UTC)
    assert {k.clock: k.due for k in moved.after.clocks}["reply"] == retimed.due


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (datetime(2026, 11, 20, 16, 59, tzinfo=UTC), datetime(2026, 11, 20, 17, tzinfo=UTC)),
        (datetime(2026, 11, 20, 17, 0, tzinfo=UTC), datetime(2026, 11, 25, 17, tzinfo=UTC)),
    ],
)
def test_nobody_is_late_before_they_were_told(
    protocol: Protocol, story: Story, now: datetime, due: datetime
) -> None:
    # Two working days from Wednesday end on Friday at five; told then, after closing, they count anew.
    moved = move_to_version(of_days(protocol, 2), story.case, CODES, now)
    assert isinstance(moved, Decision)
    assert {k.clock: k.due for k in moved.after.clocks}["reply"] == due
