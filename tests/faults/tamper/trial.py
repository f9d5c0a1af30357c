"""One mutation after the other: done, verified, taken back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from escalation.reporting.proof import Report
from escalation.reporting.proof.anchors import Anchor
from escalation.reporting.proof.rows import whatever_is_written
from tests.faults.tamper.ground import Ground
from tests.faults.tamper.mutations import Mutation
from tests.support.sealed_town import Town

_SNAPSHOT = "escalation.reporting.proof.verification.snapshot"


@dataclass(slots=True)
class Tally:
    """What became of the mutations, and by name those that were missed."""

    tried: dict[str, int] = field(default_factory=dict)
    found: int = 0
    refused: int = 0
    """The database itself does not take such a value."""
    only_by_anchor: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """All that were tried."""
        return sum(self.tried.values())


def attempt(
    ground: Ground, town: Town, mutation: Mutation, anchors: tuple[Anchor, ...], tally: Tally
) -> None:
    """Does one mutation, verifies the record and takes it back."""
    tally.tried[mutation.sort] = tally.tried.get(mutation.sort, 0) + 1
    point = ground.connection.begin_nested()
    try:
        _do(ground.connection, mutation)
        _judge(ground.connection, town, mutation, anchors, tally)
    except DBAPIError:
        tally.refused += 1
    finally:
        point.rollback()


def _do(connection: Connection, mutation: Mutation) -> None:
    for statement, values in mutation.statements:
        connection.execute(text(statement), dict(values))


def _judge(
    connection: Connection, town: Town, mutation: Mutation, anchors: tuple[Anchor, ...], tally: Tally
) -> None:
    if seen(connection, town).exit_code == 2:
        tally.found += 1
    elif seen(connection, town, anchors).exit_code == 2:
        tally.found += 1
        tally.only_by_anchor.append(mutation.name)
        if not mutation.anchored:
            tally.missed.append(f"{mutation.name} (seen by an anchor only)")
    else:
        tally.missed.append(mutation.name)


def seen(connection: Connection, town: Town, anchors: tuple[Anchor, ...] = ()) -> Report:
    """What a verification says of the rows as this connection sees them."""

    @contextmanager
    def here(*_: Any) -> Iterator[Connection]:
        with whatever_is_written(connection):
            yield connection

    with mock.patch(_SNAPSHOT, here):
        return town.verified(anchors=anchors)
