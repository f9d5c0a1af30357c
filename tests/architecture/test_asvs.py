"""The checklist `docs/asvs.csv`: what is met names its code and its test, and everything else says why."""

import ast
import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from tests.support import sources

CHECKLIST = sources.ROOT / "docs" / "asvs.csv"
COLUMNS = ["id", "level", "requirement", "status", "code", "test", "reason"]
STATUSES = ("met", "part", "not met", "not applicable", "planned")
SECTIONS = (
    *(("1.1", 2), ("1.2", 9), ("1.3", 11), ("1.4", 3), ("1.5", 2), ("2.1", 3), ("2.2", 3), ("2.3", 4)),
    *(("2.4", 1), ("3.2", 2), ("3.3", 4), ("3.4", 6), ("3.5", 5), ("3.7", 2), ("4.1", 3), ("4.2", 1)),
    *(("4.3", 2), ("4.4", 4), ("5.1", 1), ("5.2", 3), ("5.3", 2), ("5.4", 3), ("6.1", 3), ("6.2", 12)),
    *(("6.3", 8), ("6.4", 4), ("6.5", 5), ("6.6", 3), ("6.8", 4), ("7.1", 3), ("7.2", 4), ("7.3", 2)),
    *(("7.4", 5), ("7.5", 3), ("7.6", 2), ("8.1", 2), ("8.2", 3), ("8.3", 2), ("8.4", 1), ("9.1", 3)),
    *(("9.2", 4), ("10.1", 2), ("10.2", 2), ("10.3", 4), ("10.4", 11), ("10.5", 5), ("10.6", 2)),
    *(("10.7", 3), ("11.1", 2), ("11.2", 3), ("11.3", 4), ("11.4", 4), ("11.5", 1), ("11.6", 1)),
    *(("12.1", 3), ("12.2", 2), ("12.3", 4), ("13.1", 4), ("13.2", 5), ("13.3", 2), ("13.4", 5)),
    *(("14.1", 2), ("14.2", 8), ("14.3", 3), ("15.1", 3), ("15.2", 3), ("15.3", 7), ("15.4", 3)),
    *(("16.1", 1), ("16.2", 5), ("16.3", 4), ("16.4", 3), ("16.5", 4), ("17.1", 1), ("17.2", 4)),
    ("17.3", 2),
)
"""Sections of ASVS 5.0 and how many of their requirements are asked: levels 1 and 2, and some of level 3."""
NOT_ASKED = "14.2.5"
"""Level 3, between others that are asked."""
ASKED = [f"{section}.{n + 1}" for section, count in SECTIONS for n in range(count)]

Row = Mapping[str, str]


def the_rows() -> list[dict[str, str]]:
    with CHECKLIST.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def test_the_checklist_is_whole_and_each_row_shows_or_says_why() -> None:
    rows = the_rows()
    assert [list(row) for row in rows] == [COLUMNS] * len(rows)
    assert complaints(rows) == []


ONE_OF_MANY = "tests/unit/test_settings.py::test_a_secret_is_not_repeated"
FAULTS: Mapping[str, tuple[str, dict[str, str], str]] = {
    "met without code": ("met", {"code": ""}, "1.1.1 names no code"),
    "met without a test": ("met", {"test": ""}, "1.1.1 names no test"),
    **{f"{s} without a reason": (s, {"reason": " "}, "gives no reason") for s in STATUSES[1:]},
    "a status that is none": ("met", {"status": "done"}, "1.1.1 has no status"),
    "a level that is none": ("met", {"level": "4"}, "1.1.1 has no level"),
    "no words": ("met", {"requirement": ""}, "1.1.1 does not say what is required"),
    "a module that is not there": ("met", {"code": "escalation/nowhere.py"}, "nowhere.py is not there"),
    "a folder for a module": ("met", {"code": "escalation"}, "escalation is not there"),
    "a function that is not there": ("met", {"code": "escalation/app.py:nothing"}, "nothing is not there"),
    "a file of tests that is not there": ("met", {"test": "tests/test_no.py::test_it"}, "is not there"),
    "a file without its test": ("met", {"test": "tests/unit/test_settings.py"}, "is not there"),
    "a test that is not there": ("met", {"test": "tests/unit/test_settings.py::test_no"}, "is not there"),
    "a function that is no test": ("met", {"test": "tests/unit/test_settings.py::refusal"}, "is not there"),
    "a test with its parameters": (
        "met",
        {"test": f"{ONE_OF_MANY}[secret_key]"},
        "[secret_key] is not there",
    ),
    "a test that is named beside a part": ("part", {"test": "tests/no.py::test_no"}, "is not there"),
    "an id twice": ("met", {"id": "1.1.2"}, "1.1.2 stands twice"),
    "an id that is missing": ("met", {"id": "1.1.2"}, "1.1.1 is missing"),
    "an id that nobody asked for": ("met", {"id": NOT_ASKED}, f"{NOT_ASKED} is not asked"),
}
"""What is wrong: the status of the row that is broken, what is changed in it, and what is said then."""


@pytest.mark.parametrize("fault", FAULTS)
def test_a_row_that_is_broken_is_seen(fault: str) -> None:
    status, change, words = FAULTS[fault]
    rows = the_rows()
    next(row for row in rows if row["status"] == status).update(change)
    assert any(words in said for said in complaints(rows)), complaints(rows)


def complaints(rows: Sequence[Row]) -> list[str]:
    """Everything that is wrong with a checklist, in words."""
    return [*_of_ids([row["id"] for row in rows]), *(said for row in rows for said in _of_row(row))]


def _of_ids(ids: Sequence[str]) -> Iterator[str]:
    asked = [one for one in ASKED if one != NOT_ASKED]
    yield from (f"{one} stands twice" for one, count in Counter(ids).items() if count > 1)
    yield from (f"{one} is missing" for one in asked if one not in ids)
    yield from (f"{one} is not asked" for one in ids if one not in asked)


def _of_row(row: Row) -> Iterator[str]:
    """What a row lacks, and what it names that is not there."""
    if row["level"] not in ("1", "2", "3"):
        yield f"{row['id']} has no level"
    if row["status"] not in STATUSES:
        yield f"{row['id']} has no status"
    if not row["requirement"].strip():
        yield f"{row['id']} does not say what is required"
    for name in ("code", "test") if row["status"] == "met" else ("reason",):
        if not row[name].strip():
            yield f"{row['id']} {'gives' if name == 'reason' else 'names'} no {name}"
    if row["code"] and not _is_code(row["code"]):
        yield f"{row['id']}: {row['code']} is not there"
    if row["test"] and not _is_test(row["test"]):
        yield f"{row['id']}: {row['test']} is not there"


def _is_code(place: str) -> bool:
    """True for a file, or for `path:name` of a function or class in it."""
    path, _, name = place.partition(":")
    file = sources.ROOT / path
    return file.is_file() and (not name or name in _names(file))


def _is_test(node: str) -> bool:
    """True for the node id of a test, without parameters."""
    path, _, name = node.partition("::")
    file = sources.ROOT / path
    return file.is_file() and name.startswith("test_") and name in _names(file)


def _names(file: Path) -> set[str]:
    made = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return {node.name for node in ast.walk(sources.tree(file)) if isinstance(node, made)}
