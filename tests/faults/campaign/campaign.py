"""One campaign from the first kill to the verdict."""

import gc
import json
import logging
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from flask import Flask

from escalation.app import create_app, upgrade_database
from escalation.config import Settings
from escalation.extensions import db
from escalation.jobs import audit_the_clock, deliver_mail, lapse_deadlines, remind
from tests.faults.campaign import checker, cluster, processes, roles, scenarios, town
from tests.faults.campaign.checker import Verdict
from tests.faults.campaign.cluster import Cluster
from tests.faults.campaign.director import Director
from tests.faults.campaign.failpoints import Armed
from tests.faults.campaign.journal import Journal, Tally
from tests.faults.campaign.people import Diary, Places, act
from tests.faults.campaign.pooler import pooled
from tests.support.settings import settings_for

NO_MAILBOX = ("bea.lindqvist@easton.invalid", "farah.aziz@easton.invalid", "marcus.hill@westbury.invalid")
"""The mail server refuses these for good: they are told of nothing by mail, and others must be."""
_FAULTY_KILLS = 120


@dataclass(frozen=True, slots=True)
class Plan:
    """What a campaign is to do. `each` is how often every failpoint must be hit."""

    seed: str
    kills: int
    each: int
    fault: str | None = None
    pooler: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a campaign did, and what was found afterwards."""

    plan: Plan
    tally: Tally
    verdict: Verdict
    server: dict[str, str]

    @property
    def good(self) -> bool:
        """Whether every bar is met."""
        hit = all(self.tally.by_failpoint[name] >= self.plan.each for name in processes.FAILPOINTS)
        return self.verdict.good and hit and self.tally.kills >= self.plan.kills


def run(folder: Path, plan: Plan, tell: Callable[[str], None]) -> Outcome:
    """A campaign in `folder`, new or gone on with, until its verdict."""
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    with ground(folder, plan) as (server, station, journal, mail_server):
        if not (folder / "killed").exists():
            director = Director(
                folder, server, station, journal, 0 if plan.fault or plan.kills < 100 else 100
            )
            director.run(plan.kills, plan.each, tell)
            tell(director.words())
            (folder / "killed").touch()
        mail_server.send_signal(signal.SIGUSR1)
        _come_to_rest(station)
        verdict = checker.judge(server.words(), folder)
        return Outcome(plan, journal.tally, verdict, server.settings())


def with_fault(folder: Path, name: str, seed: str) -> list[str]:
    """A short campaign, or the scenario it takes, with a fault in the service; which checks found it."""
    plan = Plan(seed, _FAULTY_KILLS, 0, fault=name)
    if name in scenarios.OF_FAULT:
        with ground(folder, plan) as (server, station, _, mail_server):
            mail_server.send_signal(signal.SIGUSR1)
            scenarios.OF_FAULT[name](server, station)
            return list(checker.judge(server.words(), folder).caught_by)
    return list(run(folder, plan, lambda _: None).verdict.caught_by)


@contextmanager
def ground(
    folder: Path, plan: Plan
) -> Iterator[tuple[Cluster, roles.Station, Journal, "subprocess.Popen[bytes]"]]:
    """The server, the service on it, the journal, and the mail server; all stopped at the end."""
    server = cluster.opened(folder)
    try:
        with pooled(server) if plan.pooler else _as_it_is(server) as url:
            app, settings = _service(server.url, url, plan.pooler, folder)
            with _mail_server(folder, plan.seed) as (mail_server, port):
                settings = replace(settings, smtp_port=port)
                places = _settled(folder, server, app, plan)
                journal = Journal(folder / "journal")
                journal.write("run", seed=plan.seed)
                random.seed(f"{plan.seed}/{journal.tally.kills}")
                _warm(app, settings, folder, places)
                station = roles.Station(app, settings, folder, places, "", Armed(None), 0.5, plan.fault)
                yield server, station, journal, mail_server
    finally:
        server.stop()


@contextmanager
def _as_it_is(server: Cluster) -> Iterator[str]:
    yield server.url


def _service(direct: str, url: str, pooler: bool, folder: Path) -> tuple[Flask, Settings]:
    keys = folder / "keys"
    settings = settings_for(url, smtp_timeout=2.0, log_level="ERROR", transaction_pooler=pooler)
    if keys.exists():
        kept = json.loads(keys.read_text())
        settings = replace(settings, **kept)
    keys.write_text(json.dumps({"secret_key": settings.secret_key, "password_salt": settings.password_salt}))
    app = create_app(replace(settings, database_url=direct), migrating=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with app.app_context():
        upgrade_database()
        db.engine.dispose()
    return (create_app(settings) if pooler else app), settings


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


def _settled(folder: Path, server: Cluster, app: Flask, plan: Plan) -> Places:
    with app.app_context():
        if not (folder / "settled").exists():
            town.settle()
            if plan.fault == "no_lock_and_no_key":
                scenarios.take_keys_away(server)
            (folder / "settled").touch()
        return Places.known()


def _warm(app: Flask, settings: Settings, folder: Path, places: Places) -> None:
    """Every use case once in the parent: what is compiled and loaded here, its forks have at hand."""
    diary = Diary(folder / "diary-warm")
    with app.app_context():
        for _ in range(4):
            act(diary, places, 1.0)
            act(diary, places, 0.0)
        for job in (lapse_deadlines, remind, audit_the_clock, deliver_mail):
            job.run(settings)
        db.engine.dispose()
    gc.collect()
    gc.freeze()


def _come_to_rest(station: roles.Station) -> None:
    process = processes.fork(roles.QUIET, roles.QUIET, replace(station, slot=roles.QUIET, armed=Armed(None)))
    _, status = os.waitpid(process.pid, 0)
    if status:
        raise RuntimeError(f"the quiet end failed ({status}): see {station.folder / 'said'}")


__all__ = ["Outcome", "Plan", "run", "with_fault"]
