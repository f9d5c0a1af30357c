"""How each event is said, to who did it and to everybody else."""

import re
from dataclasses import replace

import pytest

from escalation.web import words
from tests.unit.web.views_by_hand import NOT_OUR_WORDS, an_event
from workflows.events import EventKind
from workflows.triggers import Trigger


def test_an_event_names_who_did_it_and_for_which_agency() -> None:
    kept = an_event(EventKind.DECISION_KEPT)
    assert words.happened(kept) == "Dr Sam Okafor, Northtown Hospitals keeps the decision"
    assert words.happened(replace(kept, actor_agency="")) == "Dr Sam Okafor keeps the decision"
    assert words.happened(replace(kept, actor="", actor_agency="")) == "The service keeps the decision"
    assert words.happened(replace(kept, by_me=True)) == "You keep the decision"


def test_a_move_up_says_whether_somebody_chose_it() -> None:
    chosen = an_event(EventKind.MOVED_UP, codes={"cause": "chosen"})
    assert words.happened(chosen) == "Dr Sam Okafor, Northtown Hospitals moved it up"
    assert words.happened(replace(chosen, by_me=True)) == "You moved it up"
    silent = an_event(EventKind.MOVED_UP, codes={"cause": "silence"}, actor="", actor_agency="")
    assert words.happened(silent) == "Moved up by itself: nobody answered"


def test_only_what_silence_did_is_marked_as_silence() -> None:
    silent = an_event(EventKind.MOVED_UP, codes={"cause": "silence"})
    assert words.by_silence(silent)
    assert words.by_silence(an_event(EventKind.DEADLINE_LAPSED))
    assert not words.by_silence(an_event(EventKind.MOVED_UP, codes={"cause": "chosen"}))
    assert not words.by_silence(an_event(EventKind.REMINDED))


@pytest.mark.parametrize("kind", EventKind)
def test_every_event_is_a_sentence_for_who_did_it_and_for_everybody_else(kind: EventKind) -> None:
    for event in (an_event(kind), an_event(kind, by_me=True), an_event(kind, actor="", actor_agency="")):
        said = words.happened(event)
        assert said[0].isupper()
        assert not re.search(r"[{}_]", said)
        assert not NOT_OUR_WORDS.search(said)


@pytest.mark.parametrize("kind", EventKind)
def test_nobody_is_told_that_you_keeps_a_decision(kind: EventKind) -> None:
    assert not re.match(r"You \w+s\b", words.happened(an_event(kind, by_me=True)))


def test_a_rise_in_risk_on_the_fastest_track_claims_no_shorter_time() -> None:
    fastest = an_event(EventKind.RISK_ROSE, codes={"from": "urgent", "to": "urgent"})
    assert "shorter" not in words.happened(fastest)


def test_a_rise_in_risk_that_makes_time_shorter_says_so() -> None:
    faster = an_event(EventKind.RISK_ROSE, codes={"from": "standard", "to": "urgent"}, by_me=True)
    assert words.happened(faster) == "You said that the risk has risen: time is shorter"


def test_owning_says_both_that_it_was_read_and_that_it_is_owned() -> None:
    owned = an_event(EventKind.OWNED, actor_agency="")
    assert words.happened(owned) == "Dr Sam Okafor has read this and owns it"
    assert words.happened(replace(owned, by_me=True)) == "You have read this and own it"
    assert words.TRIGGER_LINKS[Trigger.ACKNOWLEDGE] == "I have read this and own it"
