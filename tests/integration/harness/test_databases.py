"""What every other test relies on: a database of its own, migrated, on both kinds; and a clock to move."""

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil
import psycopg
import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.pool import NullPool

from escalation.models import Base
from tests.support import postgres
from tests.support.databases import Database
from tests.support.databases import database as a_database
from tests.support.movable_clock import MovableClock
from tests.support.run import Run


def test_a_database_has_every_table_and_the_installation_row(database: Database) -> None:
    engine = create_engine(database.url, poolclass=NullPool)
    assert set(Base.metadata.tables) <= set(inspect(engine).get_table_names())
    with engine.connect() as connection:
        row = connection.execute(text("SELECT movable, offset_seconds, epoch FROM installation")).one()
    assert tuple(row) == (False, 0, 1)


def test_an_empty_database_has_nothing(empty_database: Database) -> None:
    assert inspect(create_engine(empty_database.url, poolclass=NullPool)).get_table_names() == []


@pytest.mark.parametrize("time_of_day", ["first", "second"])
def test_no_test_sees_what_another_wrote(database: Database, time_of_day: str) -> None:
    with create_engine(database.url, poolclass=NullPool).begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM role")).scalar_one() == 0
        connection.execute(text("INSERT INTO role (name) VALUES (:name)"), {"name": time_of_day})


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_postgresql_is_a_new_one_and_not_run_by_root(database: Database) -> None:
    with create_engine(database.owner_url, poolclass=NullPool).connect() as connection:
        assert connection.execute(text("SHOW server_version_num")).scalar_one().startswith("18")
        folder = Path(connection.execute(text("SHOW data_directory")).scalar_one())
    assert folder.stat().st_uid != 0


def test_a_clock_that_was_not_made_movable_stands(database: Database) -> None:
    with (
        create_engine(database.url, poolclass=NullPool).begin() as connection,
        pytest.raises(IntegrityError, match="clock_stands"),
    ):
        connection.execute(text("UPDATE installation SET offset_seconds = 60"))


def test_the_clock_goes_to_an_instant_and_on_from_there(clock: MovableClock) -> None:
    wednesday = datetime(2026, 11, 18, 17, 51, tzinfo=ZoneInfo("Europe/London"))
    now = clock.move(to=wednesday)
    assert wednesday <= now < wednesday + timedelta(seconds=2)
    assert (
        timedelta() <= clock.move(days=1, hours=2) - now - timedelta(days=1, hours=2) < timedelta(seconds=2)
    )
    assert clock.now().tzinfo is UTC


def test_the_clock_refuses_an_instant_without_a_zone(clock: MovableClock) -> None:
    with pytest.raises(ValueError, match="needs a zone"):
        clock.move(to=datetime(2026, 11, 18))  # noqa: DTZ001


def test_a_run_that_is_killed_leaves_no_server_and_no_folder() -> None:
    with subprocess.Popen([sys.executable, "-I", "-c", "input()"], stdin=subprocess.PIPE) as sleeper:
        run = Run.begin(sleeper.pid)
        try:
            with a_database(run, "postgresql", empty=True) as made:
                psycopg.connect(made.url.replace("+psycopg", "")).close()
            server = int((run.folder / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
            run.end()
            assert run.folder.exists(), "only the keeper removes it, when the run is over"
        finally:
            sleeper.kill()
    _wait_until_gone(run.folder)
    assert not _alive(server)


def _alive(pid: int) -> bool:
    """A process that ended and that nobody has buried yet is not alive."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _wait_until_gone(folder: Path) -> None:
    until = time.monotonic() + 10
    while folder.exists():
        assert time.monotonic() < until, f"{folder} is still there"
        time.sleep(0.05)


def test_a_build_that_fails_is_tried_again(tmp_path: Path) -> None:
    run = Run(tmp_path, 1, "main")
    tries: list[Path] = []

    def fail(folder: Path) -> None:
        (folder / "rubble").touch()
        tries.append(folder)
        raise OSError("no room")

    for _ in range(2):
        with pytest.raises(OSError, match="no room"):
            run.once("thing", fail)
    built = run.once("thing", lambda folder: (folder / "whole").touch())
    assert run.once("thing", fail) == built
    assert len(tries) == 2
    assert [path.name for path in built.iterdir()] == ["whole"]


def test_a_server_that_cannot_start_says_why(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(postgres._SERVER_OPTIONS, "shared_buffers", "nonsense")
    with pytest.raises(RuntimeError, match="shared_buffers"):
        postgres.start(run, "broken")
