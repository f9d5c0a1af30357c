"""This machine's clock and the database's drift apart: it is said, and then nothing lapses by either."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from structlog.testing import capture_logs

from escalation.config import Settings
from escalation.jobs import scheduler
from escalation.services import audit, cases, clocks_apart, concerns, health, job_log, places
from tests.support import northtown
from tests.support.movable_clock import MovableClock

AHEAD_AND_BEHIND = (1, -1)


@pytest.fixture
def gp(app: Flask) -> Iterator[int]:
    with app.app_context():
        northtown.lay_out(shut=True)
        yield northtown.accounts()["amara.lewis"]


@pytest.fixture
def overdue(gp: int, app: Flask, settings: Settings, clock: MovableClock) -> str:
    """A case that nobody answered in time; nothing has swept since."""
    partnership = places.partnerships_of(gp)[0].public_id
    case = concerns.raise_concern(gp, northtown.concern_to_hospital(gp, partnership), "once")
    scheduler.run_once(app, settings)
    clock.move(days=10)
    return case.public_id


@pytest.fixture
def drift(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets this machine's clock off by so many seconds."""

    def off(seconds: float) -> None:
        monkeypatch.setattr(
            clocks_apart, "machine_time", lambda: datetime.now(UTC) + timedelta(seconds=seconds)
        )

    return off


def run(app: Flask, settings: Settings) -> list[str]:
    """Runs every job once, and gives what was logged as more than information."""
    with capture_logs() as logs:
        scheduler.run_once(app, settings)
    return [line["event"] for line in logs if line["log_level"] != "info"]


def check(name: str) -> health.Check:
    return next(c for c in health.look(None, timedelta(minutes=5)) if c.name == name)


@pytest.mark.parametrize("sign", AHEAD_AND_BEHIND)
def test_a_minute_apart_nothing_lapses_and_a_person_is_told(
    app: Flask, settings: Settings, overdue: str, gp: int, drift: Callable[[float], None], sign: int
) -> None:
    drift(sign * 63)
    assert "a job failed" in run(app, settings)
    assert cases.as_seen(overdue, gp).stage == "manager_review"
    failures = {row.job: row.error for row in job_log.runs() if row.error}
    assert set(failures) == {"lapse_deadlines", "remind"}
    assert "seconds apart: nothing lapses" in str(failures["lapse_deadlines"])
    assert not check("clock").well
    beat = audit.last_beat()
    assert beat is not None
    assert "seconds apart" in str(beat.finding)


@pytest.mark.parametrize("sign", AHEAD_AND_BEHIND)
def test_some_seconds_apart_are_said_and_the_sweep_goes_on(
    app: Flask, settings: Settings, overdue: str, gp: int, drift: Callable[[float], None], sign: int
) -> None:
    drift(sign * 20)
    assert "the clocks are apart" in run(app, settings)
    assert cases.as_seen(overdue, gp).stage == "senior_challenge"
    assert check("clock") == health.Check(
        "clock", True, "This machine's clock and the database's are 20 seconds apart."
    )


def test_clocks_that_agree_again_let_everything_lapse(
    app: Flask, settings: Settings, overdue: str, gp: int, drift: Callable[[float], None]
) -> None:
    drift(3600)
    run(app, settings)
    drift(0)
    assert run(app, settings) == []
    assert cases.as_seen(overdue, gp).stage == "senior_challenge"


def test_a_demo_that_moves_its_clock_is_not_apart(gp: int, clock: MovableClock) -> None:
    clock.move(days=400)
    assert clocks_apart.apart() < timedelta(seconds=1)


def test_a_slow_answer_is_no_drift() -> None:
    asked = datetime(2026, 11, 2, 9, tzinfo=UTC)
    answered = asked + timedelta(minutes=2)
    assert clocks_apart.between(asked, asked + timedelta(seconds=90), answered) == timedelta(0)
    assert clocks_apart.between(asked, asked - timedelta(seconds=7), answered) == timedelta(seconds=7)
    assert clocks_apart.between(asked, answered + timedelta(seconds=8), answered) == timedelta(seconds=8)
