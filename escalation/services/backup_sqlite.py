"""SQLite's part of backup and restore: VACUUM INTO, and SQLite's own backup to put it back."""

import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine

from escalation import engine as engines
from escalation.services.backup_file import NoBackup, Reading, Table, Writing

PART = "database"
_IN_USE = "the database is in use: stop the service first"
_CHUNK = 1 << 20


class Kind:
    """How an SQLite database is backed up and restored."""

    @contextmanager
    def snapshot(self, engine: Engine) -> Iterator[Connection]:
        """A copy of the database as it was at one instant, open to be read; gone afterwards."""
        with tempfile.TemporaryDirectory(dir=_folder(engine), prefix=".backup-") as folder:
            copy = Path(folder) / PART
            with closing(_open(engine)) as source:
                source.execute("VACUUM INTO ?", (str(copy),))
            with _let_go(create_engine(f"sqlite:///{copy}")) as reader, reader.connect() as connection:
                yield connection

    def write(self, connection: Connection, tables: Mapping[str, Table], file: Writing) -> None:
        """The file, as one part. Nobody writes to the copy while it is read."""
        with Path(str(connection.engine.url.database)).open("rb") as copy, file.part(PART) as part:
            while chunk := copy.read(_CHUNK):
                part.write(chunk)

    @contextmanager
    def rebuilt(
        self, engine: Engine, backup: Reading, migrate: Callable[[Connection, str], None]
    ) -> Iterator[Connection]:
        """A database beside ours, as the backup was; at the end of the block it becomes ours, at once."""
        Path(_folder(engine)).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=_folder(engine), prefix=".restore-") as folder:
            copy = Path(folder) / PART
            with copy.open("wb") as file:
                file.writelines(backup.chunks(PART))
            _refuse_damaged(copy)
            with _written(copy) as connection:
                yield connection
                connection.commit()
            _become(copy, engine)


@contextmanager
def _let_go(engine: Engine) -> Iterator[Engine]:
    """An engine whose connections are closed afterwards, so that the file is whole and can be moved."""
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def _written(file: Path) -> Iterator[Connection]:
    """The database in a file, to be written to as the service does."""
    with _let_go(create_engine(f"sqlite:///{file}")) as engine:
        engines.prepare(engine)
        with engine.connect().execution_options(write=True) as connection:
            yield connection


def _folder(engine: Engine) -> str:
    """Where the database lies: there is room for a copy, and it does not leave the disk it is on."""
    return str(Path(str(engine.url.database)).resolve().parent)


def _open(engine: Engine) -> sqlite3.Connection:
    return sqlite3.connect(str(engine.url.database), timeout=engines.BUSY_MS / 1000, isolation_level=None)


def _refuse_damaged(file: Path) -> None:
    try:
        with closing(sqlite3.connect(file)) as connection:
            found: list[Any] = connection.execute("PRAGMA integrity_check").fetchall()
            broken = connection.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.DatabaseError as error:
        raise NoBackup("its database cannot be read") from error
    if found != [("ok",)] or broken:
        raise NoBackup("its database is damaged")


def _become(copy: Path, engine: Engine) -> None:
    """Page by page into ours in one transaction: who has it open sees the old or the new, nothing between."""
    engine.dispose()
    with closing(sqlite3.connect(copy)) as source, closing(_open(engine)) as target:
        _refuse_while_open(target)
        source.backup(target, progress=_refuse_to_wait)


def _refuse_while_open(target: sqlite3.Connection) -> None:
    """Only whoever is alone can end the write-ahead log: a service that runs has it open, busy or not."""
    try:
        target.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        raise NoBackup(_IN_USE) from error


def _refuse_to_wait(status: int, remaining: int, total: int) -> None:
    """SQLite has waited already as long as any writer does; Python would try again for ever."""
    if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        raise NoBackup(_IN_USE)
