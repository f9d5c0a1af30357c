"""What may happen to a scheduler while it runs, and its ticks go on."""

import os
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest
from flask import Flask

from escalation.config import Settings
from escalation.services import job_log
from tests.faults.failover import restarts
from tests.support.run import Run
from tests.support.settings import environment, settings_for

pytestmark = pytest.mark.processes
_numbers = count(1)
RESTARTS = 8
"""`make failover` has twenty."""


@pytest.mark.timeout(120)
def test_restarts_of_postgresql_cost_no_tick_but_those_meanwhile(run: Run, tmp_path: Path) -> None:
    with restarts.node(run, f"restarted-{run.worker}-{next(_numbers)}") as node:
        settings = settings_for(
            restarts.url(node), instance=str(tmp_path), tick_seconds=restarts.TICK_SECONDS
        )
        came = restarts.restarted(node, RESTARTS, settings, tmp_path / "log")
    assert came.exit_code == 0, "the scheduler lived until it was told to end"
    assert came.ticks >= RESTARTS * 3, "each job ran after each restart"


@pytest.mark.timeout(60)
def test_a_job_that_fails_runs_at_the_next_tick_and_stops_no_other(app: Flask, settings: Settings) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.faults.scheduler_with_a_fault"],
        env={**os.environ, **environment(settings)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as scheduler:
        assert scheduler.stdout is not None
        assert [scheduler.stdout.readline() for _ in range(5)] == [f"{n}\n" for n in range(1, 6)]
        scheduler.terminate()
        assert scheduler.wait(timeout=30) == 0
    with app.app_context():
        rows = {row.job: row for row in job_log.runs()}
    assert rows["faulty"].error is None, "the last runs were well"
    assert rows["faulty"].runs >= 4
    assert min(rows[job].runs for job in ("lapse_deadlines", "remind", "deliver_mail")) >= 2
