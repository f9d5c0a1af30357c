"""How migrations run: the tables of the service, on SQLite and PostgreSQL, one upgrade at a time.

SQLite alters a table by copying it and dropping the old one. With foreign keys on, the drop would take
the children along (or fail): they are off around the migrations, and afterwards every reference is
looked up, before anything is committed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context
from alembic.util import CommandError
from flask import current_app
from sqlalchemy import Connection, text

from escalation.models import Base

LOCK = 7_236_114
"""One number for this service's migrations: two upgrades at once wait for each other."""


def run() -> None:
    given: Connection | None = context.config.attributes.get("connection")
    if given is not None:
        # A restore: what it was given, in the transaction that it has begun.
        _run_in(given)
        return
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect().execution_options(write=True) as connection:
        _run_in(connection)


def _run_in(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        with _references_unwatched(connection):
            _run_on(connection)
    else:
        _run_on(connection)


def _run_on(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        transactional_ddl=True,
    )
    # One transaction, Alembic's own: an outer one it would commit before the references are looked up.
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        context.run_migrations()
        if connection.dialect.name == "sqlite":
            _refuse_broken_references(connection)


@contextmanager
def _references_unwatched(connection: Connection) -> Iterator[None]:
    """Foreign keys off, and on again whatever happens. Inside a transaction SQLite would not listen."""
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _refuse_broken_references(connection: Connection) -> None:
    """Raises CommandError, which takes the whole upgrade back, when a row refers to one that is not there."""
    broken: dict[str, int] = {}
    for child, _, parent, _ in connection.execute(text("PRAGMA foreign_key_check")):
        between = f"{child} to {parent}"
        broken[between] = broken.get(between, 0) + 1
    if broken:
        found = ", ".join(f"{count} from {between}" for between, count in sorted(broken.items()))
        raise CommandError(
            f"after the migrations, references lead nowhere: {found}. "
            "Nothing was changed: mend the rows or the migration, then upgrade again"
        )


run()
