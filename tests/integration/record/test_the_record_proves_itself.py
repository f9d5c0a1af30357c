"""A record that was written through the doors proves itself, also after it was dumped and restored."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from escalation import clock
from escalation.services import lapses, moves, moving_clock, record_seals
from escalation.services.submissions import new_key
from tests.support import beyond, sealed_town
from tests.support.sealed_town import Town
from workflows import commands as c


def test_everything_that_was_written_is_proved(town: Town) -> None:
    report = town.verified()
    assert (report.findings, report.exit_code) == ([], 0)
    assert (report.cases, report.seals) == (5, 3)
    assert report.statements > 10
    assert report.reads > 10
    assert (report.of_the_first_form, report.unsealed) == (0, 0)


def test_what_is_new_is_sealed_once_and_only_when_there_is_something(town: Town) -> None:
    assert record_seals.seal(town.key, now=True) == 0
    sealed_town.raise_one(town.people, town.partnership)
    assert town.verified().unsealed > 0
    assert record_seals.seal(town.key) == 0, "an hour has not passed"
    assert record_seals.seal(town.key, now=True) == 1
    assert town.verified().exit_code == 0


def test_nothing_is_sealed_while_texts_stand_open_that_are_still_to_be_sealed_themselves(town: Town) -> None:
    sealed_town.raise_one(town.people, town.partnership)
    with beyond.engine().begin() as connection:
        was = connection.execute(text("SELECT sealed_at FROM installation")).scalar_one()
        connection.execute(text("UPDATE installation SET sealed_at = NULL"))
    assert record_seals.seal(town.key, now=True) == 0
    with beyond.engine().begin() as connection:
        connection.execute(text("UPDATE installation SET sealed_at = :was"), {"was": was})
    assert record_seals.seal(town.key, now=True) == 1


def test_a_decision_of_the_board_is_sealed_at_once(town: Town) -> None:
    for _ in range(40):
        moving_clock.move(timedelta(days=1))
        lapses.lapse_overdue()
    record_seals.seal(town.key)
    decided = c.RecordDecision(
        decision="Scan again.",
        reasons="Both were heard.",
        alternatives="To wait.",
        dissent="None.",
        changed=c.Changed.PARTLY,
        outcome="A scan by Friday.",
    )
    moves.make_move(town.cases[4], town.people["alan.meredith"], decided, new_key())
    assert record_seals.seal(town.key) == 1, "no hour has passed"
    assert record_seals.seal(town.key) == 0
    assert town.verified().findings == []


def test_what_is_in_no_seal_for_long_is_not_proved_and_what_was_put_in_later_is_a_break(town: Town) -> None:
    sealed_town.raise_one(town.people, town.partnership)
    moving_clock.move(timedelta(hours=3))
    late = town.verified()
    assert (late.exit_code, {f.code for f in late.findings}) == (3, {"not_sealed"})
    record_seals.seal(town.key)
    put_in = """INSERT INTO read_log (id, partnership_id, case_id, account_id, what, at)
                SELECT id + 5000, partnership_id, case_id, account_id, what, at FROM read_log WHERE id = 1"""
    with beyond.engine().begin() as connection:
        connection.execute(text(put_in))
    found = town.verified()
    assert (found.exit_code, {f.code for f in found.findings}) == (2, {"put_in_later"})


def test_a_reading_that_is_seen_late_is_sealed_late_and_not_lost(town: Town) -> None:
    """Its number is lower than one that is sealed: it was given out, and committed afterwards."""
    with beyond.engine().begin() as connection:
        connection.execute(text(_READ.format(id=90_002)), {"at": _now(connection)})
    assert record_seals.seal(town.key, now=True) == 1
    with beyond.engine().begin() as connection:
        connection.execute(text(_READ.format(id=90_001)), {"at": _now(connection)})
    assert town.verified().unsealed == 1
    assert record_seals.seal(town.key, now=True) == 1
    report = town.verified()
    assert (report.unsealed, report.findings) == (0, [])


_READ = """INSERT INTO read_log (id, partnership_id, case_id, account_id, what, at)
           SELECT {id}, partnership_id, case_id, account_id, what, :at FROM read_log WHERE id = 1"""


def _now(connection: Connection) -> datetime:
    return clock.read(connection).now
