"""A PostgreSQL of the campaign's own, with every commit on disk, which can be stopped as by a power cut."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psycopg
from psycopg import sql

from tests.support.beyond import APPLICATION
from tests.support.postgres import USER, programs_in, unprivileged

DATABASE = "campaign"
_OPTIONS = {
    "listen_addresses": "''",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "5min",
    "max_connections": "200",
}
"""What differs from PostgreSQL's defaults: fsync, full_page_writes and synchronous_commit stay on."""


class Server(Protocol):
    """What holds the campaign's database: a PostgreSQL of its own, or a SQLite file (see `embedded`)."""

    @property
    def url(self) -> str:
        """The database's address, as the service's settings take it."""

    def words(self) -> str:
        """The same, as the checker takes it."""

    def one(self, query: str) -> Any:
        """The one value of a query."""

    def do(self, statement: str) -> None:
        """One statement, committed."""

    def start(self) -> None:
        """Starts it; after a crash it recovers first."""

    def stop(self, mode: str = "fast") -> None:
        """Stops it in order, or `immediate`: as a power cut does."""

    def settings(self) -> dict[str, str]:
        """Its version, and whether commits reach the disk."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster in a folder that every user may enter; its socket lies beside its data."""

    folder: Path
    programs: Path
    database: str = DATABASE

    @property
    def data(self) -> Path:
        """Its data, and its socket."""
        return self.folder / "data"

    @property
    def url(self) -> str:
        """The address of the campaign's database, as the service's settings take it."""
        return f"postgresql+psycopg://{APPLICATION}@/{self.database}?host={self.data}"

    def words(self, name: str | None = None) -> str:
        """The same, as psycopg takes it; or that of another database."""
        return f"host={self.data} user={USER} dbname={name or self.database}"

    def one(self, query: str) -> Any:
        """The one value of a query."""
        with psycopg.connect(self.words()) as connection:
            row = connection.execute(query.encode()).fetchone()
        return row[0] if row else None

    def do(self, statement: str) -> None:
        """One statement, committed."""
        with psycopg.connect(self.words()) as connection:
            connection.execute(statement.encode())

    def start(self) -> None:
        """Starts it; after a crash it recovers first."""
        options = " ".join(f"-c {name}={value}" for name, value in _OPTIONS.items())
        options += f" -c unix_socket_directories='{self.data}'"
        self._call("pg_ctl", "start", "-w", "-t", "60", "-l", self.data / "log", "-o", options)

    def stop(self, mode: str = "fast") -> None:
        """Stops it in order, or `immediate`: as a power cut does."""
        self._call("pg_ctl", "stop", "-w", "-m", mode)

    def running(self) -> bool:
        """True while the server is up."""
        return (self.data / "postmaster.pid").exists() and self._status() == 0

    def create(self, template: str = "template1") -> None:
        """Makes its database, as a copy of another that nobody is connected to."""
        words = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        with psycopg.connect(self.words("postgres"), autocommit=True) as connection:
            connection.execute(words.format(sql.Identifier(self.database), sql.Identifier(template)))

    def settings(self) -> dict[str, str]:
        """Its version, and whether commits reach the disk."""
        names = ("server_version", "fsync", "full_page_writes", "synchronous_commit")
        with psycopg.connect(self.words("postgres")) as connection:
            found = {name: connection.execute(f"SHOW {name}").fetchone() for name in names}
        return {
            name.replace("server_version", "postgresql"): str(row[0]) for name, row in found.items() if row
        }

    def _status(self) -> int:
        command: list[str | Path] = [self.programs / "pg_ctl", "status", "-D", self.data]
        return subprocess.run(command, capture_output=True, cwd="/", **unprivileged()).returncode

    def _call(self, program: str, *words: str | Path) -> None:
        # The server inherits what it is given: a file, never a pipe that would be waited on for ever.
        said = self.folder / "postgres-said"
        with said.open("w") as output:
            done = subprocess.run(
                [self.programs / program, *words, "-D", self.data],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                **unprivileged(),
            )
        if done.returncode:
            raise RuntimeError(f"{program} {' '.join(map(str, words))}: {said.read_text()}")


def opened(folder: Path) -> Cluster:
    """The cluster in `folder`, running: made if it is not there, recovered if it crashed."""
    cluster = Cluster(folder, _programs(folder))
    if not (folder / "data" / "PG_VERSION").exists():
        _make(cluster)
    elif not cluster.running():
        cluster.start()
    return cluster


def _programs(folder: Path) -> Path:
    there = next(folder.glob("programs/*/pginstall18/bin"), None)
    return there or programs_in(folder / "programs")


def _make(cluster: Cluster) -> None:
    shutil.rmtree(cluster.data, ignore_errors=True)
    cluster.data.mkdir(mode=0o700)
    if owner := unprivileged():
        os.chown(cluster.data, owner["user"], owner["group"])
    words = ("--no-instructions", "--auth=trust", "--encoding=UTF8", "--locale=C", f"--username={USER}")
    cluster._call("initdb", *words)
    cluster.start()
    cluster.create()
