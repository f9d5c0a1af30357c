"""Canary words go in through the doors; then a thief looks for them in everything that lies on the disk."""

import secrets
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import make_url, text

from escalation.services import backups, cases, glass
from escalation.services.glass import GlassReason
from tests.acceptance.conftest import Visitor
from tests.integration.sealed.conftest import Town
from tests.support import beyond, northtown, postgres
from tests.support.databases import Database
from tests.support.offices import appointed
from tests.support.run import Run

TYPED = ("unsent", "draft", "reference", "decision", "risk", "request", "safety", "reasons", "why", "glass")


@pytest.fixture
def canaries() -> dict[str, str]:
    """A word for each thing that somebody types, and that nobody has ever typed before."""
    return {name: f"canary{secrets.token_hex(8)}" for name in TYPED}


@pytest.fixture
def written(town: Town, canaries: dict[str, str]) -> str:
    """People of Northtown write: signed out, in a draft, in a case, for a reason. Gives the reference."""
    _types_without_signing_in(town.app, canaries["unsent"])
    town.begins(canaries["draft"])
    case = town.raises(person_reference=canaries["reference"], safety=canaries["safety"],
                       **{name: canaries[name] for name in ("decision", "risk", "request")})  # fmt: skip
    town.answers(case, canaries["reasons"])
    with town.app.app_context():
        office = northtown.accounts()["kate.rowan"]
        cases.unmask(case, office, f"I must know it because of {canaries['why']}")
        officer = appointed("pat.privacy", "privacy_officer")
        reference = town.seen(case).reference
        glass.break_glass(reference, officer, GlassReason.CONSENT, f"It is for the {canaries['glass']}")
    return reference


def _types_without_signing_in(app: Flask, word: str) -> None:
    somebody = Visitor(app.test_client())
    somebody.opens("/")
    somebody.sends("/raise", {"start": "1"})
    somebody.sends("/raise/unsent/1", {"person_reference": f"TOD {word}"})
    assert word in somebody.opens("/raise/unsent/1"), "it is kept, and its author reads it"


def _found(files: Iterator[Path], words: dict[str, str]) -> dict[str, set[str]]:
    """Which words stand in which files, in letters of one or two bytes."""
    found: dict[str, set[str]] = {}
    for file in files:
        try:
            content = file.read_bytes()
        except FileNotFoundError:
            continue  # of the database of another test, which was dropped meanwhile: the cluster is shared
        for name, word in words.items():
            if any(word.encode(how) in content for how in ("utf-8", "utf-16-le", "utf-16-be")):
                found.setdefault(name, set()).add(file.name)
    return found


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_thief_reads_nothing_in_the_file_its_log_and_its_backup(
    town: Town, database: Database, written: str, canaries: dict[str, str], tmp_path: Path
) -> None:
    file = Path(str(make_url(database.url).database))
    log = file.with_name(f"{file.name}-wal")
    assert log.stat().st_size > 0
    with town.app.app_context():
        backups.take(tmp_path / "stolen.backup")
    with zipfile.ZipFile(tmp_path / "stolen.backup") as archive:
        archive.extractall(tmp_path / "stolen")
    everything = [file, log, *(p for p in (tmp_path / "stolen").rglob("*") if p.is_file())]
    looked = _found(iter(everything), {**canaries, "known": written})
    assert looked.pop("known") >= {log.name, "database"}, "what stands open is found by this"
    assert looked == {}


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_a_thief_reads_nothing_in_the_dump_the_data_folder_and_its_log(
    town: Town, run: Run, database: Database, written: str, canaries: dict[str, str], tmp_path: Path
) -> None:
    with town.app.app_context(), beyond.engine().connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("CHECKPOINT"))
    cluster = postgres.start(run)
    name = str(make_url(database.url).database)
    programs = Path((cluster.sockets.parent / "pg_ctl").read_text()).parent
    with (tmp_path / "dump").open("wb") as dump:
        dumped = [programs / "pg_dump", "-h", cluster.sockets, "-U", beyond.BACKUP, name]
        subprocess.run(dumped, stdout=dump, check=True)
    folder = (p for p in cluster.sockets.rglob("*") if p.is_file() and not p.is_socket())
    looked = _found(iter([tmp_path / "dump", *folder]), {**canaries, "known": written})
    known = looked.pop("known")
    assert "dump" in known, "what stands open is found by this"
    assert len(known) >= 3, "and in the log of what was written, and in the tables themselves"
    assert looked == {}
