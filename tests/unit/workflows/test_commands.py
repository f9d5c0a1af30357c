"""What people write stays with their command, apart from codes."""

from tests.unit.workflows.story import (
    CANARY,
    concern,
)
from workflows import commands as c


class TestTheWrittenWords:
    def test_stay_with_the_command_by_field(self) -> None:
        assert c.KeepDecision(reasons="because", would_change_mind="a photograph").prose() == {
            "reasons": "because",
            "would_change_mind": "a photograph",
        }
        assert c.TellChange(what_changed="news", risk_rose=True, safety="her aunt").prose() == {
            "safety": "her aunt",
            "what_changed": "news",
        }
        assert c.Acknowledge().prose() == {}

    def test_of_every_command_leave_nothing_out(self) -> None:
        assert set(concern(safety=CANARY).prose()) == {
            "person_reference",
            "decision",
            "risk",
            "request",
            "attempts",
            "changed_lately",
            "safety",
        }
