"""Brings an empty database to where the service can use it. Done once a run for each kind of database."""

from escalation.app import create_app, upgrade_database
from escalation.extensions import db
from tests.support.settings import settings_for


def lay_foundations(url: str) -> None:
    """Runs the real migrations, as an operator does. The clock stands: only the `clock` fixture moves it."""
    app = create_app(settings_for(url), migrating=True)
    with app.app_context():
        upgrade_database()
        db.engine.dispose()
