"""Beyond the second wall: on PostgreSQL the service runs as a role that the database shows little, and a
test that looks at rows itself, or changes them behind the service's back, does so as their owner.
"""

from sqlalchemy import Engine, create_engine, make_url

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


def engine_of(url: str) -> Engine:
    """The database at an address. What it opens stays open until the database is removed."""
    if url not in _engines:
        _engines[url] = create_engine(url, pool_pre_ping=True)
    return _engines[url]


def let_go(url: str) -> None:
    """Closes what is open to a database that is about to be removed, by whichever role."""
    name = make_url(url).database
    for known in [known for known in _engines if make_url(known).database == name]:
        _engines.pop(known).dispose()


_engines: dict[str, Engine] = {}
