"""The campaign on SQLite: one file, one writer at a time, and no server that could be stopped."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Embedded:
    """The file of a database."""

    folder: Path

    @property
    def url(self) -> str:
        """The database's address, as the service's settings take it."""
        return f"sqlite:///{self.words()}"

    def words(self) -> str:
        """The same, as the checker takes it."""
        return str(self.folder / "escalation.db")

    def one(self, query: str) -> Any:
        """The one value of a query."""
        connection = self._open()
        try:
            row = connection.execute(query).fetchone()
            return row[0] if row else None
        finally:
            connection.close()

    def do(self, statement: str) -> None:
        """One statement, committed."""
        connection = self._open()
        try:
            with connection:
                connection.execute(statement)
        finally:
            connection.close()

    def start(self) -> None:
        """Nothing: who opens the file has started it."""

    def stop(self, mode: str = "fast") -> None:
        """Nothing: a writer that is killed is all that can happen to it."""

    def settings(self) -> dict[str, str]:
        """Its version; every commit is on disk."""
        return {"sqlite": sqlite3.sqlite_version, "synchronous": "FULL"}

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self.words(), timeout=10)
