"""Wakes the jobs. Any number of schedulers may run: the database decides who does what.

APScheduler keeps its jobs in memory; a job sleeps until its own next due instant, at most a safety
tick. This is the one place that reads the machine's clock, to turn "due in 40 seconds" into a wake-up.
"""

import signal
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.interval import IntervalTrigger
from flask import Flask

from escalation import memory
from escalation.config import Settings
from escalation.jobs.registry import JOBS, Job
from escalation.jobs.result import Result
from escalation.services import job_log

_log = structlog.get_logger(__name__)
_SOONEST = timedelta(milliseconds=5)


def run_forever(app: Flask, settings: Settings) -> None:
    """Runs the jobs until SIGTERM or SIGINT; a job under way is let finish."""
    pool = ThreadPoolExecutor()
    scheduler = BlockingScheduler(timezone=UTC, executors={"default": pool})
    for job in JOBS:
        _add(scheduler, app, settings, job)

    def stop(*_: Any) -> None:
        # Not here: the thread that a signal interrupts may hold a lock that a job under way waits for.
        threading.Thread(target=_let_finish, args=(scheduler, pool)).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    with app.app_context():
        mode = job_log.durability()
    _log.info(
        "the scheduler runs", database=mode, jobs=[job.name for job in JOBS], tick=settings.tick_seconds
    )
    memory.keep()
    scheduler.start()


def _let_finish(scheduler: BlockingScheduler, pool: ThreadPoolExecutor) -> None:
    """Ends the scheduler when the jobs under way are done. They may plan their next run meanwhile, for
    which they need locks that `shutdown(wait=True)` would hold."""
    scheduler.pause()
    pool.shutdown(wait=True)
    if scheduler.running:
        scheduler.shutdown(wait=False)


def run_once(app: Flask, settings: Settings) -> dict[str, Result]:
    """Runs every job once, in order, as an operator or a demo may ask."""
    return {job.name: _recorded(app, settings, job) for job in JOBS}


def _add(scheduler: BlockingScheduler, app: Flask, settings: Settings, job: Job) -> None:
    longest = timedelta(seconds=settings.tick_seconds * job.ticks)

    def wake() -> None:
        result = _recorded(app, settings, job)
        if result.next_due is not None:
            with app.app_context():
                sleep = max(result.next_due - job_log.now(), _SOONEST)
            if sleep < longest:
                scheduler.modify_job(job.name, next_run_time=datetime.now(UTC) + sleep)

    scheduler.add_job(
        wake,
        IntervalTrigger(seconds=longest.total_seconds(), timezone=UTC),
        id=job.name,
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
        next_run_time=datetime.now(UTC),
    )


def _recorded(app: Flask, settings: Settings, job: Job) -> Result:
    """Runs one job; what it did, or how it failed, is logged and kept. A failure is not the last run."""
    with app.app_context():
        try:
            result = job.run(settings)
        except Exception as error:  # noqa: BLE001 (the job must run again at the next tick)
            _log.exception("a job failed", job=job.name)
            job_log.failed(job.name, error)
            return Result()
        if result:
            _log.info("a job ran", job=job.name, **result.did)
        job_log.ran(job.name, result.did)
        return result
