"""Who sees the cases of all partnerships at once stands in this list, with the reason, or nowhere."""

import ast
from pathlib import Path

from tests.support import sources

ACROSS = {
    "escalation/services/audit.py": "the clock is watched in all of them",
    "escalation/services/forgetting.py": "an account is known wherever it has left a trace",
    "escalation/services/keys_here.py": "whoever starts looks whether every key is here",
    "escalation/services/lapses.py": "who is next is known only when all were looked at",
    "escalation/services/moving_clock.py": "there may be no case in any of them",
    "escalation/services/reminders.py": "reminders are claimed by their time alone",
}
"""File: why it must. A new one is read by somebody who asks whether a partnership could be named instead."""
_GIVEN = "across_partnerships"


def test_only_those_named_reach_across() -> None:
    found = {sources.name(path): reasons_in(path) for path in sources.modules(*sources.PACKAGES)}
    assert {name: reasons for name, reasons in found.items() if reasons} == {
        name: [reason] for name, reason in ACROSS.items()
    }


def test_only_the_wall_knows_the_setting() -> None:
    """Nobody widens a reach by a statement of their own."""
    knowing = {
        sources.name(path)
        for path in sources.modules(*sources.PACKAGES)
        for node in ast.walk(sources.tree(path))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and "escalation.partnerships" in node.value
    }
    assert knowing == {"escalation/security/wall.py"}


def test_a_reason_that_is_not_written_where_it_is_given_is_seen(tmp_path: Path) -> None:
    module = tmp_path / "service.py"
    module.write_text(
        "from escalation.services import unit\nwith unit.writing(unit.across_partnerships(why)): ...\n"
    )
    assert reasons_in(module) == ["?"]


def reasons_in(path: Path) -> list[str]:
    """The reason of each reach across partnerships in a module; ? for one that is no plain text."""
    return [
        node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else "?"
        for node in ast.walk(sources.tree(path))
        if isinstance(node, ast.Call) and _called(node.func) == _GIVEN
    ]


def _called(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
