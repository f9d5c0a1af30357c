"""The service's role changes no table and nothing of what is on record; triggers stop the owner by accident."""

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from escalation.extensions import db
from escalation.services import database_roles, health
from escalation.services.database_roles import Wall
from tests.integration.wall.conftest import Towns
from tests.support import beyond
from tests.support.databases import Database

ON_POSTGRESQL = pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
EVERYTHING = (
    "SELECT set_config('escalation.partnerships', (SELECT array_agg(id)::text FROM partnership), true)"
)
KEPT = ("event", "statement", "read_log")
FORBIDDEN = (
    *(f"UPDATE {table} SET partnership_id = partnership_id" for table in KEPT),
    *(f"DELETE FROM {table}" for table in KEPT),
    *(f'TRUNCATE "{table}" CASCADE' for table in (*KEPT, "case", "web_session")),
    "UPDATE protocol_version SET body = ''",
    "UPDATE alembic_version SET version_num = '0001'",
    'DELETE FROM "case"',
    "UPDATE sign_in_record SET how = ''",
    "DELETE FROM submission",
    "DELETE FROM deadline",
    'DROP TABLE "case"',
    'ALTER TABLE "case" DISABLE ROW LEVEL SECURITY',
    'DROP POLICY within_reach ON "case"',
    "ALTER TABLE event DISABLE TRIGGER ALL",
    "CREATE TABLE mine (id int)",
    "SET LOCAL session_replication_role = replica",
    "ALTER ROLE CURRENT_USER BYPASSRLS",
)
UPSERT = """INSERT INTO read_log (id, partnership_id, case_id, account_id, what, at)
SELECT id, partnership_id, case_id, account_id, 'nothing', at FROM read_log LIMIT 1
ON CONFLICT (id) DO UPDATE SET what = excluded.what"""


@ON_POSTGRESQL
@pytest.mark.parametrize("statement", [*FORBIDDEN, UPSERT])
def test_the_services_role_may_not(app: Flask, statement: str) -> None:
    with app.app_context(), db.engine.connect() as connection:
        connection.execute(text(EVERYTHING))
        with pytest.raises(DBAPIError) as refused:
            connection.execute(text(statement))
    assert getattr(refused.value.orig, "sqlstate", "") == "42501"


@ON_POSTGRESQL
@pytest.mark.parametrize("replica", [False, True])
@pytest.mark.parametrize("statement", FORBIDDEN[:9])
def test_the_owner_is_stopped_as_by_a_guard_rail(
    towns: Towns, app: Flask, statement: str, replica: bool
) -> None:
    with app.app_context(), beyond.engine().connect() as connection:
        if replica:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        with pytest.raises(DBAPIError, match="what is on record is neither changed nor removed"):
            connection.execute(text(statement))


@ON_SQLITE
@pytest.mark.parametrize("table", ["event", "read_log"])
def test_a_file_keeps_what_is_on_record(towns: Towns, app: Flask, table: str) -> None:
    for statement in (f"UPDATE {table} SET at = at", f"DELETE FROM {table}"):
        refused = pytest.raises(IntegrityError, match="neither changed nor removed")
        with app.app_context(), refused, db.engine.begin() as connection:
            connection.execute(text(statement))


@ON_POSTGRESQL
def test_the_backups_role_reads_everything_and_writes_nothing(
    towns: Towns, app: Flask, database: Database
) -> None:
    with app.app_context(), beyond.engine_of(beyond.as_backup(database.url)).connect() as connection:
        for table in db.inspect(connection).get_table_names():
            connection.execute(text(f'SELECT count(*) FROM "{table}"'))
        assert connection.execute(text('SELECT count(*) FROM "case"')).scalar_one() == 2
        with pytest.raises(DBAPIError, match="permission denied"):
            connection.execute(text("UPDATE job_run SET runs = 0"))


@ON_POSTGRESQL
def test_it_is_said_whether_the_wall_stands(app: Flask, database: Database) -> None:
    with app.app_context():
        for url, wall in (
            (database.url, Wall.STANDS),
            (database.owner_url, Wall.OPEN),
            (beyond.as_backup(database.url), Wall.OPEN),
        ):
            with beyond.engine_of(url).connect() as connection:
                assert database_roles.wall_of(connection) is wall
        said = {check.name: check for check in health.look(None, health.audit.SILENCE)}["wall"]
    assert (said.well, said.words) == (True, Wall.STANDS.value)


@ON_SQLITE
def test_a_file_has_no_second_wall(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        assert database_roles.wall_of(connection) is Wall.EMBEDDED
