"""Sealing what was there before anything was sealed: in chunks, while the service runs, and resumed at will.

A chunk is one transaction, and what it has sealed is no longer looked for: broken off anywhere, the next call
goes on where this one was. On PostgreSQL the owner of the tables does it: nobody else may touch the record.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import insert, select, update

from escalation.models import DraftRow, PersonIndex, ReadEntry, Statement
from escalation.models.types import AnyRow
from escalation.services import numbers, sealed
from escalation.services.in_turn import partnerships
from escalation.services.keys_here import TEXTS, stands_open
from escalation.services.unit import Unit, of_partnership, reading, writing

CHUNK = 200


def seal(chunk: int = CHUNK) -> Iterator[tuple[str, int]]:
    """Seals everything that stands open; gives the table and how many after each chunk.

    Raises Refused when a key that is needed cannot be had.
    """
    with reading() as unit:
        places = [place.id for place in partnerships(unit)]
    for place in places:
        for table, sealing in _SEALING.items():
            while done := _chunk(place, table, sealing, chunk):
                yield table, done


def _chunk(place: int, table: str, sealing: Callable[[Unit, AnyRow], None], size: int) -> int:
    with writing(of_partnership(place)) as unit:
        rows = _open_ones(unit, place, table, size)
        for row in rows:
            sealing(unit, row)
        return len(rows)


def _open_ones(unit: Unit, place: int, table: str, size: int) -> Sequence[AnyRow]:
    column, some = TEXTS[table]
    model: Any = column.class_
    query = select(*model.__table__.c).where(model.partnership_id == place, stands_open(column), some)
    return unit.session.execute(query.limit(size).with_for_update()).all()


def _statement(unit: Unit, row: AnyRow) -> None:
    keys = sealed.keys_to_write(unit, row.partnership_id, row.case_id)
    place = sealed.in_statement(row.partnership_id, row.case_id, row.event_seq, row.field)
    unit.session.execute(
        update(Statement)
        .where(
            Statement.partnership_id == row.partnership_id,
            Statement.case_id == row.case_id,
            Statement.event_seq == row.event_seq,
            Statement.field == row.field,
        )
        .values(text=keys.seal(place, row.text))
    )
    found = numbers.rows_of(unit.connection, row.partnership_id, row.case_id, {row.field: row.text})
    for number in found:
        unit.session.execute(insert(PersonIndex).values(**number))


def _reading(unit: Unit, row: AnyRow) -> None:
    keys = sealed.keys_to_write(unit, row.partnership_id, row.case_id)
    place = sealed.in_read_log(row.partnership_id, row.case_id, row.account_id, row.at)
    unit.session.execute(
        update(ReadEntry).where(ReadEntry.id == row.id).values(reason=keys.seal(place, row.reason))
    )


def _draft(unit: Unit, row: AnyRow) -> None:
    keys = sealed.keys_of_drafts(unit, row.partnership_id)
    place = sealed.in_draft(row.partnership_id, row.account_id, row.public_id)
    unit.session.execute(
        update(DraftRow).where(DraftRow.id == row.id).values(answers=keys.seal(place, row.answers))
    )


_SEALING: dict[str, Callable[[Unit, AnyRow], None]] = {
    "statement": _statement,
    "read_log": _reading,
    "draft": _draft,
}
