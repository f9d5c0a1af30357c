"""Every migration is tried on what the services of the state before it had written."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import Flask, current_app
from sqlalchemy import text

from escalation.app import MIGRATIONS, create_app, upgrade_database
from escalation.extensions import db
from escalation.security.chain import event_hash
from escalation.services import directory, lapses, moving_clock, places, reminders
from escalation.services.unit import reading
from tests.migrations import states
from tests.support import northtown
from tests.support.databases import Database
from tests.support.settings import settings_for

REVISIONS = states.known()


def _config() -> Config:
    return current_app.extensions["migrate"].migrate.get_config(str(MIGRATIONS))


@contextmanager
def _at(database: Database, revision: str) -> Iterator[Flask]:
    """The service on an empty database that was brought to a revision and filled with its state."""
    app = create_app(settings_for(database.owner_url), migrating=True)
    with app.app_context():
        command.upgrade(_config(), revision)
        with db.engine.begin() as connection:
            states.lay(connection, states.state_of(revision))
        yield app
        db.engine.dispose()


def _now(state: states.State) -> states.State:
    with db.engine.connect() as connection:
        return states.read(connection, state)


def _sorted(state: states.State) -> states.State:
    return {name: sorted(rows, key=json.dumps) for name, rows in state.items()}


def test_a_state_was_recorded_before_each_migration() -> None:
    script = ScriptDirectory(str(MIGRATIONS))
    before = {r.down_revision for r in script.walk_revisions() if r.down_revision is not None}
    assert before <= set(REVISIONS), (
        "record it with the code of that revision: python -m tests.migrations.states"
    )


@pytest.mark.parametrize("revision", REVISIONS)
def test_up_down_and_up_again_lose_nothing(empty_database: Database, revision: str) -> None:
    written = states.state_of(revision)
    with _at(empty_database, revision):
        assert _now(written) == _sorted(written), "laid as it was recorded"
        upgrade_database()
        assert _now(written) == _sorted(written)
        command.downgrade(_config(), revision)
        assert _now(written) == _sorted(written)
        upgrade_database()
        assert _now(written) == _sorted(written)


@pytest.mark.parametrize("revision", REVISIONS)
def test_the_service_goes_on_with_what_was_there(empty_database: Database, revision: str) -> None:
    with _at(empty_database, revision):
        upgrade_database()
        moving_clock.move_to(datetime(2027, 3, 1, 12, tzinfo=UTC))
        reminders.remind()
        swept = lapses.lapse_overdue()
        assert (swept.moved > 0, swept.set_aside) == (True, 0)
        people = northtown.accounts()
        ours = places.partnerships_of(people["kate.rowan"])[0].public_id
        assert len(places.working_times(people["kate.rowan"], ours)) == 7
        assert northtown.agencies(people["amara.lewis"], ours)
        assert _broken_links() == 0


@pytest.mark.parametrize("revision", ["0001"])
def test_an_agency_of_before_keeps_the_hours_that_it_had(empty_database: Database, revision: str) -> None:
    with _at(empty_database, revision):
        with db.engine.begin() as connection:
            connection.execute(
                text("UPDATE agency SET closures = '2026-12-24', opens = '08:10' WHERE id = 2")
            )
        upgrade_database()
        with reading() as unit:
            row = unit.session.execute(text("SELECT * FROM agency WHERE id = 2")).one()
            calendar = directory.calendar_of(row)
        assert (row.closures, f"{calendar.opens:%H:%M}", calendar.hours, calendar.terms) == (
            "2026-12-24", "08:10", (), (),
        )  # fmt: skip


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_tables_stay_strict_on_the_way_down(empty_database: Database) -> None:
    with _at(empty_database, REVISIONS[0]):
        before = _strict()
        upgrade_database()
        command.downgrade(_config(), REVISIONS[0])
        assert _strict() == before


def _strict() -> dict[str, int]:
    with db.engine.connect() as connection:
        rows = connection.execute(text("PRAGMA table_list")).mappings()
        return {row["name"]: row["strict"] for row in rows if row["schema"] == "main"}


def _broken_links() -> int:
    """Events whose hash is not that of their content and of the event before."""
    with db.engine.connect() as connection:
        rows = connection.execute(
            text("SELECT partnership_id, case_id, seq, previous, body, hash FROM event ORDER BY case_id, seq")
        ).all()
    before: dict[int, str] = {}
    broken = 0
    for row in rows:
        broken += row.previous != before.get(row.case_id, row.previous)
        broken += event_hash(row.partnership_id, row.case_id, row.seq, row.previous, row.body) != row.hash
        before[row.case_id] = row.hash
    return broken
