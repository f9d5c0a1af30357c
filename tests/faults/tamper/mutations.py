"""The mutations: one value changed, in every audited column."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from escalation.models import Base
from tests.faults.tamper.ground import AUDITED, Ground, Row
from tests.faults.tamper.letters import by_class, every_letter

Statement = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Mutation:
    """What is done to the rows: a sort, a name that says where, and the statements in their order.

    `anchored`: it is only to be seen by a seal that was sent out before.
    """

    sort: str
    name: str
    statements: tuple[Statement, ...]
    anchored: bool = False


def of_values(ground: Ground, *, quick: bool) -> Iterator[Mutation]:
    """Each class of bytes of each audited column, in the first, middle and last row; and in the middle one
    each letter. Quick: the middle row alone, and no letters."""
    for table, columns in AUDITED.items():
        rows = ground.rows[table]
        middle = len(rows) // 2
        chosen = [middle] if quick else sorted({0, middle, len(rows) - 1})
        for number in chosen:
            for column in columns:
                letters = not quick and number == middle
                yield from _of_column(ground, table, column, rows[number], letters)


def _of_column(ground: Ground, table: str, column: str, row: Row, letters: bool) -> Iterator[Mutation]:
    nullable = bool(Base.metadata.tables[table].c[column].nullable)
    where, key = ground.where(table, row)
    others = by_class(row[column], nullable)
    for what, value in chain(others, every_letter(row[column]) if letters else ()):
        if value == row[column]:
            continue
        update = f'UPDATE "{table}" SET "{column}" = :value WHERE {where}'
        name = f"{table}.{column} {dict(key)}: {what}"
        yield Mutation(f"{table}.{column}", name, ((update, {"value": value, **key}),))
