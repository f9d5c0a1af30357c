"""Before a deadline: the one it waits for is reminded, and the next holder is told it may come."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from escalation.models import Case, Deadline
from escalation.models.types import AnyRow, AnySelect
from escalation.services import case_file, transition
from escalation.services.unit import Unit, across_partnerships, of_partnership, reading, retried, writing
from workflows.case import Decision
from workflows.events import Code, Event, EventKind

CHUNK = 200


@dataclass(slots=True)
class Reminded:
    """How many deadlines were reminded of, and when the next reminder is due."""

    reminded: int = 0
    next_due: datetime | None = None


def remind(chunk: int = CHUNK) -> Reminded:
    """Owes every reminder that is due now, once for each deadline."""
    done = Reminded()
    while (count := _remind_chunk(chunk)) > 0:
        done.reminded += count
    with reading() as unit:
        done.next_due = unit.session.execute(
            select(Deadline.remind_at).where(*_waiting()).order_by(Deadline.remind_at).limit(1)
        ).scalar_one_or_none()
    return done


def _waiting() -> tuple[Any, ...]:
    return (Deadline.state == "open", Deadline.remind_at.is_not(None), Deadline.reminded_at.is_(None))


@retried
def _remind_chunk(chunk: int) -> int:
    with writing(across_partnerships("reminders are claimed by their time alone")) as unit:
        claimed = unit.session.execute(_due(unit, chunk)).all()
        done = 0
        by_partnership: dict[int, dict[int, list[AnyRow]]] = defaultdict(lambda: defaultdict(list))
        for row in claimed:
            by_partnership[row.partnership_id][row.case_id].append(row)
        for partnership, rows in by_partnership.items():
            unit.turn_to(of_partnership(partnership))
            files = case_file.load(unit.session, partnership, list(rows), unit.now)
            steps = [s for c, rs in rows.items() if (s := _step(files[c], rs, unit))]
            transition.carry_out(unit, steps)
            done += sum(len(s.reminded) for s in steps)
        return done


def _due(unit: Unit, limit: int) -> AnySelect:
    return (
        select(
            Deadline.partnership_id, Deadline.case_id, Deadline.clock, Deadline.rung, Case.id.label("locked")
        )
        .join(Case, (Case.partnership_id == Deadline.partnership_id) & (Case.id == Deadline.case_id))
        .where(*_waiting(), Case.paused_at.is_(None))
        .where(Deadline.remind_at <= unit.now, Deadline.due_at > unit.now)
        .order_by(Deadline.remind_at)
        .limit(limit)
        .with_for_update(of=Case, skip_locked=True)
    )


def _step(file: case_file.CaseFile, rows: list[AnyRow], unit: Unit) -> transition.Step | None:
    """The reminders of one case that are still to be given, now that the case is locked."""
    open_now = {(c.clock, c.rung): c for c in file.clocks if c.reminded_at is None and c.due_at > unit.now}
    due = [open_now[r.clock, r.rung] for r in rows if (r.clock, r.rung) in open_now]
    if not due:
        return None
    events = tuple(Event(EventKind.REMINDED, _codes(file, clock)) for clock in due)
    decision = Decision(after=file.state(), events=events)
    return transition.Step(file, decision, reminded=tuple((c.clock, c.rung) for c in due))


def _codes(file: case_file.CaseFile, row: AnyRow) -> dict[str, Code]:
    climbs = row.clock in file.protocol.climbing(file.row.stage)
    return {"clock": row.clock, "rung": row.rung, "waits_for": row.waits_for, "climbs": climbs}
