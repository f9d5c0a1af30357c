"""A procedure in words and as a drawing in text, every line as it stands in `told/`, read by a person once."""

from dataclasses import replace
from pathlib import Path

import pytest

from workflows import amount, diagram, layers, loader, reading
from workflows.protocol import Protocol

TOLD = Path(__file__).with_name("told")
BASE = Path(__file__).with_name("broken") / "base.toml"


@pytest.fixture(scope="module")
def region() -> Protocol:
    """A file with something of everything that can be said."""
    text = (TOLD / "region.toml").read_text(encoding="utf-8")
    below = BASE.read_text(encoding="utf-8")
    return loader.loads(layers.bundle("region", text, lambda _: below), "region")


def test_every_line_is_as_it_was_read(region: Protocol) -> None:
    assert (
        diagram.text(region, here="review").split("\n")
        == ((TOLD / "region.txt").read_text(encoding="utf-8").split("\n")[:-1])
    )


def test_the_drawing_in_text_is_as_it_was_read(region: Protocol) -> None:
    assert diagram.mermaid(region) + "\n" == (TOLD / "region.mmd").read_text(encoding="utf-8")


def test_a_small_protocol_says_nothing_of_what_it_has_not() -> None:
    lines = diagram.text(loader.load(BASE)).split("\n")
    titles = [line for line in lines if line and not line.startswith(" ")]
    assert titles == [
        "Small challenge, version 2026.1 (small)",
        "Times stand in this order: Standard / Urgent",
        "By way of the manager",
        "Straight to the board",
        "Who",
        "How fast",
        "Where this comes from",
    ]
    assert lines[-3:] == [
        "  about: child, adult; bank holidays of: ENG",
        "  to be looked at again by 01 November 2027",
        "  after: Made up for a test; no board works by it.",
    ]


def test_one_pace_alone_needs_no_order(region: Protocol) -> None:
    alone = {"standard": replace(region.paces["standard"], on_risk_rise=None)}
    assert "Times stand in this order" not in diagram.text(replace(region, paces=alone))


def test_times_are_said_for_each_pace_or_once_where_they_are_the_same() -> None:
    one, five = amount.parse("1 working_days"), amount.parse("5 working_days")
    assert reading.by_pace([five]) == "5 working days"
    assert reading.by_pace([five, five]) == "5 working days"
    assert reading.by_pace([five, one, five]) == "5 working days / 1 working day / 5 working days"


def test_a_track_says_whether_it_is_taken_here_or_opened_beside_a_case(region: Protocol) -> None:
    direct = region.tracks["direct"]

    def said(**changes: object) -> str:
        tracks = {**region.tracks, "direct": replace(direct, **changes)}
        text = diagram.text(replace(region, tracks=tracks))
        return next(line for line in text.split("\n") if line.startswith("Straight"))

    assert said() == "Straight to the board"
    assert said(beside=True) == "Straight to the board (may be opened beside a case)"
    assert said(elsewhere="The court") == "Straight to the board (not taken here: The court)"
    assert said(beside=True, elsewhere="The court") == said(elsewhere="The court")


def test_the_drawing_knows_stages_by_names_that_it_can_read(region: Protocol) -> None:
    review = replace(region.stages["review"], id="1.review-a")
    tracks = {"main": replace(region.tracks["main"], entries=(review.id,))}
    lines = diagram.mermaid(replace(region, stages={review.id: review}, tracks=tracks, caps={})).split("\n")
    assert lines[1:3] == ["  [*] --> s_1_review_a: raise", '  state "Manager review" as s_1_review_a']
