"""A case is exported and checked by a second verifier, which knows the page about the format and nothing of us."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from escalation.models import Case
from escalation.reporting.proof import export, export_files
from escalation.security import seal_keys
from escalation.services.unit import across_partnerships, reading
from tests.support.sealed_town import Town

VERIFIER = Path(__file__).parents[2] / "oracles" / "second_verifier.py"


@pytest.fixture
def taken_out(town: Town, tmp_path: Path) -> Path:
    with reading(across_partnerships("a test picks a case")) as unit:
        reference = unit.session.execute(
            select(Case.reference).where(Case.public_id == town.cases[1])
        ).scalar_one()
    export_files.write(export.of_case(reference, seal_keys.by_id([town.key.public])), tmp_path / "out")
    return tmp_path / "out"


def checked(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    told = [sys.executable, "-I", str(VERIFIER), str(folder), *more]
    return subprocess.run(told, capture_output=True, text=True, check=False)


def test_it_is_whole_and_can_be_read(taken_out: Path, town: Town) -> None:
    said = checked(taken_out, "--public-key", town.key.public)
    assert (said.returncode, said.stderr) == (0, ""), said.stdout
    page = (taken_out / "case.html").read_text()
    assert "Concern raised" in page
    assert "The findings stand. Ünïcödé: “no”." in page
    how = taken_out / "HOW-TO-CHECK.txt"
    assert checked(taken_out, "--anchors", str(how)).returncode == 0
    how.write_text(how.read_text()[:-65] + "0" * 64)
    assert "not the one that was sent out" in checked(taken_out, "--anchors", str(how)).stdout


def _said(record: Any) -> None:
    record["statements"][0]["stored"] += "."


def _gone(record: Any) -> None:
    del record["events"][1]


def _cut(record: Any) -> None:
    del record["events"][-1]


def _read(record: Any) -> None:
    record["reads"][0]["account_id"] += 1


def _signed(record: Any) -> None:
    record["seals"][0]["signature"] = record["seals"][-1]["signature"]


def _column(record: Any) -> None:
    record["events"][0]["at_us"] += 1


@pytest.mark.parametrize("change", [_said, _gone, _cut, _read, _signed, _column])
def test_the_second_verifier_sees_what_was_changed(taken_out: Path, change: Callable[[Any], None]) -> None:
    file = taken_out / "record.json"
    record = json.loads(file.read_text())
    change(record)
    file.write_text(json.dumps(record))
    assert checked(taken_out).returncode == 2


def test_a_zip_holds_the_same(taken_out: Path, town: Town) -> None:
    record = json.loads((taken_out / "record.json").read_text())
    target = taken_out.with_suffix(".zip")
    export_files.write(record, target)
    assert checked(target).returncode == 0
    with pytest.raises(FileExistsError):
        export_files.write(record, target)
