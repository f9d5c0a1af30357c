"""The conditions that a file may set before a move: each holds it until it is fulfilled, with its own reason."""

from dataclasses import replace

from tests.unit.workflows.story import GP, LEAD, MANAGER, Story
from workflows import commands as c
from workflows.case import Refusal
from workflows.guards import CONDITIONS
from workflows.machine import possibilities
from workflows.protocol import Protocol
from workflows.triggers import Trigger


def asking(protocol: Protocol, trigger: Trigger, *conditions: str) -> Protocol:
    """The protocol in which one move of its first stage has these conditions."""
    review = protocol.stages["manager_review"]
    moves = tuple(
        replace(move, conditions=conditions) if move.trigger is trigger else move for move in review.moves
    )
    return replace(protocol, stages={**protocol.stages, review.id: replace(review, moves=moves)})


def reason(story: Story, trigger: Trigger) -> Refusal | None:
    """Why the raiser, who may make a move, may not make it yet."""
    return {seen.trigger: seen.refusal for seen in possibilities(story.protocol, story.case, GP)}[trigger]


def test_are_all_told_apart_by_their_codes() -> None:
    assert set(CONDITIONS) == {
        "position_given",
        "no_position_yet",
        "view_not_given",
        "proposal_from_other_side",
        "no_proposal_of_ours",
        "outcome_given",
        "not_readdressed_before",
        "not_party",
    }


def test_going_up_may_wait_for_the_position_of_the_other_side(protocol: Protocol) -> None:
    story = Story.raised(asking(protocol, Trigger.ESCALATE, "position_given"))
    expected = Refusal("no_position", "The other side has not given its position yet.")
    assert (story.asked(GP, c.Escalate(reasons="-")), reason(story, Trigger.ESCALATE)) == (expected, expected)
    story.does(MANAGER, Trigger.KEEP_DECISION)
    assert reason(story, Trigger.ESCALATE) is None
    story.does(GP, Trigger.ESCALATE)


def test_a_position_may_be_given_once(protocol: Protocol) -> None:
    story = Story.raised(asking(protocol, Trigger.CHANGE_DECISION, "no_position_yet"))
    story.does(MANAGER, Trigger.KEEP_DECISION)
    refused = story.asked(MANAGER, c.ChangeDecision(reasons="-"))
    assert refused == Refusal("position_given", "A position has been given already.")
    fresh = Story.raised(story.protocol)
    fresh.does(MANAGER, Trigger.CHANGE_DECISION)


def test_the_first_that_does_not_hold_is_told(protocol: Protocol) -> None:
    story = Story.raised(asking(protocol, Trigger.ESCALATE, "position_given", "view_not_given"))
    story.does(LEAD, Trigger.SUPPORT)
    assert story.is_refused(GP, Trigger.ESCALATE) == "no_position"
    story.does(MANAGER, Trigger.KEEP_DECISION)
    assert story.is_refused(GP, Trigger.ESCALATE) == "already_given"
