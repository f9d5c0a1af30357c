"""The job of the comparison with APScheduler: one case moves up, in a transaction on a pooled connection.

A job in a store is named by where it stands, so it stands in a module of its own. `begin` is called first.
"""

import threading

from sqlalchemy import Engine, text

_engine: Engine | None = None
_left = 0
_counting = threading.Lock()
done = threading.Event()
"""Set when as many cases moved as `begin` was told."""


def begin(engine: Engine, count: int) -> None:
    """So many jobs will be run, on this database."""
    global _engine, _left
    _engine, _left = engine, count
    done.clear()


def move_up(case: int) -> None:
    """Changes the stage and writes one entry of history."""
    global _left
    assert _engine is not None
    with _engine.begin() as connection:
        connection.execute(
            text("UPDATE challenge SET stage = 'senior_challenge' WHERE id = :id"), {"id": case}
        )
        connection.execute(
            text("INSERT INTO happened (case_id, kind, at) VALUES (:id, 'moved_up', now())"), {"id": case}
        )
    with _counting:
        _left -= 1
        if not _left:
            done.set()
