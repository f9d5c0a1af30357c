"""A record of any size is read some rows at a time."""

import math

import pytest

from escalation.extensions import db
from escalation.reporting.proof import rows
from tests.support.sealed_town import Town

BATCH = 3


def test_no_more_than_a_batch_is_read_at_once(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    rests: list[float] = []
    monkeypatch.setattr(rows, "_BATCH", BATCH)
    monkeypatch.setattr(rows.time, "sleep", rests.append)
    with rows.snapshot(db.engine, 1) as connection:
        events = list(rows.stream(connection, rows.EVENTS, 1, pause=1.0))
    assert len(events) > 2 * BATCH
    assert len(rests) == math.ceil(len(events) / BATCH), "it rests after each batch"
