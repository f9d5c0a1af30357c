"""What is on record of one case, read once: events with who acted, statements, deadlines, reads, mails."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from escalation.models import Account, Deadline, EventRow, OutboxRow, ReadEntry, StageEntry, Statement
from escalation.models.record import FieldClass
from escalation.models.types import AnyRow
from escalation.security import envelope
from escalation.services import sealed


@dataclass(frozen=True, slots=True)
class Written:
    """A text of a case, opened; where it could not be, a sentence stands in its place (`Unopened`)."""

    event_seq: int
    field: str
    field_class: FieldClass
    text: str


@dataclass(frozen=True, slots=True)
class History:
    """The record of one case. Events oldest first; `written` by event seq; `opened` by account."""

    events: tuple[AnyRow, ...]
    codes: Mapping[int, Mapping[str, Any]]
    names: Mapping[int, str]
    written: Mapping[int, tuple[Written, ...]]
    deadlines: tuple[AnyRow, ...]
    entries: tuple[AnyRow, ...]
    opened: Mapping[int, datetime]
    told: Mapping[int, datetime]
    failed: frozenset[int | None]


def read(session: Session, partnership: int, case: int) -> History:
    """Reads the record of a case."""
    events = _rows(session, EventRow, partnership, case, EventRow.seq)
    written: dict[int, list[Written]] = defaultdict(list)
    for text in _texts(session, partnership, case):
        written[text.event_seq].append(text)
    return History(
        events=events,
        codes={e.seq: json.loads(e.body)["codes"] for e in events},
        names=_names(session, {e.actor_id for e in events if e.actor_id}),
        written={seq: tuple(rows) for seq, rows in written.items()},
        deadlines=_rows(session, Deadline, partnership, case, Deadline.due_at),
        entries=_rows(session, StageEntry, partnership, case, StageEntry.seq),
        opened=_first(session, ReadEntry, ReadEntry.at, partnership, case),
        told=_first(session, OutboxRow, OutboxRow.owed_at, partnership, case),
        failed=frozenset(
            session.execute(
                select(OutboxRow.account_id).where(
                    OutboxRow.partnership_id == partnership,
                    OutboxRow.case_id == case,
                    OutboxRow.state == "failed",
                )
            ).scalars()
        ),
    )


def _texts(session: Session, partnership: int, case: int) -> list[Written]:
    rows = _rows(session, Statement, partnership, case, Statement.event_seq)
    keys = envelope.of_case(session.connection(), partnership, case)
    places = (sealed.in_statement(partnership, case, row.event_seq, row.field) for row in rows)
    return [
        Written(row.event_seq, row.field, FieldClass(row.field_class), keys.shown(place, row.text))
        for row, place in zip(rows, places, strict=True)
    ]


def _rows(session: Session, model: Any, partnership: int, case: int, order: Any) -> tuple[AnyRow, ...]:
    query = select(*model.__table__.c).where(model.partnership_id == partnership, model.case_id == case)
    return tuple(session.execute(query.order_by(order)).all())


def _names(session: Session, accounts: set[int]) -> dict[int, str]:
    rows = session.execute(select(Account.id, Account.name).where(Account.id.in_(sorted(accounts))))
    return {row.id: row.name for row in rows}


def _first(session: Session, model: Any, column: Any, partnership: int, case: int) -> dict[int, datetime]:
    query = (
        select(model.account_id, func.min(column))
        .where(model.partnership_id == partnership, model.case_id == case, model.account_id.is_not(None))
        .group_by(model.account_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}
