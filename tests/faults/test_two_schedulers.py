"""Two schedulers in processes of their own, let go in one moment on 200 overdue cases."""

import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import text

from escalation.config import Settings
from escalation.demo import data
from escalation.extensions import db
from escalation.services import concerns, places
from tests.support.mail_sink import MailSink
from tests.support.movable_clock import MovableClock
from tests.support.settings import environment
from workflows.commands import RaiseConcern

CASES = 200
pytestmark = [pytest.mark.processes, pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)]

_KEYS = {
    "event": ("pk_event", "uq_event_partnership_id_case_id_previous"),
    "stage_entry": ("pk_stage_entry",),
    "outbox": ("uq_outbox_dedupe_key",),
    "deadline": ("pk_deadline",),
    "participation": ("pk_participation",),
}


def _overdue_cases(app: Flask, clock: MovableClock) -> None:
    with app.app_context():
        partnership = data.load("!", history=False)
        gp = data.accounts()["amara.lewis"][0]
        choices = places.agencies_to_challenge(gp, partnership)
        hospital = next(a.public_id for a in choices if a.name == "Northtown Hospitals")
        for number in range(CASES):
            command = RaiseConcern(person_reference=f"T-{number}", decision="d", risk="r", request="q")
            concerns.raise_concern(
                gp, concerns.NewConcern(partnership, hospital, "doctor", command), str(number)
            )
        with db.engine.begin() as connection:
            connection.execute(text("UPDATE outbox SET state = 'sent'"))
    clock.move(days=10)


def _let_go(settings: Settings, *flags: str) -> None:
    """Starts two schedulers, waits until both are ready, and lets them go together."""
    command = [sys.executable, "-m", "tests.faults.sweeper", *flags]
    env = {**os.environ, **environment(settings)}
    pair = [
        subprocess.Popen(
            command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        for _ in range(2)
    ]
    for child in pair:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
    for child in pair:
        assert child.stdin is not None
        child.stdin.write(b"go\n")
        child.stdin.flush()
    for child in pair:
        child.communicate(timeout=100)


@dataclass(frozen=True)
class Outcome:
    """What the race left behind: how often each case moved, each mail is owed, each mail arrived."""

    moves: Counter[int]
    owed: Counter[str]
    arrived: Counter[str]
    waiting: int


def _race(app: Flask, settings: Settings, mail_sink: MailSink, *flags: str) -> Outcome:
    _let_go(settings, *flags)
    with app.app_context(), db.engine.connect() as connection:
        moves = connection.execute(text("SELECT case_id FROM event WHERE kind = 'moved_up'")).scalars()
        owed = connection.execute(
            text(
                "SELECT concat_ws('/', case_id, account_id, slot) FROM outbox WHERE name = 'moved_up_silent'"
            )
        ).scalars()
        waiting = connection.execute(text("SELECT count(*) FROM outbox WHERE state = 'owed'")).scalar_one()
        arrived = Counter(str(mail.message["Message-ID"]) for mail in mail_sink.mails)
        return Outcome(Counter(moves), Counter(owed), arrived, waiting)


def _take_keys_away(app: Flask) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("DROP INDEX uq_stage_entry_open"))
        for table, keys in _KEYS.items():
            for key in keys:
                connection.execute(text(f'ALTER TABLE "{table}" DROP CONSTRAINT "{key}" CASCADE'))


def _moved_once(outcome: Outcome) -> None:
    assert (len(outcome.moves), set(outcome.moves.values())) == (CASES, {1})
    assert (len(outcome.owed), set(outcome.owed.values())) == (CASES, {1})


def _sent_once(outcome: Outcome) -> None:
    assert outcome.waiting == 0
    assert len(outcome.arrived) >= CASES
    assert set(outcome.arrived.values()) == {1}


@pytest.mark.timeout(180)
def test_each_case_moves_once_and_each_mail_is_owed_and_sent_once(
    app: Flask, settings: Settings, clock: MovableClock, mail_sink: MailSink
) -> None:
    _overdue_cases(app, clock)
    outcome = _race(app, settings, mail_sink)
    _moved_once(outcome)
    _sent_once(outcome)


@pytest.mark.timeout(180)
def test_the_locks_alone_hold(
    app: Flask, settings: Settings, clock: MovableClock, mail_sink: MailSink
) -> None:
    _overdue_cases(app, clock)
    _take_keys_away(app)
    outcome = _race(app, settings, mail_sink)
    _moved_once(outcome)
    _sent_once(outcome)


@pytest.mark.timeout(180)
def test_the_keys_alone_hold_the_record(
    app: Flask, settings: Settings, clock: MovableClock, mail_sink: MailSink
) -> None:
    """What is moved and owed is written once. A key cannot see a mail on its way: that one needs the lock."""
    _overdue_cases(app, clock)
    outcome = _race(app, settings, mail_sink, "--without-locks")
    _moved_once(outcome)


@pytest.mark.timeout(180)
def test_without_locks_and_keys_the_same_race_moves_cases_twice(
    app: Flask, settings: Settings, clock: MovableClock, mail_sink: MailSink
) -> None:
    _overdue_cases(app, clock)
    _take_keys_away(app)
    outcome = _race(app, settings, mail_sink, "--without-locks")
    with pytest.raises(AssertionError):
        _moved_once(outcome)
