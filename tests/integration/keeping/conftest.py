"""Northtown with things owed, and how it is backed up and comes back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from escalation.app import create_app, newest_state, upgrade_on
from escalation.config import Settings
from escalation.extensions import db
from escalation.jobs import scheduler
from escalation.jobs.result import Result
from escalation.services import backups, concerns
from escalation.services.backup_file import Manifest
from escalation.services.submissions import new_key
from tests.support import beyond, northtown
from tests.support.mail_sink import MailSink
from tests.support.movable_clock import MovableClock


@dataclass
class Keeper:
    """An operator of Northtown: raises for the GP, takes backups, puts them back, lets the jobs run."""

    app: Flask
    settings: Settings
    clock: MovableClock
    sink: MailSink
    folder: Path
    partnership: str
    gp: int

    def raises(self) -> str:
        """A new concern to the hospital. Gives the case's public id."""
        with self.app.app_context():
            new = northtown.concern_to_hospital(self.gp, self.partnership)
            return concerns.raise_concern(self.gp, new, new_key()).public_id

    def backs_up(self, name: str = "a.backup") -> Path:
        """Takes a backup."""
        with self._as(beyond.as_backup):
            backups.take(self.folder / name)
        return self.folder / name

    def restores(self, file: Path, *, replacing: bool = True) -> Manifest:
        """Puts a backup back."""
        with self._as(beyond.as_owner):
            return backups.restore(file, upgrade_on, newest_state(), replacing=replacing)[0]

    @contextmanager
    def _as(self, whom: Callable[[str], str]) -> Iterator[None]:
        """Enters the installation as another role of the database, if it has any."""
        url = whom(self.settings.database_url)
        same = url == self.settings.database_url
        app = self.app if same else create_app(replace(self.settings, database_url=url), migrating=True)
        with app.app_context():
            try:
                yield
            finally:
                if not same:
                    db.engine.dispose()

    def stops(self) -> None:
        """Stops the service: nobody has the database open any more."""
        with self.app.app_context():
            db.engine.dispose()

    def lets_jobs_run(self) -> dict[str, Result]:
        """Every job once."""
        return scheduler.run_once(self.app, self.settings)

    def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        """What the database says."""
        with self.app.app_context(), beyond.engine().connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), values)]

    def does(self, statement: str, **values: Any) -> None:
        """Changes the database behind the service's back."""
        with self.app.app_context(), beyond.engine().begin() as connection:
            connection.execute(text(statement), values)

    def one(self, query: str) -> Any:
        """The one value that a query gives."""
        return self.rows(query)[0][0]

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """No row of any table may change in the block."""
        before = self.everything()
        yield
        assert self.everything() == before

    def everything(self) -> dict[str, list[str]]:
        """Every row of every table, as text."""
        with self.app.app_context(), beyond.engine().connect() as connection:
            names = db.inspect(connection).get_table_names()
            return {
                n: sorted(str(tuple(r)) for r in connection.execute(text(f'SELECT * FROM "{n}"')))
                for n in names
            }


@pytest.fixture
def keeper(
    app: Flask, settings: Settings, clock: MovableClock, mail_sink: MailSink, tmp_path: Path
) -> Keeper:
    with app.app_context():
        partnership = northtown.lay_out(shut=True)
        gp = northtown.accounts()["amara.lewis"]
    return Keeper(app, settings, clock, mail_sink, tmp_path, partnership, gp)


Damage = Callable[[bytes], bytes]
