"""The drawing and the table of a protocol tell what the file that runs says."""

from workflows import diagram
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
