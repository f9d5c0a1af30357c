"""The service was away while a deadline ran out: what happened is dated as due, marked late, and told why."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from escalation.services import concerns, job_log, lapses, moves, reminders
from escalation.services.submissions import new_key
from tests.support import beyond, northtown
from tests.support.movable_clock import MovableClock
from workflows.commands import KeepDecision, Withdraw

RAISED, DUE = datetime(2026, 11, 18, 10, tzinfo=UTC), datetime(2026, 11, 25, 17, tzinfo=UTC)
"""A Wednesday, and five working days later at five."""
OUTAGES = [timedelta(seconds=1), timedelta(hours=1), timedelta(days=9), timedelta(days=30)]


@pytest.fixture
def town(app: Flask, clock: MovableClock) -> Any:
    """Northtown on a Wednesday at ten; gives somebody's account and what the GP would raise."""
    with app.app_context():
        clock.move(to=RAISED)
        partnership = northtown.lay_out(shut=True)
        people = northtown.accounts()
        gp = people["amara.lewis"]
        new = northtown.concern_to_hospital(gp, partnership)
        yield people, lambda: concerns.raise_concern(gp, new, new_key()).public_id


def rows(query: str, **values: Any) -> list[Any]:
    with beyond.engine().connect() as connection:
        return list(connection.execute(text(query), values).all())


def instant(value: Any) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def lapse_of(case: str, clock: str) -> Any:
    query = """SELECT e.seq, e.at, e.body FROM event e JOIN "case" c ON c.id = e.case_id
               WHERE c.public_id = :case AND e.kind = 'deadline_lapsed' ORDER BY e.seq"""
    import json

    found = [(row, json.loads(row.body)["codes"]) for row in rows(query, case=case)]
    [(row, codes)] = [(row, codes) for row, codes in found if codes["clock"] == clock]
    return row, codes


@pytest.mark.parametrize("away", OUTAGES, ids=str)
def test_after_an_outage_the_lapse_is_dated_as_scheduled_and_marked_late(
    town: Any, clock: MovableClock, away: timedelta
) -> None:
    """T03, I4."""
    case = town[1]()
    clock.move(to=DUE - timedelta(minutes=5))
    lapses.lapse_overdue()
    job_log.ran(lapses.JOB, {})
    clock.move(to=DUE + away)
    swept = lapses.lapse_overdue()
    assert swept.next_due is not None
    assert swept.next_due > clock.now()
    row, codes = lapse_of(case, "reply")
    assert datetime.fromisoformat(codes["due"]) == DUE
    assert timedelta(0) <= timedelta(seconds=codes["late_by"]) - away < timedelta(seconds=30)
    assert codes.get("why_late") == ("service_away" if away > lapses.IN_TIME else None)
    [position] = rows("SELECT base_at, due_at, entry_seq FROM deadline WHERE clock = 'position'")
    assert instant(position.base_at) == instant(row.at), "counted from when the head of service was told"
    assert instant(position.due_at) > clock.now(), "nobody is late who was not asked yet"
    stages = rows("SELECT stage FROM stage_entry ORDER BY seq")
    assert [s.stage for s in stages] == ["manager_review", "senior_challenge"], "one stage, however long"


def test_a_deadline_that_waited_its_turn_says_so(town: Any, clock: MovableClock) -> None:
    case = town[1]()
    clock.move(to=DUE + timedelta(minutes=10))
    job_log.ran(lapses.JOB, {})
    lapses.lapse_overdue()
    assert lapse_of(case, "reply")[1]["why_late"] == "backlog"


def test_nothing_happens_after_a_reply_or_a_withdrawal_however_long_the_service_was_away(
    town: Any, clock: MovableClock
) -> None:
    """T05, I2."""
    people, raise_one = town
    answered, withdrawn = raise_one(), raise_one()
    kept = KeepDecision(reasons="r", would_change_mind="w")
    moves.make_move(answered, people["sam.okafor"], kept, new_key())
    moves.make_move(withdrawn, people["amara.lewis"], Withdraw(reasons="r"), new_key())
    last = rows('SELECT event_seq FROM "case" WHERE public_id = :it', it=withdrawn)[0].event_seq
    clock.move(to=DUE + timedelta(days=9))
    reminders.remind()
    lapses.lapse_overdue()
    assert rows('SELECT event_seq FROM "case" WHERE public_id = :it', it=withdrawn)[0].event_seq == last
    stage = rows('SELECT stage FROM "case" WHERE public_id = :it', it=answered)[0].stage
    assert stage == "manager_review", "it was answered, so silence moves nothing up"


def test_never_before_its_instant_though_it_is_swept_again_and_again(town: Any, clock: MovableClock) -> None:
    """I3."""
    town[1]()
    clock.move(to=DUE - timedelta(seconds=1))
    while (lapses.lapse_overdue().next_due or DUE) <= DUE:
        pass
    [lapsed] = rows("SELECT due_at, ended_at FROM deadline WHERE clock = 'reply'")
    assert instant(lapsed.due_at) == DUE
    assert DUE <= instant(lapsed.ended_at) < DUE + timedelta(seconds=30)


def test_a_night_does_not_keep_a_case_from_moving_up(town: Any, clock: MovableClock) -> None:
    """A deadline that ends at three on a Sunday is carried out then; whoever is next is owed a mail at once."""
    town[1]()
    night = datetime(2026, 11, 22, 3, tzinfo=UTC)
    with beyond.engine().connect().execution_options(write=True) as connection:
        at = night.isoformat().replace("+00:00", ".000000Z") if connection.dialect.name == "sqlite" else night
        connection.execute(
            text("UPDATE deadline SET due_at = :at, remind_at = NULL WHERE clock = 'reply'"), {"at": at}
        )
        connection.commit()
    clock.move(to=night)
    lapses.lapse_overdue()
    [case] = rows('SELECT stage, event_seq FROM "case"')
    assert case.stage == "senior_challenge"
    assert rows("SELECT 1 FROM outbox WHERE state = 'owed' AND event_seq = :seq", seq=case.event_seq)
