"""Who watches the watcher: its heartbeat grows old, and the asking outside stops."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from escalation.config import Settings
from escalation.jobs import audit_the_clock, ping_outside, scheduler
from escalation.services import concerns, job_log
from escalation.services.submissions import new_key
from tests.support import beyond, northtown
from tests.support.movable_clock import MovableClock
from tests.support.settings import environment


class Monitor:
    """Somebody outside, on a loopback port, who counts how often they are asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer = 200
        monitor = self

        class Door(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                monitor.asked.append(self.path)
                self.send_response(monitor.answer)
                if monitor.answer == 302:
                    self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/ping/secret"
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self) -> "Monitor":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def monitor() -> Iterator[Monitor]:
    with Monitor() as listening:
        yield listening


def _until(true: Callable[[], bool], what: str, seconds: float = 150) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def _heartbeat(client: FlaskClient) -> bool:
    checks = client.get("/health/deep").get_json()["checks"]
    return next(bool(check["well"]) for check in checks if check["name"] == "heartbeat")


def _freeze(worker: subprocess.Popen[bytes], clock: MovableClock) -> None:
    """Stops a worker between two transactions: on SQLite it would keep everybody else from writing."""
    for _ in range(20):
        worker.send_signal(signal.SIGSTOP)
        try:
            clock.move(seconds=0)
        except OperationalError:
            worker.send_signal(signal.SIGCONT)
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the worker writes all the time")


@pytest.mark.processes
@pytest.mark.timeout(400)
def test_a_worker_that_froze_is_noticed_within_five_minutes(
    app: Flask, client: FlaskClient, settings: Settings, clock: MovableClock, monitor: Monitor
) -> None:
    told = environment(replace(settings, ping_url=monitor.url))
    worker = subprocess.Popen(
        [sys.executable, "-m", "escalation.cli", "jobs", "run"],
        env={**os.environ, **told},
        stderr=subprocess.DEVNULL,
    )
    try:
        _until(lambda: bool(monitor.asked), "all is in order, and the monitor is not asked")
        assert _heartbeat(client)
        _freeze(worker, clock)
        time.sleep(0.5)  # a ping that was on its way arrives
        asked = len(monitor.asked)
        clock.move(minutes=5)
        assert not _heartbeat(client)
        time.sleep(1)
        assert len(monitor.asked) == asked, "a frozen worker asks nobody"
        worker.send_signal(signal.SIGCONT)
        _until(lambda: len(monitor.asked) > asked, "it runs again, and the monitor is not asked")
        assert _heartbeat(client)
    finally:
        worker.send_signal(signal.SIGCONT)
        worker.terminate()
        worker.wait(60)


def test_nobody_is_asked_while_something_is_overdue(
    app: Flask, settings: Settings, clock: MovableClock, monitor: Monitor
) -> None:
    settings = replace(settings, ping_url=monitor.url)
    scheduler.run_once(app, settings)
    scheduler.run_once(app, settings)
    assert monitor.asked == ["/ping/secret"] * 2
    with app.app_context():
        with beyond.engine().begin() as connection:
            connection.execute(text("UPDATE job_run SET error = 'it broke' WHERE job = 'remind'"))
        audit_the_clock.run(settings)
        assert ping_outside.run(settings).did == {"kept_back": 1}
    assert len(monitor.asked) == 2
    scheduler.run_once(app, settings)
    assert len(monitor.asked) == 3, "the job ran well again"


def test_a_monitor_that_sends_us_elsewhere_or_is_away_harms_nothing(
    app: Flask, settings: Settings, monitor: Monitor
) -> None:
    settings = replace(settings, ping_url=monitor.url)
    scheduler.run_once(app, settings)
    with app.app_context():
        for answer in (302, 500):
            monitor.answer = answer
            assert ping_outside.run(settings).did == {"unanswered": 1}
        away = replace(settings, ping_url="http://127.0.0.1:9/ping/secret")
        assert ping_outside.run(away).did == {"unanswered": 1}
        assert audit_the_clock.run(settings).did == {}, "a monitor that is away is no fault of ours"
    assert "/elsewhere" not in monitor.asked


FAULTS = {
    "reminder_missed": "UPDATE deadline SET remind_at = base_at WHERE remind_at IS NOT NULL",
    "set_aside": "UPDATE deadline SET set_aside = 'LookupError' WHERE state = 'open'",
    "lease_forgotten": "UPDATE outbox SET lease_until = owed_at WHERE state = 'owed'",
    "held_and_forgotten": "UPDATE outbox SET state = 'held'",
    "epoch_ahead": "UPDATE outbox SET epoch = 7",
    "job_failed": "UPDATE job_run SET error = 'it broke' WHERE job = 'remind'",
    "job_silent": "UPDATE job_run SET finished_at = started_at WHERE job = 'remind'",
    "not_released": "UPDATE installation SET restored_at = "
    "(SELECT min(owed_at) FROM outbox), released_at = NULL",
    "nothing_runs": "UPDATE deadline SET state = 'stopped', ended_at = due_at WHERE state = 'open'",
    "record_and_case_differ": 'UPDATE "case" SET event_seq = event_seq - 1',
}
"""Each fault, made behind the service's back, and the word with which the audit must name it."""


@pytest.mark.parametrize("fault", FAULTS)
def test_each_thing_that_goes_wrong_is_found_by_name(
    app: Flask, settings: Settings, clock: MovableClock, fault: str
) -> None:
    with app.app_context():
        partnership = northtown.lay_out(shut=True)
        gp = northtown.accounts()["amara.lewis"]
        concerns.raise_concern(gp, northtown.concern_to_hospital(gp, partnership), new_key())
        for job in ("lapse_deadlines", "remind"):
            _ran(job)
        clock.move(minutes=16)
        before = set(audit_the_clock.run(replace(settings, tick_seconds=300)).did)
        assert before == {"mail_waits"}
        with beyond.engine().begin() as connection:
            connection.execute(text(FAULTS[fault]))
        after = audit_the_clock.run(replace(settings, tick_seconds=300 if fault != "job_silent" else 1)).did
        assert fault in after


def _ran(job: str) -> None:
    job_log.ran(job, {})
