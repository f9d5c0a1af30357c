"""A folder of protocol files with one mistake each: each is refused where a board officer would look.

The first lines of each file say what is expected of it: the line, the key, the rule of lint (or which
check before lint: toml, layers, shape, names), a part of the words. `file` is there when the mistake
stands in another file below this layer, `also` where one mistake shows in more than one place.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

import pytest

from workflows import loader
from workflows.layers import Layered, Origin
from workflows.lint import RULES, Rule, lint
from workflows.loader import ProtocolError
from workflows.protocol import Protocol
from workflows.schema import ProtocolSchema

FOLDER = Path(__file__).with_name("broken")
BASE = FOLDER / "base.toml"
BROKEN = {path.name: path for path in sorted(FOLDER.glob("*.toml")) if path != BASE}
BEFORE_LINT = {"toml", "layers", "shape", "names"}

_HEAD = re.compile(r"# (?P<key>expect|key|rule|words|file|also): ?(?P<value>.*)")
_SUGGESTED = re.compile(r"did you mean '(?P<word>[^']*)'")


@dataclass(frozen=True, order=True)
class Where:
    """Where a mistake stands. `file` is empty for the file itself."""

    file: str
    line: int
    key: str


@dataclass(frozen=True)
class Said:
    """One thing that is said of a file: where, by which rule of lint (empty before lint), in which words."""

    where: Where
    rule: str
    words: str


@dataclass(frozen=True)
class Expected:
    """What the first lines of a broken file ask for."""

    where: Where
    also: frozenset[Where]
    rule: str
    words: str

    @property
    def everywhere(self) -> set[Where]:
        """All the places at which something is said."""
        return {self.where, *self.also}


def head_of(path: Path) -> Iterator[tuple[str, str]]:
    """The keys and values of the comments that a file begins with."""
    for line in path.read_bytes().decode("utf-8", "replace").splitlines():
        found = _HEAD.fullmatch(line)
        if found is None:
            return
        yield found["key"], found["value"]


@cache
def expected(name: str) -> Expected:
    """What is expected of a broken file."""
    pairs = list(head_of(BROKEN[name]))
    head = dict(pairs)
    file = head.get("file", "")
    also = (value.partition(", ") for key, value in pairs if key == "also")
    return Expected(
        Where(file, _number(head["expect"]), head["key"]),
        frozenset(Where(file, _number(line), key) for line, _, key in also),
        head["rule"],
        head["words"],
    )


def _number(words: str) -> int:
    return int(words.removeprefix("line "))


@cache
def loaded(path: Path) -> tuple[Protocol, Layered]:
    """A file as it is published: read with its layers, checked. Raises ProtocolError."""
    text = loader.text_of(path)
    return loader.loads(text, path.name), loader.layered(text, path.name)


def said_of(path: Path, rules: Iterable[Rule] = tuple(RULES.values())) -> list[Said]:
    """Everything that is said of a file under these rules of lint."""
    try:
        protocol, put = loaded(path)
    except ProtocolError as error:
        other = "" if error.name == path.name else error.name
        return [Said(Where(p.file or other, p.line, p.key), "", p.reason) for p in error.problems]
    found = lint(protocol, rules)
    return [Said(_where(f.origin(put), f.key, path), f.rule, f.words) for f in found]


def _where(origin: Origin, key: str, path: Path) -> Where:
    file = "" if origin.file == path.name else f"{origin.file.removesuffix('.toml')}.toml"
    return Where(file, origin.line, key)


def refused_by(path: Path) -> str:
    """The check before lint that refuses a file, or nothing."""
    try:
        put = loader.layered(loader.text_of(path), path.name)
    except ProtocolError as error:
        return "layers" if error.problems[0].key else "toml"
    if ProtocolSchema().validate(put.values):
        return "shape"
    try:
        loader.checked(put, path.name)
    except ProtocolError:
        return "names"
    return ""


def as_expected(name: str, rules: Iterable[Rule] = tuple(RULES.values())) -> bool:
    """Whether exactly what the first lines of a broken file ask for is said of it."""
    wanted, said = expected(name), said_of(BROKEN[name], rules)
    by = {refused_by(BROKEN[name]) or one.rule for one in said}
    there = [one.words for one in said if one.where == wanted.where]
    right = {one.where for one in said} == wanted.everywhere and by == {wanted.rule}
    return right and any(wanted.words in words for words in there)


def all_but(rule: str) -> list[Rule]:
    """The rules of lint without one."""
    return [other for name, other in RULES.items() if name != rule]


def written(one: Said) -> str:
    """The word at which something said takes offence: quoted in front, or else the key itself."""
    quoted = re.match(r"'([^']*)'", one.words)
    return quoted[1] if quoted else one.where.key.rpartition(".")[2]


def changes(name: str) -> int:
    """In how many places a broken file differs from the one without a mistake."""
    lines = BROKEN[name].read_bytes().decode("utf-8", "replace").splitlines()
    body = lines[len(list(head_of(BROKEN[name]))) :]
    right = BASE.read_text(encoding="utf-8").splitlines()[4:]
    steps = SequenceMatcher(None, right, body, autojunk=False).get_opcodes()
    return sum(tag != "equal" for tag, *_ in steps)


def is_layer(name: str) -> bool:
    """Whether a broken file says only what differs from another one."""
    lines = BROKEN[name].read_bytes().decode("utf-8", "replace").splitlines()
    return lines[len(list(head_of(BROKEN[name])))].startswith("extends")


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_refused_where_its_mistake_stands(name: str) -> None:
    assert as_expected(name), f"expected {expected(name)}, but this is said: {said_of(BROKEN[name])}"


@pytest.mark.parametrize("name", BROKEN)
def test_nobody_is_told_to_write_what_they_wrote(name: str) -> None:
    for one in said_of(BROKEN[name]):
        found = _SUGGESTED.search(one.words)
        assert found is None or found["word"] != written(one), one


@pytest.mark.parametrize("name", BROKEN)
def test_nobody_is_told_what_is_known_when_nothing_is(name: str) -> None:
    assert not [one for one in said_of(BROKEN[name]) if one.words.rstrip().endswith("known are")]


def test_the_file_without_a_mistake_is_clean() -> None:
    assert said_of(BASE) == []


@pytest.mark.parametrize("name", [name for name in BROKEN if not is_layer(name)])
def test_a_broken_file_is_the_clean_one_with_one_thing_changed(name: str) -> None:
    # A word that moves from one line to another changes both.
    assert 1 <= changes(name) <= 2


def test_there_are_fifty_broken_files_or_more() -> None:
    assert len(BROKEN) >= 50


def test_every_rule_and_every_check_before_lint_has_a_file() -> None:
    assert {expected(name).rule for name in BROKEN} == {*RULES, *BEFORE_LINT}


@pytest.mark.parametrize("rule", RULES)
def test_without_this_rule_one_of_the_files_would_pass(rule: str) -> None:
    files = [name for name in BROKEN if expected(name).rule == rule]
    assert [name for name in files if not said_of(BROKEN[name], all_but(rule))]


@pytest.mark.parametrize("rule", RULES)
def test_without_this_rule_this_corpus_would_fail(rule: str) -> None:
    files = [name for name in BROKEN if expected(name).rule == rule and as_expected(name)]
    assert [name for name in files if not as_expected(name, all_but(rule))]
