"""A case is moved to another version only where something still runs that ends in something."""

from dataclasses import replace

from tests.unit.workflows.story import Story
from workflows.case import Decision, Refusal
from workflows.protocol import Protocol
from workflows.versions import move_to_version
from workflows.vocabulary import Expiry


def only_recorded(protocol: Protocol, stage: str) -> Protocol:
    """The protocol with clocks in one stage whose end does nothing."""
    there = protocol.stages[stage]
    clocks = tuple(replace(clock, on_expiry=Expiry.RECORD) for clock in there.clocks)
    return replace(protocol, stages={**protocol.stages, stage: replace(there, clocks=clocks)})


def test_the_same_clocks_run_on(protocol: Protocol, story: Story) -> None:
    moved = move_to_version(protocol, story.case, {}, story.now)
    assert isinstance(moved, Decision)
    assert moved.after.clocks == story.case.clocks


def test_a_version_in_which_it_would_wait_unseen_is_refused(protocol: Protocol, story: Story) -> None:
    moved = move_to_version(only_recorded(protocol, story.case.stage), story.case, {}, story.now)
    assert isinstance(moved, Refusal)
    assert moved.code == "not_in_version"
