"""An installation whose owner is no superuser: migrations, roles, a later table, a backup and a restore."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, make_url
from sqlalchemy.pool import Pool

from escalation import cli
from escalation.models import Base
from escalation.services import database_roles
from tests.support import beyond, postgres
from tests.support.databases import Database
from tests.support.run import Run
from tests.support.settings import environment, settings_for

pytestmark = pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)

OWNER, APPLICATION, BACKUP = "plain_owner", "plain_app", "plain_backup"
NAMED = ("--owner", OWNER, "--application", APPLICATION, "--backup", BACKUP)
GRANTED = "SELECT table_name, string_agg(privilege_type, ' ' ORDER BY privilege_type) FROM {view} WHERE grantee = '{role}' GROUP BY 1"
ONLY = {"INSERT", "SELECT"}


@contextmanager
def _by(database: Database, role: str) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    url = beyond.named(role, database.owner_url).replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def typed(
    empty_database: Database,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> Callable[..., tuple[int, str]]:
    """One command as an operator types it, with an address for each role."""
    with _by(empty_database, postgres.USER) as superuser:
        superuser.execute(
            f"DO $$ BEGIN CREATE ROLE {OWNER} LOGIN; EXCEPTION WHEN duplicate_object THEN END $$"
        )
        superuser.execute(f"ALTER DATABASE {make_url(empty_database.url).database} OWNER TO {OWNER}")
    urls = {
        "migration_url": beyond.named(OWNER, empty_database.url),
        "backup_url": beyond.named(BACKUP, empty_database.url),
    }
    settings = settings_for(beyond.named(APPLICATION, empty_database.url), instance=str(tmp_path), **urls)
    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)

    def one(*words: str | Path) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["escalation", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended, _hung_up():
            cli.main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out + said.err

    return one


@contextmanager
def _hung_up() -> Iterator[None]:
    """A process that ends closes what it had open; a command in this process leaves it to us."""
    opened: list[Any] = []

    def kept(connection: Any, record: Any) -> None:
        opened.append(connection)

    event.listen(Pool, "connect", kept)
    try:
        yield
    finally:
        event.remove(Pool, "connect", kept)
        for connection in opened:
            connection.close()


def _granted(database: Database, role: str) -> dict[str, set[str]]:
    with _by(database, postgres.USER) as superuser:
        rows = superuser.execute(
            GRANTED.format(view="information_schema.role_table_grants", role=role)
        ).fetchall()
    return {str(table): set(str(words).split()) for table, words in rows}


def _as_it_should(granted: dict[str, set[str]]) -> None:
    assert granted.pop(database_roles.HEADS) == {"SELECT"}
    assert granted.keys() == Base.metadata.tables.keys()
    for table, words in granted.items():
        removes = {"DELETE"} & words
        assert words - removes == (ONLY if table in database_roles.ONLY_ADDED_TO else ONLY | {"UPDATE"}), (
            table
        )
        assert bool(removes) is (table in database_roles.REMOVED_FROM), table


def test_from_an_empty_database_to_a_restored_one(
    empty_database: Database, typed: Callable[..., tuple[int, str]], run: Run, tmp_path: Path
) -> None:
    assert typed("db", "upgrade")[0] == 0
    code, said = typed("db", "roles", *NAMED, "--apply")
    assert (code, "let a superuser run what" in said) == (2, True), (
        "an owner that may make no roles is told so"
    )

    code, sql = typed("db", "roles", *NAMED)
    assert code == 0
    for _ in range(2):
        with _by(empty_database, postgres.USER) as superuser:
            superuser.execute(sql.encode())
    assert typed("db", "roles", *NAMED, "--apply")[0] == 0, "afterwards the owner may do it again"
    _as_it_should(_granted(empty_database, APPLICATION))
    assert set(map(frozenset, _granted(empty_database, BACKUP).values())) == {frozenset({"SELECT"})}

    with _by(empty_database, APPLICATION) as service, pytest.raises(psycopg.errors.InsufficientPrivilege):
        service.execute("CREATE TEMPORARY TABLE mine (id int)")
    with _by(empty_database, OWNER) as owner:
        owner.execute("CREATE TABLE later (id bigserial PRIMARY KEY, words text)")
    with _by(empty_database, APPLICATION) as service:
        service.execute("INSERT INTO later (words) VALUES ('x')")
        service.execute("UPDATE later SET words = 'y'")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            service.execute("DELETE FROM later")
    with _by(empty_database, BACKUP) as reads:
        assert reads.execute("SELECT words FROM later").fetchall() == [("y",)]
    with _by(empty_database, OWNER) as owner:
        owner.execute("DROP TABLE later")

    _backed_up_and_restored(typed, tmp_path)
    _as_it_should(_granted(empty_database, APPLICATION))
    assert typed("jobs", "once")[0] == 0, "the service works with what it has"


def _backed_up_and_restored(typed: Callable[..., tuple[int, str]], folder: Path) -> None:
    code, said = typed("setup", "--name", "Plain", "--duty-phone", "020 7946 0018", "--office-phone", "020 7946 0019",
                       "--office-address", "o@plain.invalid", "--admin-name", "A Person",
                       "--admin-email", "a@plain.invalid")  # fmt: skip
    assert code == 0, said
    file = folder / "a.backup"
    code, said = typed("backup", file)
    assert code == 0, said
    code, said = typed("restore", "--replace", file)
    assert code == 0, said


def test_the_services_own_role_takes_no_backup(
    empty_database: Database,
    typed: Callable[..., tuple[int, str]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    typed("db", "upgrade")
    with _by(empty_database, postgres.USER) as superuser:
        superuser.execute(typed("db", "roles", *NAMED)[1].encode())
    monkeypatch.delenv("ESCALATION_BACKUP_URL")
    code, said = typed("backup", tmp_path / "half.backup")
    assert (code, "half a backup is none" in said, (tmp_path / "half.backup").exists()) == (2, True, False)


def test_a_name_that_needs_quotes_is_refused(typed: Callable[..., tuple[int, str]]) -> None:
    code, said = typed("db", "roles", "--application", 'x"; DROP TABLE account; --')
    assert (code, "small letters" in said) == (2, True)
