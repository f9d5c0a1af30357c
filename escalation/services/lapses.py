"""Deadlines that ran out: nobody answered, so the case moves by itself.

The sweep claims due deadlines in chunks by locking their cases (rivals skip what is locked), asks the
same `decide` as for a person, and writes through the same door. A chunk that cannot be written is
tried again case by case, and the culprit is set aside with its reason: one bad case stops no other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select, update

from escalation.models import Case, Deadline, JobRun, Partnership
from escalation.models.asking import Asked
from escalation.models.types import AnyRow, AnySelect
from escalation.services import case_file, transition
from escalation.services.unit import (
    Unit,
    across_partnerships,
    of_partnership,
    passing,
    reading,
    retried,
    went_away,
    writing,
)
from workflows.case import CLOCK, Refusal
from workflows.commands import Late, TimeOut
from workflows.events import EventKind
from workflows.machine import decide

CHUNK = 250
JOB = "lapse_deadlines"
"""The job that carries out what is due, by the name under which its runs are kept."""
IN_TIME = timedelta(minutes=2)
"""What is carried out within so long of its instant is not late."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did: cases that moved up, lapses that moved nothing, cases set aside."""

    moved: int = 0
    lapsed: int = 0
    set_aside: int = 0
    next_due: datetime | None = None
    """When the next open deadline is due, for the scheduler's sleep."""


def lapse_overdue(chunk: int = CHUNK) -> Swept:
    """Carries out every deadline that is due now, one stage for each case and transaction.

    The partnerships take turns, a chunk each: a large one keeps nobody waiting.
    """
    done: list[Swept] = []
    while True:
        next_due, due = _look()
        more = [s for partnership in due if (s := _sweep_chunk(partnership, chunk)) != Swept()]
        if not more:
            return replace(_all(done), next_due=next_due)
        done += more


def _all(done: Sequence[Swept]) -> Swept:
    return Swept(sum(s.moved for s in done), sum(s.lapsed for s in done), sum(s.set_aside for s in done))


@retried
def _look() -> tuple[datetime | None, list[int]]:
    """When the next open deadline is due, None when none runs; and the partnerships in which one is due
    now, the longest overdue first."""
    with reading(across_partnerships("who is next is known only when all were looked at")) as unit:
        running = [row for row in _NEXT.rows(unit.connection) if row.due is not None]
        running.sort(key=lambda row: row.due)
        return running[0].due if running else None, [row.id for row in running if row.due <= unit.now]


@retried
def _sweep_chunk(partnership: int, chunk: int) -> Swept:
    """One chunk in one transaction."""
    claimed: Sequence[AnyRow] = ()
    try:
        with writing(of_partnership(partnership)) as unit:
            claimed = unit.connection.execute(_overdue(unit, partnership, chunk)).all()
            done = _lapse(unit, partnership, claimed)
    except Exception as error:
        if went_away(error) or not claimed:
            raise
        _log.exception("a chunk of lapses failed; trying its cases one by one", size=len(claimed))
        return _all([_sweep_one(row) for row in claimed])
    return _counted(done)


def _counted(done: Sequence[transition.Step]) -> Swept:
    moved = sum(any(e.kind is EventKind.MOVED_UP for e in step.decision.events) for step in done)
    return Swept(moved, len(done) - moved)


def _running(partnership: Any, *columns: Any) -> AnySelect:
    """The next deadline that can run out: it is open, nobody set it aside, the clocks do not stand still."""
    return (
        select(*columns)
        .join(Case, (Case.partnership_id == Deadline.partnership_id) & (Case.id == Deadline.case_id))
        .where(Deadline.partnership_id == partnership)
        .where(Deadline.state == "open", Deadline.set_aside.is_(None), Case.paused_at.is_(None))
        .order_by(Deadline.due_at)
        .limit(1)
    )


_NEXT = Asked(
    select(Partnership.id, _running(Partnership.id, Deadline.due_at).scalar_subquery().label("due"))
)
"""When the next deadline of each partnership is due."""


def _overdue(unit: Unit, partnership: int, limit: int) -> AnySelect:
    """Due deadlines, longest overdue first, with their cases locked."""
    columns = (Deadline.partnership_id, Deadline.case_id, Deadline.clock, Deadline.rung, Deadline.due_at)
    return (
        _running(partnership, *columns)
        .where(Deadline.due_at <= unit.now)
        .order_by(Deadline.case_id)
        .limit(limit)
        .with_for_update(of=Case, skip_locked=True)
    )


def _lapse(unit: Unit, partnership: int, claimed: Sequence[AnyRow]) -> list[transition.Step]:
    """Moves the claimed cases, each by its first deadline: the next one is for the next transaction."""
    first: dict[int, AnyRow] = {}
    for row in claimed:
        first.setdefault(row.case_id, row)
    if not first:
        return []
    files = case_file.load(unit.session, partnership, list(first), unit.now)
    late = _why_late(unit, tuple(first.values()))
    steps = [s for case, row in first.items() if (s := _step(unit, files[case], row, late.get(case)))]
    transition.carry_out(unit, steps)
    return steps


def _why_late(unit: Unit, claimed: Sequence[AnyRow]) -> dict[int, Late]:
    """Why deadlines are carried out late, by case: had a sweep ended since they ran out?"""
    late = [row for row in claimed if unit.now - row.due_at > IN_TIME]
    if not late:
        return {}
    swept_at = unit.session.execute(select(JobRun.finished_at).where(JobRun.job == JOB)).scalar_one_or_none()
    return {
        row.case_id: Late.BACKLOG if swept_at is not None and swept_at > row.due_at else Late.SERVICE_AWAY
        for row in reversed(late)
    }


def _step(unit: Unit, file: case_file.CaseFile, row: AnyRow, why_late: Late | None) -> transition.Step | None:
    row = _of_those_that_end_together(file, row)
    time_out = TimeOut(clock=row.clock, rung=row.rung, why_late=why_late)
    decision = decide(file.protocol, file.state(), time_out, CLOCK, unit.now)
    if isinstance(decision, Refusal):
        if any((c.clock, c.rung) == (row.clock, row.rung) and c.due_at <= unit.now for c in file.clocks):
            raise LookupError(f"due, and cannot lapse: {decision.code}")
        # Between the look and the lock somebody answered, or the deadline was moved: nothing lapsed.
        return None
    return transition.Step(file, decision)


def _of_those_that_end_together(file: case_file.CaseFile, row: AnyRow) -> AnyRow:
    """The one that moves nothing first: it has run out as well, and is not merely stopped by the climb."""
    climbing = file.protocol.climbing(file.row.stage)
    together = (c for c in file.clocks if c.due_at == row.due_at and c.set_aside is None)
    return next((c for c in together if c.clock not in climbing), row)


@retried
def _sweep_one(row: AnyRow) -> Swept:
    try:
        with writing(of_partnership(row.partnership_id)) as unit:
            there = unit.session.execute(_locked(row)).first()
            done = _lapse(unit, row.partnership_id, [row]) if there else []
    except Exception as error:
        if passing(error):
            raise
        _log.exception("a case cannot be moved and is set aside", case=row.case_id, clock=row.clock)
        _set_aside(row, f"{type(error).__name__}: {error}"[:200])
        return Swept(set_aside=1)
    return _counted(done)


def _locked(row: AnyRow) -> AnySelect:
    case = select(Case.id).where(Case.partnership_id == row.partnership_id, Case.id == row.case_id)
    return case.with_for_update(skip_locked=True)


@retried
def _set_aside(row: AnyRow, reason: str) -> None:
    with writing() as unit:
        unit.session.execute(
            update(Deadline)
            .where(
                Deadline.partnership_id == row.partnership_id,
                Deadline.case_id == row.case_id,
                Deadline.clock == row.clock,
                Deadline.rung == row.rung,
                Deadline.state == "open",
            )
            .values(set_aside=reason)
        )
