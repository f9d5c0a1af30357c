"""Fixtures for every test. A test that takes `database`, `app` or `client` runs on both databases."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from escalation import memory
from escalation.config import Settings
from tests.support import compiled_once
from tests.support.databases import KINDS, Database, Kind
from tests.support.databases import database as _database
from tests.support.mail_sink import MailSink
from tests.support.movable_clock import MovableClock, TimePasses
from tests.support.run import Run
from tests.support.settings import roles_of, settings_for

pytest_plugins = ("tests.support.tally",)
_run: pytest.StashKey[Run] = pytest.StashKey()


def pytest_configure(config: pytest.Config) -> None:
    given = getattr(config, "workerinput", None)
    config.stash[_run] = Run.told(given["run"]) if given else Run.begin(os.getpid())
    compiled_once.share(config.stash[_run].once("templates", lambda _: None))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """xdist: a worker works in the folder of the run, and under its own name."""
    node.workerinput["run"] = node.config.stash[_run].tell(node.gateway.id)


def pytest_collection_finish() -> None:
    # What is imported by now stays: looking through it for garbage again and again took a tenth of the time.
    memory.keep()
    gc.set_threshold(20_000, 20, 20)


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.stash[_run].end()


@pytest.fixture(scope="session")
def run(pytestconfig: pytest.Config) -> Run:
    """This run of the tests, which its worker processes share."""
    return pytestconfig.stash[_run]


@pytest.fixture(params=KINDS)
def database_kind(request: pytest.FixtureRequest) -> Kind:
    """Each kind of database in turn. For one only: parametrize this, `indirect=True`."""
    return request.param


@pytest.fixture
def database(run: Run, database_kind: Kind) -> Iterator[Database]:
    """A database of this test's own, with every table and the installation row."""
    with _database(run, database_kind) as made:
        yield made


@pytest.fixture
def empty_database(run: Run, database_kind: Kind) -> Iterator[Database]:
    """A database of this test's own with nothing in it, to try migrations on."""
    with _database(run, database_kind, empty=True) as made:
        yield made


@pytest.fixture
def clock(database: Database) -> MovableClock:
    """The service's clock, to be moved by hand."""
    return MovableClock(database.url)


@pytest.fixture
def mail_sink() -> Iterator[MailSink]:
    """A real mail server on a loopback port; the settings send there."""
    with MailSink() as sink:
        yield sink


@pytest.fixture
def settings(database: Database, mail_sink: MailSink, tmp_path: Path) -> Settings:
    """What a process of the service is told in this test, and an operator beside it."""
    roles = {} if database.sqlite else roles_of(database.owner_url)
    return settings_for(database.url, smtp_port=mail_sink.port, instance=str(tmp_path), **roles)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The service, on this test's database. Nothing runs by itself: a test calls the jobs, or starts them."""
    # Not at the top: a unit test of the protocol should not wait for the whole service to be imported.
    from escalation.app import create_app
    from escalation.extensions import db

    made = create_app(settings)
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def time_passes(app: Flask, settings: Settings, clock: MovableClock) -> TimePasses:
    """Moves the clock, by days= and the like, and lets the jobs run, as the scheduler would wake them."""
    from escalation.jobs import scheduler

    def passes(**by: float) -> None:
        clock.move(**by)
        scheduler.run_once(app, settings)

    return passes


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody at a door of the service, signed out."""
    return app.test_client()
