"""Backup, restore and release as an operator types them, and what people and monitors see meanwhile."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from escalation import cli
from escalation.services import restored
from tests.integration.keeping.conftest import Keeper
from tests.integration.web.conftest import Visitor
from tests.support import northtown
from tests.support.settings import environment


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


Run = Callable[..., Said]


@pytest.fixture
def typed(keeper: Keeper, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """One command as it is typed, in this process: a new one takes seconds to start."""
    for name, value in environment(keeper.settings).items():
        monkeypatch.setenv(name, value)

    def one(*words: str | Path) -> Said:
        monkeypatch.setattr(sys, "argv", ["escalation", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return Said(int(ended.value.code or 0), said.out, said.err)

    return one


def test_a_backup_a_loss_a_restore_and_a_release(keeper: Keeper, typed: Run, tmp_path: Path) -> None:
    keeper.raises()
    folder = tmp_path / "kept"
    folder.mkdir()
    done = typed("backup", folder)
    assert done.code == 0, done.err
    (file,) = folder.iterdir()
    assert "1 cases" in done.out
    assert "sha256 " in done.out
    assert "is whole" in typed("restore", "--check", file).out

    refused = typed("restore", file)
    assert refused.code == 2
    assert "not empty" in refused.err
    keeper.stops()
    done = typed("restore", "--replace", file)
    assert done.code == 0, done.err
    assert "This is epoch 2" in done.out
    assert "to leave: 1 reply_owed, the oldest owed for" in done.out

    keeper.lets_jobs_run()
    assert keeper.sink.mails == ()
    assert "nothing was changed" in typed("outbox", "release", "--dry-run").out
    assert "is no age" in typed("outbox", "release", "--discard-older-than", "soon").err
    assert typed("outbox", "release").code == 0
    keeper.lets_jobs_run()
    assert keeper.sink.mails
    again = typed("outbox", "release")
    assert (again.code, "nothing is held here" in again.err) == (2, True)


def test_what_cannot_be_written_or_read_is_said_in_a_sentence(
    keeper: Keeper, typed: Run, tmp_path: Path
) -> None:
    nowhere = typed("backup", tmp_path / "no" / "folder" / "a.backup")
    assert (nowhere.code, "Traceback" in nowhere.err) == (2, False)
    (tmp_path / "letter").write_text("dear all")
    letter = typed("restore", tmp_path / "letter", "--replace")
    assert letter.code == 2
    assert "this is no backup" in letter.err


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
