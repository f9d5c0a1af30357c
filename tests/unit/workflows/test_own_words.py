"""A board's own words fit into the sentences of the service."""

import pytest

from workflows.deeds import name_of
from workflows.own_words import NONE, said, word
from workflows.triggers import Trigger
from workflows.vocabulary import Word

OWN = {"challenge": "escalation", "stage": "step", "outcome": "result", "outcomes": "findings"}


@pytest.mark.parametrize(
    ("sentence", "own", "usual"),
    [
        ("Withdraw the {challenge}", "Withdraw the escalation", "Withdraw the challenge"),
        ("{Challenge} to them", "Escalation to them", "Challenge to them"),
        ("This is a {challenge}", "This is an escalation", "This is a challenge"),
        ("An {outcome} counts", "A result counts", "An outcome counts"),
        ("All {stages} and {Outcomes}", "All steps and Findings", "All stages and Outcomes"),
        ("Nothing of ours", "Nothing of ours", "Nothing of ours"),
    ],
)
def test_a_sentence_is_said_with_the_words_of_the_board(sentence: str, own: str, usual: str) -> None:
    assert said(sentence, OWN) == own
    assert said(sentence, NONE) == usual


def test_every_word_that_a_board_may_replace_has_one_of_the_service() -> None:
    assert all(word(name, NONE) and "{" not in said(f"{{{name}}}", NONE) for name in Word)


def test_every_move_has_a_name_and_no_two_have_the_same() -> None:
    assert len({name_of(trigger, NONE) for trigger in Trigger}) == len(Trigger)
