"""Backups: the whole database at one instant into one file, and back.

No program beside the service is needed: the pg_dump that is on a machine is often older than the
server, and then it refuses. PostgreSQL: the rows of every table by COPY, all from one snapshot; to
restore, the migrations of the backup's own state make the tables, the rows go in, and the migrations
since then run, all in one transaction. SQLite: VACUUM INTO, and back by SQLite's own backup.

    backup   snapshot -> parts -> manifest -> read again -> named
    restore  manifest and every hash -> tables and rows -> counts -> new epoch, mails held -> commit

What can go wrong: whatever it is, before the commit, leaves the database as it was.
"""

from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path

import structlog
from sqlalchemy import Connection, Engine, inspect, text

from escalation import clock
from escalation.extensions import db
from escalation.services import backup_postgresql, backup_sqlite, restored
from escalation.services.backup_file import Manifest, NoBackup, Reading, Table, reading, writing

Migrate = Callable[[Connection, str], None]
"""Brings the tables of a connection to a state of the migrations, in its transaction."""

HEADS = "alembic_version"
_OF_ITSELF = frozenset({HEADS, "installation", "job_run", "heartbeat", "web_session"})
_log = structlog.get_logger(__name__)


def take(target: Path) -> Manifest:
    """Writes a backup of this installation to `target`. The service may go on meanwhile.

    Raises NoBackup when there is such a file, or nothing to back up.
    """
    kind = _kind(db.engine)
    with kind.snapshot(db.engine) as connection, writing(target) as file:
        if not inspect(connection).has_table(HEADS):
            raise NoBackup("there is nothing to back up: this database was never set up")
        moment = clock.read(connection)
        tables = _tables(connection)
        kind.write(connection, tables, file)
        manifest = Manifest(
            kind=db.engine.dialect.name,
            service_version=version("escalation"),
            migration_head=_state(connection),
            epoch=moment.epoch,
            taken_at=moment.now,
            tables=tables,
            parts=file.parts,
        )
        file.finish(manifest.written())
    return manifest


def check(source: Path) -> Manifest:
    """Reads a backup to its end and gives what it says of itself. Raises NoBackup."""
    with reading(source) as backup:
        return backup.manifest


def restore(source: Path, migrate: Migrate, newest: str, *, replacing: bool = False) -> tuple[Manifest, int]:
    """Puts a backup into this installation's database; gives its manifest and the new epoch.

    `newest` is the state that this version needs. Raises NoBackup, having changed nothing, when the
    file is no whole backup, is of the other kind of database, or the database holds something and it
    was not said that that is to be replaced.
    """
    with reading(source) as backup:
        _refuse_other_kind(backup.manifest)
        if not replacing:
            refuse_filled(db.engine)
        kind = _kind(db.engine)
        with kind.rebuilt(db.engine, backup, migrate) as connection:
            _compare(connection, backup)
            migrate(connection, newest)
            manifest = backup.manifest
            epoch = restored.hold(connection, clock.read(connection).now, manifest.taken_at)
    _log.warning("a backup was restored", taken_at=manifest.taken_at.isoformat(), epoch=epoch)
    return manifest, epoch


def refuse_filled(engine: Engine) -> None:
    """Raises NoBackup when a database holds more than an installation that nobody uses."""
    with engine.connect() as connection:
        names = sorted(set(inspect(connection).get_table_names()) - _OF_ITSELF)
        filled = [name for name in names if _count(connection, name)]
    if filled:
        raise NoBackup(
            f"this database is not empty ({', '.join(filled[:3])}…): restore into an empty one, "
            "or say --replace if what is in it may be lost"
        )


def _kind(engine: Engine) -> backup_postgresql.Kind | backup_sqlite.Kind:
    return backup_sqlite.Kind() if engine.dialect.name == "sqlite" else backup_postgresql.Kind()


def _tables(connection: Connection) -> Mapping[str, Table]:
    """Every table but Alembic's own, with its columns and the number of its rows."""
    looked = inspect(connection)
    names = sorted(set(looked.get_table_names()) - {HEADS})
    return {
        name: Table(tuple(column["name"] for column in looked.get_columns(name)), _count(connection, name))
        for name in names
    }


def _count(connection: Connection, table: str) -> int:
    return int(connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one())  # noqa: S608 (a name from the catalogue)


def _state(connection: Connection) -> str:
    return str(connection.execute(text(f"SELECT version_num FROM {HEADS}")).scalar_one())  # noqa: S608 (our own constant)


def _refuse_other_kind(manifest: Manifest) -> None:
    if manifest.kind != db.engine.dialect.name:
        raise NoBackup(
            f"this is a backup of {manifest.kind}, and the database here is {db.engine.dialect.name}"
        )


def _compare(connection: Connection, backup: Reading) -> None:
    if (state := _state(connection)) != backup.manifest.migration_head:
        raise NoBackup(f"its database is at {state}, not at {backup.manifest.migration_head} as it says")
    for name, table in backup.manifest.tables.items():
        if (found := _count(connection, name)) != table.rows:
            raise NoBackup(f"{name} has {found} rows where the backup promises {table.rows}")
