"""The database goes away in the middle of a unit of work: before its commit, or after it and before we hear."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import OperationalError

from escalation.extensions import db
from escalation.services import concerns, lapses, unit
from tests.support import beyond, northtown
from tests.support.movable_clock import MovableClock

pytestmark = pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)


@pytest.fixture
def partnership(app: Flask) -> Iterator[str]:
    with app.app_context():
        yield northtown.lay_out(shut=True)


@contextmanager
def cut(*, before: str, times: int = 1) -> Iterator[Callable[[], int]]:
    """The server ends the connection before a statement that holds these words. Gives how often it did."""
    done = 0

    def cutting(connection: Connection, cursor: Any, statement: str, *rest: object) -> None:
        nonlocal done
        if before in statement and done < times:
            done += 1
            end(connection.connection.driver_connection)

    event.listen(db.engine, "before_cursor_execute", cutting)
    try:
        yield lambda: done
    finally:
        event.remove(db.engine, "before_cursor_execute", cutting)


def end(connection: Any) -> None:
    """Ends a connection from another one, as a failover does."""
    with psycopg.connect(connection.info.dsn, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.info.backend_pid])


@contextmanager
def unreachable(*, times: int) -> Iterator[Callable[[], int]]:
    """Nobody listens where the next connections are opened, as between two nodes. Gives how often."""
    done = 0

    def opened(dialect: Any, record: Any, arguments: Any, named: dict[str, Any]) -> None:
        nonlocal done
        if done < times:
            done += 1
            named["host"] = "/nowhere"

    db.engine.dispose()
    event.listen(db.engine, "do_connect", opened)
    try:
        yield lambda: done
    finally:
        event.remove(db.engine, "do_connect", opened)


def raised(partnership: str, key: str = "once") -> str:
    gp = northtown.accounts()["amara.lewis"]
    return concerns.raise_concern(gp, northtown.concern_to_hospital(gp, partnership), key).public_id


def count(table: str) -> int:
    with beyond.engine().connect() as connection:
        return int(connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one())


@pytest.mark.parametrize(
    "before", ['INSERT INTO "submission"', 'INSERT INTO "event"', 'UPDATE "case"', 'INTO "outbox"']
)
def test_what_a_person_sends_is_done_again_whole(partnership: str, before: str) -> None:
    with cut(before=before) as cuts:
        raised(partnership)
    assert cuts() == 1
    assert (count("case"), count("stage_entry"), count("submission")) == (1, 1, 1)


def test_a_commit_whose_answer_was_lost_counts_once(
    partnership: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit, lost = db.engine.dialect.do_commit, []

    def committed_unheard(connection: Any) -> None:
        commit(connection)
        if not lost and count("case"):
            lost.append(connection)
            end(connection.driver_connection)
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")

    monkeypatch.setattr(db.engine.dialect, "do_commit", committed_unheard)
    raised(partnership)
    assert len(lost) == 1
    assert (count("case"), count("submission")) == (1, 1)


def test_what_a_person_sends_waits_until_a_node_listens_again(
    partnership: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unit, "WAITS", (0.0,) * 6)
    gp = northtown.accounts()["amara.lewis"]
    concern = northtown.concern_to_hospital(gp, partnership)
    with unreachable(times=3) as failed:
        concerns.raise_concern(gp, concern, "once")
    assert failed() == 3
    assert (count("case"), count("submission")) == (1, 1)


def test_a_database_that_stays_away_is_said(partnership: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unit, "WAITS", (0.0, 0.0))
    with cut(before='INSERT INTO "event"', times=99) as cuts, pytest.raises(OperationalError):
        raised(partnership)
    assert cuts() == 3
    assert count("case") == 0


def test_a_sweep_that_loses_the_database_sets_no_case_aside(
    partnership: str, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unit, "WAITS", (0.0,) * 6)
    for number in range(3):
        raised(partnership, str(number))
    clock.move(days=10)
    with cut(before='INSERT INTO "event"', times=3) as cuts:
        swept = lapses.lapse_overdue()
    assert cuts() == 3
    assert (swept.moved, swept.set_aside) == (3, 0)
