"""Two schedulers in processes of their own, let go in one moment on many overdue cases."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from flask import Flask
from sqlalchemy import text

from escalation.config import Settings
from escalation.services import concerns
from tests.support import beyond, northtown
from tests.support.mail_sink import MailSink
from tests.support.movable_clock import MovableClock
from tests.support.settings import environment

pytestmark = [pytest.mark.processes, pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)]

_KEYS = {
    "event": ("pk_event", "uq_event_partnership_id_case_id_previous"),
    "stage_entry": ("pk_stage_entry",),
    "outbox": ("uq_outbox_dedupe_key",),
    "deadline": ("pk_deadline",),
    "participation": ("pk_participation",),
}


@pytest.fixture
def overdue(app: Flask, clock: MovableClock, cases: int) -> None:
    """Cases that nobody answered in time, as many as the test says; every mail so far has gone out."""
    with app.app_context():
        partnership = northtown.lay_out(shut=True)
        gp = northtown.accounts()["amara.lewis"]
        concern = northtown.concern_to_hospital(gp, partnership)
        for number in range(cases):
            command = replace(concern.command, person_reference=f"T-{number}")
            concerns.raise_concern(gp, replace(concern, command=command), str(number))
        with beyond.engine().begin() as connection:
            connection.execute(text("UPDATE outbox SET state = 'sent'"))
    clock.move(days=10)


def _let_go(settings: Settings, *flags: str) -> None:
    """Starts two schedulers, waits until both are ready, and lets them go together.

    Without locks both have read before either writes; `--in-turn`, the second writes when the first is done:
    writing together they may deadlock, and whoever does it again reads again.
    """
    command = [sys.executable, "-m", "tests.faults.sweeper", *flags]
    # Two hundred cases at once tell the same few people: the fuse would hold back what is counted here.
    env = {**os.environ, **environment(settings), "ESCALATION_MAILS_PER_HOUR": "0"}
    pair = [
        subprocess.Popen(
            command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        for _ in range(2)
    ]
    for line in ("ready", "read") if "--without-locks" in flags else ("ready",):
        _wait(pair, line)
        if line == "read" and "--in-turn" in flags:
            _tell(pair[0])
            pair[0].wait(timeout=300)
            _tell(pair[1])
        else:
            for child in pair:
                _tell(child)
    for child in pair:
        with child:
            child.wait(timeout=300)


def _wait(pair: list["subprocess.Popen[bytes]"], line: str) -> None:
    for child in pair:
        assert child.stdout is not None
        assert child.stdout.readline().decode() == f"{line}\n"


def _tell(child: "subprocess.Popen[bytes]") -> None:
    assert child.stdin is not None
    child.stdin.write(b"go\n")
    child.stdin.flush()


@dataclass(frozen=True)
class Outcome:
    """What the race left behind: how often each line of the record was written, each case moved, each mail is
    owed, each mail arrived."""

    cases: int
    lines: Counter[tuple[int, int]]
    moves: Counter[int]
    owed: Counter[str]
    arrived: Counter[str]
    waiting: int


def _race(app: Flask, settings: Settings, mail_sink: MailSink, cases: int, *flags: str) -> Outcome:
    _let_go(settings, *flags)
    with app.app_context(), beyond.engine().connect() as connection:
        lines = connection.execute(text("SELECT case_id, seq FROM event")).all()
        moves = connection.execute(text("SELECT case_id FROM event WHERE kind = 'moved_up'")).scalars()
        owed = connection.execute(
            text(
                "SELECT concat_ws('/', case_id, account_id, slot) FROM outbox WHERE name = 'moved_up_silent'"
            )
        ).scalars()
        waiting = connection.execute(text("SELECT count(*) FROM outbox WHERE state = 'owed'")).scalar_one()
        arrived = Counter(str(mail.message["Message-ID"]) for mail in mail_sink.mails)
        return Outcome(cases, Counter(map(tuple, lines)), Counter(moves), Counter(owed), arrived, waiting)


def _take_keys_away(app: Flask) -> None:
    with app.app_context(), beyond.engine().begin() as connection:
        connection.execute(text("DROP INDEX uq_stage_entry_open"))
        for table, keys in _KEYS.items():
            for key in keys:
                connection.execute(text(f'ALTER TABLE "{table}" DROP CONSTRAINT "{key}" CASCADE'))


def _moved_once(outcome: Outcome) -> None:
    assert set(outcome.lines.values()) == {1}
    assert (len(outcome.moves), set(outcome.moves.values())) == (outcome.cases, {1})
    assert (len(outcome.owed), set(outcome.owed.values())) == (outcome.cases, {1})


def _moved_and_sent_once(outcome: Outcome) -> None:
    _moved_once(outcome)
    assert outcome.waiting == 0
    assert len(outcome.arrived) >= outcome.cases
    assert set(outcome.arrived.values()) == {1}


def _written_twice(outcome: Outcome) -> None:
    with pytest.raises(AssertionError):
        _moved_once(outcome)


@pytest.mark.timeout(180)
@pytest.mark.usefixtures("overdue")
@pytest.mark.parametrize(
    ("cases", "locks", "keys", "came_out"),
    [
        pytest.param(200, True, True, _moved_and_sent_once, id="with locks and keys once"),
        pytest.param(40, True, False, _moved_and_sent_once, id="with locks alone once"),
        # What is moved and owed is written once. A key cannot see a mail on its way: that one needs the lock.
        pytest.param(40, False, True, _moved_once, id="with keys alone once in the record"),
        pytest.param(40, False, False, _written_twice, id="with neither twice"),
    ],
)
def test_two_schedulers_in_one_moment_move_each_case_and_send_each_mail(
    app: Flask,
    settings: Settings,
    mail_sink: MailSink,
    cases: int,
    locks: bool,
    keys: bool,
    came_out: Callable[[Outcome], None],
) -> None:
    if not keys:
        _take_keys_away(app)
    flags = [] if locks else ["--without-locks"] if keys else ["--without-locks", "--in-turn"]
    came_out(_race(app, settings, mail_sink, cases, *flags))
