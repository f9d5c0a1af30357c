"""Beyond the second wall: on PostgreSQL the service runs as a role that the database shows little, and a
test that looks at rows itself, or changes them behind the service's back, does so as their owner.
"""

from functools import cache

from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.pool import NullPool

from escalation.extensions import db
from tests.support.postgres import USER

APPLICATION = "escalation_app"
BACKUP = "escalation_backup"


def as_application(url: str) -> str:
    """The address of a database for the service; an SQLite's stays as it is."""
    return named(APPLICATION, url)


def as_backup(url: str) -> str:
    """The address of a database for backups."""
    return named(BACKUP, url)


def as_owner(url: str) -> str:
    """The address of a database for whoever owns its tables."""
    return named(USER, url)


def named(role: str, url: str) -> str:
    """The address of a database for a role; an SQLite has none."""
    made = make_url(url)
    other = made if made.get_backend_name() == "sqlite" else made.set(username=role)
    return other.render_as_string(hide_password=False)


def engine() -> Engine:
    """The database of the app that is entered, as its owner sees it."""
    if db.engine.dialect.name == "sqlite":
        return db.engine
    return engine_of(as_owner(db.engine.url.render_as_string(hide_password=False)))


@cache
def engine_of(url: str) -> Engine:
    """The database at an address, with a connection for each use."""
    return create_engine(url, poolclass=NullPool)
