"""Habits that no linter knows: docstrings of packages, folders, templates, lock files, no machine's paths."""

import ast
import re
from pathlib import Path

import pytest

from tests.support import sources

ROOT = sources.ROOT
TEST_FOLDERS = (
    "unit", "integration", "acceptance", "browser", "faults", "migrations", "architecture", "oracles",
)  # fmt: skip
NO_ROOMS = {"utils", "util", "common", "helpers", "helper", "misc"}
LOCKS = ("runtime.txt", "develop.txt")
TEMPLATES = [p for p in sources.files() if "templates" in p.parts and p.suffix in (".html", ".txt", ".svg")]
UNSAFE = re.compile(r"\|\s*safe\b|autoescape\s+false|\bMarkup\(")

# Written in two parts, so that this file is not found by its own test.
MACHINES = tuple(
    "".join(parts)
    for parts in (
        ("/work", "/main"),
        ("/work", "/shared"),
        ("/work", "/.library"),
        ("/root", "/"),
        ("/tmp", "/w/"),
        ("/opt", "/wheels"),
        ("pypi", ".org"),
        ("files.python", "hosted.org"),
        ("registry.npm", "js.org"),
    )
)


@pytest.mark.parametrize("package", [sources.name(p) for p in sources.files() if p.name == "__init__.py"])
def test_a_package_says_what_it_is_for(package: str) -> None:
    assert ast.get_docstring(sources.tree(ROOT / package)), f"{package} has no docstring"


@pytest.mark.parametrize("path", sources.modules(*sources.PACKAGES), ids=sources.name)
def test_a_module_says_what_it_is_for_and_has_a_name_of_the_field(path: Path) -> None:
    assert ast.get_docstring(sources.tree(path)), "no docstring"
    assert not NO_ROOMS & {path.stem, *path.relative_to(ROOT).parent.parts}


@pytest.mark.parametrize("folder", TEST_FOLDERS)
def test_each_kind_of_test_has_its_folder(folder: str) -> None:
    assert list((ROOT / "tests" / folder).rglob("test_*.py")), f"tests/{folder} holds no test"


def test_there_is_no_folder_of_tests_that_nobody_named() -> None:
    folders = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir()} - {"__pycache__"}
    assert folders <= {*TEST_FOLDERS, "support"}


def test_the_readme_shows_the_whole_house() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rooms = {path.relative_to(ROOT).parts[0] for path in sources.files() if path.parent != ROOT}
    assert [room for room in sorted(rooms) if f"{room}/" not in readme] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_has_hashes_and_no_addresses(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text(encoding="utf-8")
    assert "--hash=sha256:" in text
    lines = text.splitlines()
    pinned = [line for line in lines if re.match(r"\w", line)]
    assert [line for line in pinned if "==" not in line] == []
    assert [
        line for line in lines if re.search(r"://|--(extra-)?index-url|--find-links|--trusted-host", line)
    ] == []


def test_what_runs_is_pinned_alike_for_developers() -> None:
    runtime, develop = (_pins(ROOT / "requirements" / lock) for lock in LOCKS)
    assert runtime - develop == set()


@pytest.mark.parametrize("template", TEMPLATES, ids=sources.name)
def test_a_template_leaves_escaping_on(template: Path) -> None:
    assert not UNSAFE.search(template.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("text", "unsafe"),
    [
        ("{{ words|safe }}", True),
        ("{{ words | safe }}", True),
        ("{% autoescape false %}", True),
        ("{{ case.safety }} is safe", False),
        ("{{ words|safely }}", False),
    ],
)
def test_an_unsafe_template_is_seen(text: str, unsafe: bool) -> None:
    assert bool(UNSAFE.search(text)) is unsafe


def test_no_python_marks_text_as_safe_html() -> None:
    marking = {
        sources.name(path)
        for path in sources.modules(*sources.PACKAGES)
        if any(name.rpartition(".")[2] == "Markup" for name, _ in sources.mentions(path))
    }
    assert marking == set()


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    assert [found for path in sources.files() for found in _machines_in(path)] == []


def _machines_in(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:  # a picture or a compressed file
        return []
    return [f"{sources.name(path)}: {machine}" for machine in MACHINES if machine in text]


def _pins(lock: Path) -> set[str]:
    return {line.split(" ")[0] for line in lock.read_text().splitlines() if re.match(r"\w[^ ]*==", line)}
