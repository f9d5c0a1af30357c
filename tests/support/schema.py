"""Brings an empty database to where the service can use it. Done once a run for each kind of database."""

from escalation.app import create_app, upgrade_database
from escalation.extensions import db
from escalation.services import database_roles
from escalation.services.database_roles import Roles
from tests.support import beyond, postgres
from tests.support.settings import settings_for


def lay_foundations(url: str) -> None:
    """Runs the real migrations, as an operator does, and makes the roles of a PostgreSQL. The clock stands:
    only the `clock` fixture moves it."""
    app = create_app(settings_for(url), migrating=True)
    with app.app_context():
        upgrade_database()
        if db.engine.dialect.name == "postgresql":
            make_roles()
        db.engine.dispose()


def make_roles() -> None:
    """The service's and the backup's role, in the database of the app that is entered as its owner."""
    with db.engine.begin() as connection:
        database_roles.apply(connection, Roles(postgres.USER, beyond.APPLICATION, beyond.BACKUP))
