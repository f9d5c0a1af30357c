"""The drawing and the table of a protocol tell what the file that runs says."""

from pathlib import Path

import pytest

from workflows import diagram, loader
from workflows.protocol import Protocol
from workflows.triggers import Trigger


def test_the_drawing_shows_every_stage_and_every_way_between_them(protocol: Protocol) -> None:
    lines = diagram.mermaid(protocol).splitlines()
    assert lines[:2] == ["stateDiagram-v2", "  [*] --> manager_review: raise"]
    for stage in protocol.stages.values():
        assert f'  state "{stage.name}" as {stage.id}' in lines
        for move in stage.moves:
            words = "silence" if move.trigger is Trigger.TIME_OUT else move.trigger
            drawn = [
                line
                for line in lines
                if line.startswith(f"  {stage.id} --> ") and line.endswith(f": {words}")
            ]
            assert drawn == [f"  {stage.id} --> {to}: {words}" for to in move.to]
    assert "  closed --> [*]" in lines


def test_the_drawing_tells_how_long_each_stage_has(protocol: Protocol) -> None:
    assert "Decision of the independent chair 10 working days / 2 working days" in diagram.mermaid(protocol)


def test_the_drawing_points_at_the_stage_of_a_case(protocol: Protocol) -> None:
    text = diagram.mermaid(protocol, here="senior_challenge")
    assert 'state "Senior challenge (here)" as senior_challenge' in text
    assert text.count("(here)") == 1


def test_the_table_has_a_row_for_every_move(protocol: Protocol) -> None:
    rows = diagram.transition_table(protocol)
    assert len(rows) == sum(len(stage.moves) for stage in protocol.stages.values())
    assert ("Manager review", "withdraw", "The person who raised it", "Closed") in rows
    assert ("Manager review", "time_out", "the clock", "Senior challenge") in rows
    assert ("Board arbitration", "recuse", "Independent chair", "") in rows


FENWICK = Path(__file__).parents[3] / "docs" / "examples" / "fenwick-2026.1.toml"


@pytest.mark.parametrize(
    "words",
    [
        "Times stand in this order: Standard / The risk is high / Immediate risk",
        "Answer of the practitioner 2 working days / 2 working days / same working day",
        "3 working days / 24 hours / 4 working hours, at most 24 hours",
        "a reminder 1 working day before its end",
        "both sides may agree another end",
        "more time is at most 5 working days",
        "Support it [support]: Line manager, raising agency (only if: view not given)",
        "(Put the plan on record first: what, by whom, until when.)",
        "on record first (lessons recorded): by Board office",
        "meeting: Meeting of the safeguarding leads, called by Named or designated safeguarding lead, raising",
        "general practice borrows it from integrated care board",
        "when the other side changes or keeps its decision, in Heads of service: Board office gets a copy",
        "stage.talk: Siarad â'n gilydd",
        "The risk is high: for next days; when the risk rises: Immediate risk",
        "topics: A decision about a child or an adult",
    ],
)
def test_the_text_that_a_board_agrees_to_says_what_the_file_says(words: str) -> None:
    assert words in diagram.text(loader.load(FENWICK))


@pytest.mark.parametrize("name", loader.shipped())
def test_the_text_names_everybody_and_every_time_of_a_protocol(name: str) -> None:
    found = loader.load(loader.shipped()[name])
    text = diagram.text(found)
    named = [slot.title for slot in found.slots.values()] + [pace.name for pace in found.paces.values()]
    named += [clock.title for stage in found.stages for clock in found.clocks_of(stage)]
    named += [form.title for form in found.forms] + [*found.welsh.values(), *found.words.values()]
    assert [words for words in named if words not in text] == []
