"""The notices of a protocol: each is sent upon its occasion, in the stages that it names."""

from dataclasses import replace

import pytest

from workflows.events import Event, EventKind
from workflows.notices import marking, noticed
from workflows.protocol import Notice, Protocol
from workflows.vocabulary import Occasion

REVIEW, SENIOR = frozenset({"manager_review"}), frozenset({"senior_challenge"})


@pytest.fixture
def copied(protocol: Protocol) -> Protocol:
    """The default, with a copy of each answer of the managers to the board office."""
    copy = Notice(Occasion.ANSWERED, REVIEW, (), ("business_manager",))
    return replace(protocol, notices=(copy,))


@pytest.mark.parametrize("answer", [EventKind.DECISION_KEPT, EventKind.DECISION_CHANGED])
def test_the_office_gets_a_copy_of_an_answer(copied: Protocol, answer: EventKind) -> None:
    assert noticed(copied, Event(answer), "manager_review", "manager_review") == ("business_manager",)


def test_silence_that_counts_as_an_answer_is_none(copied: Protocol) -> None:
    assert noticed(copied, Event(EventKind.TAKEN_AS_KEPT), "manager_review", "manager_review") == ()


def test_an_answer_in_another_stage_is_not_copied(copied: Protocol) -> None:
    assert noticed(copied, Event(EventKind.DECISION_KEPT), "senior_challenge", "senior_challenge") == ()


@pytest.mark.parametrize(
    ("occasion", "stages", "told"),
    [
        (Occasion.ENTERED, SENIOR, ("chair",)),  # it was entered
        (Occasion.ENTERED, REVIEW, ()),
        (Occasion.CLIMBED, REVIEW, ("chair",)),  # it was left upwards
        (Occasion.CLIMBED, SENIOR, ()),
        (Occasion.SETTLED, REVIEW, ()),
    ],
)
def test_what_is_entered_is_told_of_the_new_stage_and_what_happened_of_the_old_one(
    protocol: Protocol, occasion: Occasion, stages: frozenset[str], told: tuple[str, ...]
) -> None:
    telling = replace(protocol, notices=(Notice(occasion, stages, ("chair",)),))
    assert noticed(telling, Event(EventKind.MOVED_UP), "manager_review", "senior_challenge") == told


def test_each_is_told_once_whoever_tells_them(protocol: Protocol) -> None:
    notices = (
        Notice(Occasion.SILENCE, REVIEW, ("chair",), ("business_manager",)),
        Notice(Occasion.SILENCE, REVIEW, ("business_manager", "chair")),
    )
    telling = replace(protocol, notices=notices)
    told = noticed(telling, Event(EventKind.DEADLINE_LAPSED), "manager_review", "manager_review")
    assert told == ("chair", "business_manager")


def test_mails_about_a_stage_carry_its_first_marking_and_those_of_other_stages_none(
    protocol: Protocol,
) -> None:
    notices = (
        Notice(Occasion.SILENCE, REVIEW, ("chair",)),
        Notice(Occasion.SILENCE, REVIEW, ("chair",), marking="OFFICIAL-SENSITIVE"),
        Notice(Occasion.ENTERED, REVIEW, ("chair",), marking="ESCALATION"),
        Notice(Occasion.ENTERED, SENIOR, ("chair",)),
    )
    marked = replace(protocol, notices=notices)
    assert marking(marked, "manager_review") == "OFFICIAL-SENSITIVE"
    assert marking(marked, "senior_challenge") == ""
    assert marking(marked, "closed") == ""
