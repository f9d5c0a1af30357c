"""When each job last ran and what it did: one row a job, for the health page and for operators."""

import json
from collections.abc import Mapping
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from escalation.models import JobRun
from escalation.services.durability import mode_of
from escalation.services.unit import reading, retried, writing

_log = structlog.get_logger(__name__)


def now() -> datetime:
    """The service's time."""
    with reading() as unit:
        return unit.now


def durability() -> str:
    """How much a commit is worth in this database, in a sentence for the log."""
    with reading() as unit:
        return mode_of(unit.connection).words


def ran(job: str, did: Mapping[str, int]) -> None:
    """A job ran well."""
    _note(job, json.dumps(dict(did)), None)


def failed(job: str, error: Exception) -> None:
    """A job failed. When not even this can be kept (the database is away), the log has it."""
    try:
        _note(job, None, f"{type(error).__name__}: {error}"[:500])
    except SQLAlchemyError:
        _log.exception("the failure of a job could not be kept", job=job)


@retried
def _note(job: str, result: str | None, error: str | None) -> None:
    with writing() as unit:
        row = unit.session.get(JobRun, job) or JobRun(job=job, runs=0, started_at=unit.now)
        row.runs += 1
        row.started_at = row.finished_at = unit.now
        row.result, row.error = result, error
        unit.session.add(row)


def runs() -> tuple[JobRun, ...]:
    """The last run of every job that ever ran."""
    with reading() as unit:
        rows = unit.session.execute(select(JobRun).order_by(JobRun.job)).scalars().all()
        unit.session.expunge_all()
        return tuple(rows)
