"""A folder of protocol files with one mistake each: each is refused at the right line, with the right key.

The first line of each file says what is expected: line, key, rule (or which check before lint), words.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest

from workflows import loader
from workflows.lint import RULES, lint
from workflows.loader import ProtocolError

FOLDER = Path(__file__).with_name("broken")
BASE = FOLDER / "base.toml"
BEFORE_LINT = ("shape", "names", "layers", "toml")


@dataclass(frozen=True)
class Said:
    """What is said of a file: the line, the key, by which rule, in which words."""

    line: int
    key: str
    rule: str
    words: str


def expected(path: Path) -> Said:
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    line, key, rule, words = (part.strip() for part in first.removeprefix("# expect: line").split("|"))
    return Said(int(line), key, rule, words)


def said_of(path: Path, rules: dict[str, object] | None = None) -> list[Said]:
    """Everything that is said of a file, under these rules of lint (all, when left out)."""
    try:
        text = loader.text_of(path)
        protocol, put = loader.loads(text, path.name), loader.layered(text, path.name)
    except ProtocolError as error:
        return [Said(p.line, p.key, "", p.reason) for p in error.problems]
    found = lint(protocol, [RULES[name] for name in rules or RULES])
    return [Said(f.origin(put).line, f.key, f.rule, f.words) for f in found]


BROKEN = {path.stem: path for path in sorted(FOLDER.glob("*.toml")) if path != BASE}


@pytest.mark.parametrize("name", BROKEN)
def test_is_refused_at_its_line_and_key(name: str) -> None:
    wanted = expected(BROKEN[name])
    said = said_of(BROKEN[name])
    there = [one for one in said if (one.line, one.key) == (wanted.line, wanted.key)]
    assert there, said
    assert wanted.words in there[0].words
    # A circle is shown at each place where it could be opened; nothing else is said.
    assert {one.rule for one in said} == {"" if wanted.rule in BEFORE_LINT else wanted.rule}


def test_without_a_mistake_nothing_is_said() -> None:
    assert said_of(BASE) == []


def test_there_are_more_than_forty() -> None:
    assert len(BROKEN) >= 40


@pytest.mark.parametrize("rule", RULES)
def test_without_this_rule_one_of_them_would_pass(rule: str) -> None:
    others = {name: None for name in RULES if name != rule}
    assert [name for name, path in BROKEN.items() if said_of(path, dict(others)) == []], rule
