"""Backup, restore and release as an operator types them, and what people and monitors see meanwhile."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from escalation.config import Settings
from tests.integration.keeping.conftest import Keeper
from tests.integration.web.conftest import Visitor
from tests.support import northtown
from tests.support.settings import environment


def run(settings: Settings, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """One command, in a process of its own."""
    command = [sys.executable, "-m", "escalation.cli", *map(str, words)]
    env = {**os.environ, **environment(settings)}
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.processes
def test_a_backup_a_loss_a_restore_and_a_release(keeper: Keeper, tmp_path: Path) -> None:
    settings = keeper.settings
    keeper.raises()
    folder = tmp_path / "kept"
    folder.mkdir()
    done = run(settings, "backup", folder)
    assert done.returncode == 0, done.stderr
    (file,) = folder.iterdir()
    assert "1 cases" in done.stdout
    assert "sha256 " in done.stdout
    assert "is whole" in run(settings, "restore", "--check", file).stdout

    refused = run(settings, "restore", file)
    assert refused.returncode == 2
    assert "not empty" in refused.stderr
    done = run(settings, "restore", "--replace", file)
    assert done.returncode == 0, done.stderr
    assert "This is epoch 2" in done.stdout
    assert "to leave: 1 reply_owed, the oldest owed for" in done.stdout

    run(settings, "jobs", "once")
    assert keeper.sink.mails == ()
    assert "nothing was changed" in run(settings, "outbox", "release", "--dry-run").stdout
    assert "is no age" in run(settings, "outbox", "release", "--discard-older-than", "soon").stderr
    assert run(settings, "outbox", "release").returncode == 0
    run(settings, "jobs", "once")
    assert keeper.sink.mails
    again = run(settings, "outbox", "release")
    assert (again.returncode, "nothing is held here" in again.stderr) == (2, True)


@pytest.mark.processes
def test_what_cannot_be_written_or_read_is_said_in_a_sentence(keeper: Keeper, tmp_path: Path) -> None:
    nowhere = run(keeper.settings, "backup", tmp_path / "no" / "folder" / "a.backup")
    assert (nowhere.returncode, "Traceback" in nowhere.stderr) == (2, False)
    (tmp_path / "letter").write_text("dear all")
    letter = run(keeper.settings, "restore", tmp_path / "letter", "--replace")
    assert letter.returncode == 2
    assert "this is no backup" in letter.stderr


def test_pages_and_health_say_that_mails_are_held(keeper: Keeper, client: FlaskClient) -> None:
    with keeper.app.app_context():
        hashed = northtown.password_hash(northtown.PASSWORD)
    keeper.does("UPDATE account SET password = :hashed", hashed=hashed)
    keeper.raises()
    keeper.restores(keeper.backs_up())
    visitor = Visitor(client)
    visitor.sends("/sign-in", {"email": "amara.lewis@demo.invalid", "password": northtown.PASSWORD})
    banner = "Restored from a backup of"
    assert banner in visitor.opens("/work").text
    keeper.lets_jobs_run()
    checks = {c["name"]: c for c in client.get("/health/deep").get_json()["checks"]}
    assert not checks["restore"]["well"]
    assert "mails are held" in checks["restore"]["words"]
    assert not checks["heartbeat"]["well"], "the audit does not call this well"

    with keeper.app.app_context():
        from escalation.services import restored

        restored.release()
    keeper.lets_jobs_run()
    keeper.lets_jobs_run()
    assert banner not in visitor.opens("/work").text
    assert client.get("/health/deep").status_code == 200


def test_a_session_of_before_the_restore_is_over(keeper: Keeper, client: FlaskClient) -> None:
    with keeper.app.app_context():
        hashed = northtown.password_hash(northtown.PASSWORD)
    keeper.does("UPDATE account SET password = :hashed", hashed=hashed)
    visitor = Visitor(client)
    visitor.sends("/sign-in", {"email": "amara.lewis@demo.invalid", "password": northtown.PASSWORD})
    keeper.restores(keeper.backs_up())
    assert "Sign in" in visitor.opens("/work").text
