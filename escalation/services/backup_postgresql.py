"""PostgreSQL's part of backup and restore: COPY, from one snapshot, into one transaction."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from escalation.models import Base
from escalation.services.backup_file import NoBackup, Reading, Table, Writing

_ALIKE = ("client_encoding = 'UTF8'", "datestyle = 'ISO'", "timezone = 'UTC'", "extra_float_digits = 1")
"""Both ways rows are written in the same form, whatever the server's own settings."""
_ALL_ROWS = "row_security = off"
"""Whoever may not see every row is refused; else a backup would be whole, and hold a part only."""
_PATIENCE = "lock_timeout = '20s'"


class Kind:
    """How a PostgreSQL is backed up and restored."""

    @contextmanager
    def snapshot(self, engine: Engine) -> Iterator[Connection]:
        """A transaction that sees one instant, however long it lasts."""
        with engine.connect() as connection:
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            _set(connection, *_ALIKE, _ALL_ROWS)
            _refuse_who_may_not_read(connection)
            yield connection
            connection.rollback()

    def write(self, connection: Connection, tables: Mapping[str, Table], file: Writing) -> None:
        """The rows of every table, a part each."""
        with _driver(connection).cursor() as cursor:
            for name, table in tables.items():
                with file.part(name) as part, cursor.copy(_copy(name, table, "TO STDOUT")) as copy:
                    for chunk in copy:
                        part.write(chunk)

    @contextmanager
    def rebuilt(
        self, engine: Engine, backup: Reading, migrate: Callable[[Connection, str], None]
    ) -> Iterator[Connection]:
        """A transaction in which the database is as the backup was. Commits at the end of the block."""
        try:
            with engine.begin() as connection:
                _set(connection, *_ALIKE, _PATIENCE)
                _drop(connection)
                migrate(connection, backup.manifest.migration_head)
                _fill(connection, backup)
                yield connection
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", "") == "55P03":
                raise NoBackup("the database is in use: stop the service first") from error
            raise


def _set(connection: Connection, *settings: str) -> None:
    for setting in settings:
        connection.execute(text(f"SET LOCAL {setting}"))


def _refuse_who_may_not_read(connection: Connection) -> None:
    try:
        if inspect(connection).has_table("case"):
            connection.execute(text('SELECT count(*) FROM (SELECT FROM "case" LIMIT 1) AS one'))
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", "") != "42501":
            raise
        raise NoBackup(
            "this role may not read everything, and half a backup is none: set ESCALATION_BACKUP_URL to the "
            "address of one that may (see `escalation db roles`)"
        ) from error


def _driver(connection: Connection) -> psycopg.Connection[Any]:
    driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]  # it is psycopg on PostgreSQL
    return driver


def _drop(connection: Connection) -> None:
    """Takes away the service's own tables, and nothing else that may stand in the database."""
    ours = {*Base.metadata.tables, "alembic_version"}
    for name in sorted(ours & set(inspect(connection).get_table_names())):
        connection.execute(text(f'DROP TABLE "{name}" CASCADE'))


def _fill(connection: Connection, backup: Reading) -> None:
    tables = _in_order(connection, backup.manifest.tables)
    for name in reversed(tables):
        # What a migration laid there is in the backup too.
        connection.execute(text(f'DELETE FROM "{name}"'))  # noqa: S608 (a name from the catalogue)
    try:
        with _driver(connection).cursor() as cursor:
            for name, table in tables.items():
                with cursor.copy(_copy(name, table, "FROM STDIN")) as copy:
                    for chunk in backup.chunks(name):
                        copy.write(chunk)
                _count_on(cursor, name, table)
    except psycopg.Error as error:
        raise NoBackup(f"its rows do not fit: {str(error).partition(chr(10))[0]}") from error


def _in_order(connection: Connection, told: Mapping[str, Table]) -> dict[str, Table]:
    """The tables of a backup, parents before children, as the migrations have made them here."""
    made = [name for name, _ in inspect(connection).get_sorted_table_and_fkc_names() if name]
    if missing := sorted(set(told) - set(made)):
        raise NoBackup(f"its tables {', '.join(missing)} are not those of its migrations")
    return {name: told[name] for name in made if name in told}


def _copy(name: str, table: Table, way: str) -> sql.Composed:
    columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
    return sql.SQL("COPY {} ({}) " + way).format(sql.Identifier(name), columns)


def _count_on(cursor: psycopg.Cursor[Any], name: str, table: Table) -> None:
    """New rows get numbers above those that were restored."""
    for column in table.columns:
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", (f'"{name}"', column))
        found = cursor.fetchone()
        if found and found[0]:
            above = sql.SQL("SELECT setval({}, coalesce(max({}), 0) + 1, false) FROM {}")
            cursor.execute(above.format(sql.Literal(found[0]), sql.Identifier(column), sql.Identifier(name)))
