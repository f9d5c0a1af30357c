"""PostgreSQL is restarted again and again under a running scheduler: it lives, and loses no tick but those
that fell due while the database was away.

    python -m tests.faults.failover.restarts [--times 20]
"""

import argparse
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from escalation.config import Settings
from tests.faults.failover.node import Node, within
from tests.faults.failover.setting import kept_on_disk
from tests.support import beyond, postgres
from tests.support.run import Run
from tests.support.schema import lay_foundations
from tests.support.settings import environment, settings_for

TICK_SECONDS = 0.2
AUDIT_TICKS = 4
"""Ticks between two audits of the clock, as the registry of jobs has it."""
RECOVERY_SECONDS = 30.0
_JOBS = ("lapse_deadlines", "remind", "deliver_mail")


@dataclass(frozen=True, slots=True)
class Restarts:
    """What came out. Times in seconds: the longest that the database was away, and the longest from its first
    answer to the next run of every job. `heartbeat` is the age of the last good audit in the end."""

    times: int
    longest_away: float
    longest_recovery: float
    ticks: int
    failed: int
    heartbeat: float
    exit_code: int


@contextmanager
def node(run: Run, name: str) -> Iterator[Node]:
    """One node with a migrated database, stopped afterwards."""
    owner = postgres.unprivileged()
    run.once("kept", lambda _: postgres.keep(run, owner))
    (run.folder / name).mkdir()
    made = Node(name, run.folder / name, postgres.programs_in(run.folder / name / "lib"), owner)
    made.make()
    made.start(standby=False)
    try:
        made.do("CREATE DATABASE escalation")
        lay_foundations(beyond.as_owner(url(made)))
        yield made
    finally:
        made.stop()


def url(made: Node) -> str:
    """The service's address of the node."""
    return f"postgresql+psycopg://{beyond.APPLICATION}@/escalation?host={made.folder}"


def restarted(made: Node, times: int, settings: Settings, log: Path) -> Restarts:
    """Restarts the node so often under the scheduler's own command. Raises TimeoutError when a job does not
    run again within half a minute, or the scheduler's heartbeat stays older than two audits."""
    command = [str(Path(sys.executable).with_name("escalation")), "jobs", "run"]
    with log.open("w") as lines:
        scheduler = subprocess.Popen(
            command, env={**os.environ, **environment(settings)}, stdout=lines, stderr=lines
        )
    try:
        within(60, "the scheduler works", lambda: {*_JOBS} < ran(made).keys())
        before = sum(ran(made).values())
        away, recovery = zip(*(_once(made) for _ in range(times)), strict=True)
        audits = 2 * AUDIT_TICKS * settings.tick_seconds
        within(RECOVERY_SECONDS, "a fresh heartbeat", lambda: heartbeat(made) < audits)
        age, ticks = heartbeat(made), sum(ran(made).values()) - before
    finally:
        scheduler.terminate()
        code = scheduler.wait(60)
    failed = log.read_text().count('"event": "a job failed"')
    return Restarts(times, max(away), max(recovery), ticks, failed, age, code)


def _once(made: Node) -> tuple[float, float]:
    """Gives how long the database was away, and how long after that until every job had run again."""
    time.sleep(random.uniform(0, TICK_SECONDS))
    away = made.restart()
    known, answers = ran(made), time.monotonic()
    within(
        RECOVERY_SECONDS, "every job runs again", lambda: all(ran(made)[job] > known[job] for job in _JOBS)
    )
    return away, time.monotonic() - answers


def ran(made: Node) -> dict[str, int]:
    """How often each job ran, by its own row."""
    return dict(_ask(made, "SELECT job, runs FROM job_run"))


def heartbeat(made: Node) -> float:
    """The age in seconds of the last audit that found everything in order; endless before the first."""
    found = _ask(
        made,
        "SELECT extract(epoch FROM clock_timestamp() - beat_at) FROM heartbeat WHERE beat_at IS NOT NULL",
    )
    return float(found[0][0]) if found else float("inf")


def _ask(made: Node, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(f"{made.words} dbname=escalation", autocommit=True) as connection:
        return connection.execute(query).fetchall()


def main() -> int:
    """Prints what came out. Gives the exit code."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--times", type=int, default=20)
    given = asked.parse_args()
    run = kept_on_disk()
    with node(run, "restarted") as made:
        settings = settings_for(url(made), instance=str(run.folder), tick_seconds=TICK_SECONDS)
        came = restarted(made, given.times, settings, run.folder / "jobs.log")
    print(
        f"PostgreSQL restarted {came.times} times under a running scheduler with a tick of {TICK_SECONDS} s:\n"
        f"  away at most {came.longest_away:.2f} s; every job had run again {came.longest_recovery:.2f} s after the "
        f"first answer, at worst (bar {RECOVERY_SECONDS:.0f} s)\n"
        f"  {came.ticks} ticks ran, {came.failed} failed and ran again; heartbeat {came.heartbeat:.2f} s old; "
        f"the scheduler ended with {came.exit_code}"
    )
    return came.exit_code


if __name__ == "__main__":
    sys.exit(main())
