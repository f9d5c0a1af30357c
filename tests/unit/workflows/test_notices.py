"""The notices of a protocol: each is sent upon its occasion, in the stages that it names."""

from dataclasses import replace

import pytest

from workflows.events import Event, EventKind
from workflows.notices import noticed
from workflows.protocol import Notice, Protocol
from workflows.vocabulary import Occasion


@pytest.fixture
def copied(protocol: Protocol) -> Protocol:
    """The default, with a copy of each answer of the managers to the board office."""
    copy = Notice(Occasion.ANSWERED, frozenset({"manager_review"}), (), ("business_manager",))
    return replace(protocol, notices=(copy,))


@pytest.mark.parametrize("answer", [EventKind.DECISION_KEPT, EventKind.DECISION_CHANGED])
def test_the_office_gets_a_copy_of_an_answer(copied: Protocol, answer: EventKind) -> None:
    assert noticed(copied, Event(answer), "manager_review", "manager_review") == ("business_manager",)


def test_silence_that_counts_as_an_answer_is_none(copied: Protocol) -> None:
    assert noticed(copied, Event(EventKind.TAKEN_AS_KEPT), "manager_review", "manager_review") == ()


def test_an_answer_in_another_stage_is_not_copied(copied: Protocol) -> None:
    assert noticed(copied, Event(EventKind.DECISION_KEPT), "senior_challenge", "senior_challenge") == ()
