"""How migrations run: the tables of the service, on SQLite and PostgreSQL, one upgrade at a time."""

from alembic import context
from flask import current_app
from sqlalchemy import Connection, text

from escalation.models import Base

LOCK = 7_236_114
"""One number for this service's migrations: two upgrades at once wait for each other."""


def run() -> None:
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect().execution_options(write=True) as connection:
        _run_on(connection)


def _run_on(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        transactional_ddl=True,
    )
    with connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        with context.begin_transaction():
            context.run_migrations()


run()
