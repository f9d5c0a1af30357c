"""An area that takes no part in one track, or in the whole, says so in a layer of a few lines."""

from pathlib import Path

import pytest

from tests.unit.workflows.story import CALENDARS, WEDNESDAY, concern
from workflows import layers, lint, loader
from workflows.case import Decision, Elsewhere
from workflows.commands import RaiseConcern
from workflows.machine import begin
from workflows.protocol import Protocol
from workflows.vocabulary import Reason, Subject

BASE = Path(__file__).with_name("broken") / "base.toml"
ONE_TRACK = """
extends = "base"
key = "area"

[[track]]
id = "direct"
elsewhere = "The adults' board"
because = "Our area settles what is about adults there."
"""
THE_WHOLE = """
extends = "four-stage-2026.1"
key = "area"

[[track]]
id = "main"
name = "By the region's text"
elsewhere = "The area's own procedure"
because = "Our area has not adopted the region's text."
reason = "other_procedure"
"""


def area(text: str, base: Path) -> Protocol:
    """The layer of an area over its base, without anything for lint to say."""
    below = base.read_text(encoding="utf-8")
    protocol = loader.loads(layers.bundle("area", text, lambda _: below), "area")
    assert lint.lint(protocol) == ()
    return protocol


def answer(protocol: Protocol, subject: Subject) -> object:
    """What comes of a concern about somebody."""
    told = concern()
    command = RaiseConcern(
        person_reference="r", decision="d", risk="r", request="q", urgency=told.urgency, subject=subject
    )
    return begin(
        protocol,
        command,
        calendars=CALENDARS,
        empty_slots=frozenset(),
        party_agencies=frozenset(),
        party_people=frozenset({1}),
        now=WEDNESDAY,
    )


def test_one_track_goes_elsewhere_and_the_other_is_walked() -> None:
    protocol = area(ONE_TRACK, BASE)
    gone = answer(protocol, Subject.ADULT)
    assert isinstance(gone, Elsewhere)
    assert (gone.destination, gone.route) == ("The adults' board", 0)
    assert gone.reason == "This goes to: The adults' board. Our area settles what is about adults there."
    assert gone.why is Reason.OTHER_PROCEDURE
    assert isinstance(answer(protocol, Subject.CHILD), Decision)


@pytest.mark.parametrize("subject", [Subject.CHILD, Subject.ADULT])
def test_the_whole_goes_elsewhere(subject: Subject) -> None:
    gone = answer(area(THE_WHOLE, loader.shipped()["four-stage-2026.1"]), subject)
    assert isinstance(gone, Elsewhere)
    assert (gone.destination, gone.route) == ("The area's own procedure", 0)


def test_the_region_itself_is_as_before() -> None:
    assert isinstance(answer(loader.load(BASE), Subject.ADULT), Decision)
