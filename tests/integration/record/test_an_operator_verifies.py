"""What an operator types and reads: make a key, seal, verify, and what the answers mean."""

import hashlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from escalation import operators
from escalation.audit_commands import lines_of
from escalation.cli import cli
from escalation.config import Settings
from escalation.jobs import seal_record
from escalation.reporting import lookups
from escalation.security import seal_keys
from tests.support import beyond
from tests.support.offices import appointed
from tests.support.sealed_town import Town
from tests.support.settings import environment


def run(settings: Settings, *words: str, **more: str) -> Result:
    return CliRunner(env={**environment(settings), **more}).invoke(cli, ["audit", *words])


@pytest.fixture
def key(town: Town, tmp_path: Path) -> dict[str, str]:
    return {"ESCALATION_SEAL_KEY": str(tmp_path / "seal-key.pem")}


def test_the_record_is_whole_then_broken(settings: Settings, town: Town, key: dict[str, str]) -> None:
    whole = run(settings, "verify", "--replay", **key)
    assert whole.exit_code == 0, whole.output
    assert "the record is what was written" in whole.output
    with beyond.engine().begin() as connection:
        connection.execute(text("UPDATE \"case\" SET stage = 'closed' WHERE id = 1"))
    broken = run(settings, "verify", "--replay", "--json", **key)
    assert broken.exit_code == 2
    assert '"code": "row"' in broken.output
    assert run(settings, "verify", **key).exit_code == 0, "only a replay looks at the row"


def test_without_a_key_it_is_incomplete_and_with_another_it_is_broken(
    settings: Settings, town: Town, tmp_path: Path
) -> None:
    blind = run(settings, "verify")
    assert blind.exit_code == 3
    assert "no public key is known" in blind.output
    assert run(settings, "verify", "--public-key", town.key.public).exit_code == 0
    stranger = seal_keys.make(tmp_path / "stranger.pem")
    said = run(settings, "verify", "--public-key", stranger.public)
    assert said.exit_code == 2
    assert "none of ours" in said.output


def test_an_anchor_that_is_not_there_says_that_the_record_went_back(
    settings: Settings, town: Town, key: dict[str, str], tmp_path: Path
) -> None:
    mail = tmp_path / "mail.txt"
    mail.write_text(f"Dear chair,\n  escalation-seal {town.partnership} 9 {'a' * 64}\nYours")
    said = run(settings, "verify", "--anchors", str(mail), **key)
    assert said.exit_code == 2
    assert "went back in time" in said.output


def test_one_case_is_verified_and_exported(
    settings: Settings, town: Town, key: dict[str, str], tmp_path: Path
) -> None:
    with beyond.engine().connect() as connection:
        reference = connection.execute(text('SELECT reference FROM "case" LIMIT 1')).scalar_one()
    assert run(settings, "verify", "--case", reference, **key).exit_code == 0
    target, told = str(tmp_path / "case.zip"), ("--by", "Clerk of the court", "--reason", "court")
    assert run(settings, "export", reference, target, **key).exit_code == 2, "nobody says for whom and why"
    assert run(settings, "export", reference, target, "--by", " ", "--reason", "court", **key).exit_code != 0
    assert not (tmp_path / "case.zip").exists()
    made = run(settings, "export", reference, target, *told, **key)
    assert made.exit_code == 0, made.output
    assert (tmp_path / "case.zip").exists()
    assert run(settings, "export", reference, target, *told, **key).exit_code != 0, "it is there already"
    assert run(settings, "export", "NC-26-NONE", f"{target}.zip", *told, **key).exit_code != 0


def test_what_an_operator_takes_out_is_on_record_first(
    app: Flask, settings: Settings, town: Town, key: dict[str, str], tmp_path: Path
) -> None:
    officer = appointed("pia.privacy", "privacy_officer")
    with beyond.engine().connect() as connection:
        reference = connection.execute(text('SELECT reference FROM "case" LIMIT 1')).scalar_one()
    nowhere = tmp_path / "no-folder" / "case.zip"
    told = ("--by", "Clerk of  the court", "--reason", "court")
    assert run(settings, "export", reference, str(nowhere), *told, **key).exit_code != 0
    assert run(settings, "export", reference, str(tmp_path / "out"), *told, **key).exit_code == 0
    written = (tmp_path / "out" / "record.json").read_bytes()
    report = lookups.report(officer, town.partnership)
    assert [t.reference for t in report.taken] == [reference, reference], "on record before there is a file"
    (newest, _) = report.taken
    assert newest.sha256 == hashlib.sha256(written).hexdigest()
    assert (newest.operator, newest.asked_by) == (operators.account(), "Clerk of the court")
    held = json.loads(written)
    assert (newest.events, newest.statements) == (len(held["events"]), len(held["statements"]))
    assert f"taken out: {reference} by {operators.account()}" in "\n".join(lines_of(report))
    for change in ("UPDATE taken_out SET operator = 'nobody'", "DELETE FROM taken_out"):
        with pytest.raises(DBAPIError), beyond.engine().begin() as connection:
            connection.execute(text(change))


def test_the_operators_account_is_the_systems_word(monkeypatch: pytest.MonkeyPatch) -> None:
    before = operators.account()
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody-else")
    assert operators.account() == before != "somebody-else"


def test_the_job_seals_where_there_is_a_key_and_nothing_elsewhere(
    app: Flask, settings: Settings, town: Town, key: dict[str, str]
) -> None:
    assert seal_record.run(settings).did == {}
    made = run(settings, "seal", **key)
    assert "everything is sealed already" in made.output
    assert town.key.public in run(settings, "public-key", **key).output


def test_a_key_is_never_written_over(settings: Settings, tmp_path: Path) -> None:
    made = run(settings, "make-key", str(tmp_path / "new.pem"))
    assert made.exit_code == 0, made.output
    assert (tmp_path / "new.pem").stat().st_mode & 0o777 == 0o600
    again = run(settings, "make-key", str(tmp_path / "new.pem"))
    assert isinstance(again.exception, seal_keys.NoKey)
