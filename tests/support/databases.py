"""A database of its own for each test, on SQLite or on PostgreSQL: a copy of one that was migrated once."""

import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from tests.support import postgres
from tests.support.run import Run

Kind = Literal["sqlite", "postgresql"]
KINDS: tuple[Kind, ...] = ("sqlite", "postgresql")
_TEMPLATE = "foundations"
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Database:
    """A database for one test. `url` is what ESCALATION_DATABASE_URL would hold: on PostgreSQL that of a
    role that owns nothing. `owner_url` is for migrations, and for tests that write rows themselves."""

    kind: Kind
    url: str
    owner_url: str

    @property
    def sqlite(self) -> bool:
        """True on the embedded database, which has one writer at a time and no row locks."""
        return self.kind == "sqlite"


@contextmanager
def database(run: Run, kind: Kind, *, empty: bool = False) -> Iterator[Database]:
    """A database that is gone afterwards: with every table and the installation row, or `empty`."""
    open_one = _sqlite if kind == "sqlite" else _postgresql
    with open_one(run, f"test_{run.worker}_{next(_numbers)}", empty) as url:
        # Where there are no tables yet, nobody but their owner has anything to do.
        yield Database(kind, url if empty else _for_the_service(url), url)


@contextmanager
def _sqlite(run: Run, name: str, empty: bool) -> Iterator[str]:
    folder = run.folder / name
    folder.mkdir()
    file = folder / "escalation.db"
    try:
        if not empty:
            template = run.once("sqlite", lambda made: _migrate(f"sqlite:///{made / 'escalation.db'}"))
            shutil.copyfile(template / "escalation.db", file)
        yield f"sqlite:///{file}"
    finally:
        shutil.rmtree(folder)


@contextmanager
def _postgresql(run: Run, name: str, empty: bool) -> Iterator[str]:
    cluster = postgres.start(run)
    if not empty:
        run.once("postgres-foundations", lambda _: _template(cluster))
    url = cluster.create(name, template="template1" if empty else _TEMPLATE)
    try:
        yield url
    finally:
        _let_go(url)
        cluster.drop(name)


def _template(cluster: postgres.Cluster) -> None:
    cluster.drop(_TEMPLATE)  # what a failed try left
    _migrate(cluster.create(_TEMPLATE))


def _for_the_service(url: str) -> str:
    from tests.support import beyond

    return beyond.as_application(url)


def _let_go(url: str) -> None:
    from tests.support import beyond

    beyond.let_go(url)


def _migrate(url: str) -> None:
    # Imported when the first test asks for it: it brings the whole service with it.
    from tests.support.schema import lay_foundations

    lay_foundations(url)
