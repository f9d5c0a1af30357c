"""Where a concern goes: the first route that fits, and every way of raising one that a condition can tell apart."""

from dataclasses import replace
from pathlib import Path

import pytest

from workflows import loader
from workflows.case import Terms
from workflows.facts import Facts
from workflows.protocol import Protocol, Slot
from workflows.routing import KEYS, all_facts, domain, entry_of, route_of, unfilled
from workflows.vocabulary import AgencyKind, Side, Subject, Tier, Urgency, Within


@pytest.fixture(scope="module")
def small() -> Protocol:
    """Adults straight to the board, everybody else by way of the manager."""
    protocol = loader.load(Path(__file__).with_name("broken") / "base.toml")
    return replace(protocol, topics={"staff": "About a member of staff"})


def test_the_first_route_that_fits_is_taken(small: Protocol) -> None:
    assert route_of(small, Facts(subject=Subject.ADULT)).to == "direct"
    assert route_of(small, Facts(subject=Subject.CHILD)).to == "main"
    assert route_of(replace(small, routes=()), Facts(subject=Subject.ADULT)).to == "main"


def test_what_no_route_fits_is_said(small: Protocol) -> None:
    with pytest.raises(LookupError, match=r"no route of small fits .*'child'"):
        route_of(replace(small, routes=small.routes[:1]), Facts())


def test_a_concern_begins_at_an_entry_of_its_track(small: Protocol) -> None:
    stage = entry_of(small, "direct", None)
    assert stage is small.stages["board"]
    assert entry_of(small, "direct", "board") is stage
    assert entry_of(small, "direct", "review") is None


def test_every_way_of_raising_differs_in_what_is_asked_and_in_nothing_else(small: Protocol) -> None:
    found = list(all_facts(small, ["urgency", "topic"]))
    assert len(found) == len(set(found)) == 2 * len(Urgency)
    assert {facts.urgency for facts in found} == set(Urgency)
    assert {facts.topic for facts in found} == {"", "staff"}
    assert {replace(facts, urgency="", topic="") for facts in found} == {
        Facts("child", "", "", AgencyKind.GENERAL_PRACTICE, "", Within.AGENCY, AgencyKind.GENERAL_PRACTICE)
    }
    assert list(all_facts(small, [])) == [replace(found[0], topic="", urgency=Urgency.TODAY)]


def test_what_can_be_met_is_what_the_file_and_the_closed_lists_say(small: Protocol) -> None:
    values = domain(small)
    assert tuple(values) == KEYS
    assert (values["subject"], values["topic"], values["forum"]) == (("child", "adult"), ("", "staff"), ("",))
    assert AgencyKind.BOARD not in values["challenged"]
    assert len(values["challenged"]) == len(values["raising"]) == len(AgencyKind) - 1


@pytest.mark.parametrize(
    ("named", "empty"),
    [((), {"second", "third"}), ((1,), {"second", "third"}), ((1, 2), {"third"}), ((1, 2, 3), set())],
)
def test_places_of_agencies_that_nobody_named_are_empty(
    small: Protocol, named: tuple[int, ...], empty: set[str]
) -> None:
    further = {
        name: Slot(name, Side.CHALLENGED, Tier.MANAGER, name, party=party)
        for party, name in enumerate(("second", "third"), start=1)
    }
    three = replace(small, slots={**small.slots, **further})
    assert three.parties == 3
    assert unfilled(three, Terms(named=named)) == empty


def test_a_place_with_a_condition_is_there_where_it_holds(small: Protocol) -> None:
    doctor = Slot("doctor", Side.RAISING, Tier.NAMED, "Doctor", when={"subject": frozenset({"adult"})})
    conditional = replace(small, slots={**small.slots, "doctor": doctor})
    assert unfilled(conditional, Terms(facts=Facts(subject=Subject.ADULT))) == set()
    assert unfilled(conditional, Terms(facts=Facts(subject=Subject.CHILD))) == {"doctor"}
