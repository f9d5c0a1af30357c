"""What a campaign stands on: a database with two towns, a mail server, and the service, warm, to be forked."""

import fcntl
import gc
import json
import logging
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from flask import Flask

from escalation.app import create_app, upgrade_database
from escalation.config import Settings
from escalation.extensions import db
from escalation.jobs import audit_the_clock, deliver_mail, lapse_deadlines, remind
from tests.faults.campaign import town
from tests.faults.campaign.cluster import Cluster, Server, opened
from tests.faults.campaign.embedded import Embedded
from tests.faults.campaign.failpoints import Armed
from tests.faults.campaign.journal import Journal
from tests.faults.campaign.people import Diary, Places, act
from tests.faults.campaign.pooler import pooled
from tests.faults.campaign.roles import Station
from tests.support import beyond
from tests.support.schema import make_roles
from tests.support.settings import settings_for

_MOVES = 4
NO_MAILBOX = ("bea.lindqvist@easton.invalid", "farah.aziz@easton.invalid", "marcus.hill@westbury.invalid")
"""The mail server refuses these for good: they are told of nothing by mail, and others must be."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Everything that is there before the first process is forked."""

    folder: Path
    server: Server
    station: Station
    journal: Journal
    mail_server: "subprocess.Popen[bytes]"

    def calm(self) -> None:
        """From now on the mail server behaves."""
        self.mail_server.send_signal(signal.SIGUSR1)


@contextmanager
def server_in(folder: Path, sqlite: bool) -> Iterator[Server]:
    """The database's server, running until the end of this. Raises BlockingIOError when another campaign
    is under way in the folder."""
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        server = Embedded(folder) if sqlite else opened(folder)
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def ground(
    folder: Path,
    server: Server,
    seed: str,
    *,
    fault: str | None = None,
    pooler: bool = False,
    calm: bool = False,
    cases: int = 4,
) -> Iterator[Ground]:
    """The ground in `folder`, new or as it was left; `fault` is planted in every process that is forked,
    and a `calm` mail server behaves from the first mail on. There are so many `cases` when the killing begins."""
    folder.mkdir(mode=0o755, exist_ok=True)
    with _address(server, pooler) as url, _mail_server(folder, seed) as (mail_server, port):
        settings = _settings(folder, url, port, pooler)
        app = _service(folder, server, settings)
        if calm:
            mail_server.send_signal(signal.SIGUSR1)
        with app.app_context():
            places = Places.known()
        journal = Journal(folder / "journal")
        journal.write("run", seed=seed)
        random.seed(f"{seed}/{journal.tally.kills}")
        _warm(app, settings, folder, places, 4 if journal.tally.kills else cases)
        station = Station(app, settings, folder, places, "", Armed(None), 0.5, fault)
        yield Ground(folder, server, station, journal, mail_server)


def like(server: Server, name: str) -> Server:
    """A copy of a settled database that nobody is connected to, beside it, in a folder of its own."""
    folder = server_folder(server) / name
    folder.mkdir(mode=0o755)
    (folder / "settled").touch()
    if isinstance(server, Cluster):
        copy = replace(server, database=name)
        copy.create(template=server.database)
        return copy
    shutil.copyfile(server.words(), folder / Path(server.words()).name)
    return Embedded(folder)


def server_folder(server: Server) -> Path:
    """Where a server keeps everything."""
    assert isinstance(server, Cluster | Embedded)
    return server.folder


def settle(folder: Path, server: Server) -> None:
    """Makes the tables and the towns, and leaves the database to be copied."""
    app = _service(folder, server, _settings(folder, server.url, 25, pooler=False))
    with app.app_context():
        db.engine.dispose()


@contextmanager
def _address(server: Server, pooler: bool) -> Iterator[str]:
    if pooler:
        assert isinstance(server, Cluster)
        with pooled(server) as url:
            yield url
    else:
        yield server.url


def _settings(folder: Path, url: str, port: int, pooler: bool) -> Settings:
    kept = folder / "keys"
    # So much happens to so few people that the fuse would sum up what the checks look for one by one.
    made = settings_for(
        url,
        smtp_timeout=2.0,
        smtp_port=port,
        log_level="ERROR",
        transaction_pooler=pooler,
        mails_per_hour=0,
    )
    keys = {"secret_key": made.secret_key, "password_salt": made.password_salt}
    if not kept.exists():
        kept.write_text(json.dumps(keys))
    return replace(made, **json.loads(kept.read_text()))


def _service(folder: Path, server: Server, settings: Settings) -> Flask:
    if not (folder / "settled").exists():
        # Migrations and set-up go to the server itself: they are no work for a pooler.
        first = create_app(replace(settings, database_url=beyond.as_owner(server.url)), migrating=True)
        logging.getLogger("alembic").setLevel(logging.WARNING)
        with first.app_context():
            upgrade_database()
            if db.engine.dialect.name == "postgresql":
                make_roles()
            town.settle()
            db.engine.dispose()
        (folder / "settled").touch()
    return create_app(settings)


@contextmanager
def _mail_server(folder: Path, seed: str) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    port = folder / "port"
    port.unlink(missing_ok=True)
    (folder / "refused").write_text(" ".join(NO_MAILBOX))
    script = Path(__file__).with_name("sink.py")
    server = subprocess.Popen([sys.executable, "-I", str(script), str(folder), seed])
    try:
        while not port.exists():
            time.sleep(0.02)
        yield server, int(port.read_text())
    finally:
        server.terminate()
        server.wait()


def _warm(app: Flask, settings: Settings, folder: Path, places: Places, cases: int) -> None:
    """Every use case once in the parent: what is compiled and loaded here, its forks have at hand."""
    diary = Diary(folder / "diary-warm")
    with app.app_context():
        for number in range(cases):
            act(diary, places, raising=1.0)
            if number < _MOVES:
                act(diary, places, raising=0.0)
        for job in (lapse_deadlines, remind, audit_the_clock, deliver_mail):
            job.run(settings)
        db.engine.dispose()
    gc.collect()
    gc.freeze()
