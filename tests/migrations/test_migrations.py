"""The migrations make the tables of the models, and can be gone back and forth with data in them."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from flask import Flask, current_app
from sqlalchemy import text

from escalation.app import MIGRATIONS, create_app, upgrade_database
from escalation.extensions import db
from escalation.models import Base
from tests.support.databases import Database
from tests.support.settings import settings_for


def _service(database: Database) -> Flask:
    return create_app(settings_for(database.url), migrating=True)


def _config() -> Config:
    return current_app.extensions["migrate"].migrate.get_config(str(MIGRATIONS))  # type: ignore[no-any-return]


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
    import pytest
    from sqlalchemy.exc import IntegrityError

    with _service(database).app_context():
        with pytest.raises(IntegrityError), db.engine.begin() as connection:
            connection.execute(text("UPDATE installation SET offset_seconds = 60"))
        db.engine.dispose()
