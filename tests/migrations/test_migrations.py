"""The migrations make the tables of the models, and can be gone back and forth with data in them."""

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import Flask, current_app
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from escalation.app import MIGRATIONS, create_app, newest_state, upgrade_database
from escalation.extensions import db
from escalation.models import Base
from tests.support.databases import Database
from tests.support.settings import settings_for


def _service(database: Database) -> Flask:
    return create_app(settings_for(database.owner_url), migrating=True)


def _config() -> Config:
    return current_app.extensions["migrate"].migrate.get_config(str(MIGRATIONS))


def _newest() -> str:
    """The newest migration that the service comes with."""
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    assert head is not None
    return head


def test_an_empty_database_becomes_what_the_models_say(empty_database: Database) -> None:
    with _service(empty_database).app_context():
        upgrade_database()
        with db.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, Base.metadata) == []
        db.engine.dispose()


def test_down_to_nothing_and_up_again(empty_database: Database) -> None:
    with _service(empty_database).app_context():
        upgrade_database()
        command.downgrade(_config(), "base")
        upgrade_database()
        with db.engine.connect() as connection:
            row = connection.execute(text("SELECT movable, offset_seconds, epoch FROM installation")).one()
            assert (bool(row.movable), row.offset_seconds, row.epoch) == (False, 0, 1)
        db.engine.dispose()


def test_the_clock_of_an_installation_cannot_be_moved_behind_its_back(database: Database) -> None:
    with _service(database).app_context():
        with pytest.raises(IntegrityError), db.engine.begin() as connection:
            connection.execute(text("UPDATE installation SET offset_seconds = 60"))
        db.engine.dispose()


COPIES_A_PARENT = '''
"""The next migration, as somebody may write it one day."""
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "9999", %r, None, None


def upgrade() -> None:
    with op.batch_alter_table("account", recreate=%s) as account:
        account.add_column(sa.Column("pronoun", sa.String(20), nullable=True))
    %s


def downgrade() -> None:
    with op.batch_alter_table("account", recreate=%s) as account:
        account.drop_column("pronoun")
'''
PEOPLE = """
INSERT INTO account (id, email, name, fs_uniquifier, created_at) VALUES
  (1, 'a@demo.invalid', 'A', 'a', :at), (2, 'b@demo.invalid', 'B', 'b', :at)
"""
SESSIONS = """
INSERT INTO web_session (token_hash, account_id, data, created_at, seen_at, expires_at)
VALUES ('1', 1, :data, :at, :at, :at), ('2', 2, :data, :at, :at, :at)
"""


@pytest.fixture
def second(tmp_path: Path, database: Database) -> Callable[[str], Config]:
    """Lays one more migration beside the known ones, which does one thing more; gives how Alembic is told."""

    def told(more: str = "pass") -> Config:
        how = repr("always" if database.sqlite else "auto")
        (tmp_path / "9999_second.py").write_text(COPIES_A_PARENT % (newest_state(), how, more, how))
        config = _config()
        config.set_main_option("path_separator", "os")
        config.set_main_option(
            "version_locations", os.pathsep.join([str(MIGRATIONS / "versions"), str(tmp_path)])
        )
        return config

    return told


def _lay_rows() -> None:
    with db.engine.begin() as connection:
        now = connection.execute(text("SELECT CURRENT_TIMESTAMP")).scalar_one()
        at = now if isinstance(now, datetime) else f"{now.replace(' ', 'T')}.000000"
        connection.execute(text(PEOPLE), {"at": at})
        connection.execute(text(SESSIONS), {"at": at, "data": b"{}"})


def _children() -> list[tuple[str, int]]:
    with db.engine.connect() as connection:
        rows = connection.execute(text("SELECT token_hash, account_id FROM web_session ORDER BY token_hash"))
        return [(row.token_hash, row.account_id) for row in rows]


def test_a_parent_table_is_copied_and_its_children_survive(
    database: Database, second: Callable[..., Config]
) -> None:
    with _service(database).app_context():
        _lay_rows()
        before = _children()
        command.upgrade(second(), "head")
        with db.engine.connect() as connection:
            assert connection.execute(text("SELECT count(pronoun), count(*) FROM account")).one() == (0, 2)
        assert _children() == before == [("1", 1), ("2", 2)]
        command.downgrade(second(), newest_state())
        assert _children() == before
        db.engine.dispose()


def test_after_the_upgrade_references_are_watched_again(
    database: Database, second: Callable[..., Config]
) -> None:
    with _service(database).app_context():
        _lay_rows()
        command.upgrade(second(), "head")
        with pytest.raises(IntegrityError), db.engine.begin() as connection:
            connection.execute(text("UPDATE web_session SET account_id = 99"))
        with db.engine.begin() as connection:
            connection.execute(text("DELETE FROM account WHERE id = 1"))
        assert _children() == [("2", 2)]
        db.engine.dispose()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_migration_that_leaves_children_without_a_parent_is_taken_back_loudly(
    database: Database, second: Callable[..., Config]
) -> None:
    with _service(database).app_context():
        _lay_rows()
        losing = second("op.execute('DELETE FROM account WHERE id = 1')")
        with pytest.raises(CommandError, match="1 from web_session to account"):
            command.upgrade(losing, "head")
        assert _children() == [("1", 1), ("2", 2)]
        with db.engine.connect() as connection:
            assert MigrationContext.configure(connection).get_current_revision() == newest_state()
            assert connection.execute(text("SELECT count(*) FROM account")).scalar_one() == 2
            assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1
        db.engine.dispose()


A_PROCEDURE = """
INSERT INTO partnership (id, public_id, name, service_name, reference_prefix, nation, zone, duty_phone,
  office_phone, office_hours, office_address)
VALUES (1, 'p', 'P', 'S', 'PP', 'ENG', 'Europe/London', '1', '2', 'day', 'o@demo.invalid')
"""
ITS_VERSION = """
INSERT INTO protocol_version (id, partnership_id, key, version, sha256, body, in_force_from)
VALUES (7, 1, 'k', '1', 'h', 'b', :at)
"""
A_DIVERSION = """
INSERT INTO diversion (id, partnership_id, public_id, protocol_version_id, route, reason, subject, topic, forum,
  urgency, within, raising, challenged, account_id, at)
VALUES (1, 1, 'd', 7, 0, 'complaint', 'child', '', '', 'today', 'between', 'school', :kind, 2, :at)
"""


def _send_elsewhere(kind: str = "police") -> None:
    with db.engine.begin() as connection:
        at = connection.execute(text("SELECT created_at FROM account")).scalars().first()
        connection.execute(text(A_DIVERSION), {"at": at, "kind": kind})


def test_diversions_come_and_go_and_leave_everything_else_as_it_was(database: Database) -> None:
    with _service(database).app_context():
        _lay_rows()
        with db.engine.begin() as connection:
            at = connection.execute(text("SELECT created_at FROM account")).scalars().first()
            connection.execute(text(A_PROCEDURE))
            connection.execute(text(ITS_VERSION), {"at": at})
        _send_elsewhere()
        command.downgrade(_config(), "0002-1")
        upgrade_database()
        with db.engine.connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM diversion")).scalar_one() == 0
            assert connection.execute(text("SELECT key FROM protocol_version")).scalars().all() == ["k"]
        _send_elsewhere()
        assert _children() == [("1", 1), ("2", 2)]
        with pytest.raises(IntegrityError):
            _send_elsewhere("a kind of agency that is none")
        db.engine.dispose()
