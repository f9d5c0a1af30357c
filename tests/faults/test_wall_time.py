"""Nothing is called by the test: the scheduler and the mail sink run as the command starts them, and real
seconds pass until a deadline ends."""

import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from escalation.config import Settings
from escalation.services import cases, concerns
from tests.support import northtown
from tests.support.mail_sink import MailSink
from tests.support.movable_clock import MovableClock
from tests.support.settings import environment

pytestmark = pytest.mark.processes


@pytest.mark.timeout(60)
def test_a_deadline_of_two_seconds_ends_by_itself(
    app: Flask, settings: Settings, clock: MovableClock, mail_sink: MailSink
) -> None:
    with app.app_context():
        partnership = northtown.lay_out(shut=True)
        gp = northtown.accounts()["amara.lewis"]
        concern = northtown.concern_to_hospital(gp, partnership)
        case = concerns.raise_concern(gp, concern, "k")
        assert case.main is not None
        due = case.main.due
    scheduler = subprocess.Popen(
        [str(Path(sys.executable).parent / "escalation"), "jobs", "run"],
        env={**os.environ, **environment(settings)},
        stderr=subprocess.DEVNULL,
    )
    try:
        mail_sink.wait_for(4, 20)
        clock.move(to=due - timedelta(seconds=2))
        with app.app_context():
            assert cases.as_seen(case.public_id, gp).stage == "manager_review"
            ended = time.monotonic() + 15
            while cases.as_seen(case.public_id, gp).stage == "manager_review":
                assert time.monotonic() < ended, "nothing moved"
                time.sleep(0.05)
            moved = next(e for e in cases.as_seen(case.public_id, gp).events if e.kind == "moved_up")
        assert timedelta(0) <= moved.at - due < timedelta(seconds=5)
        mail_sink.wait_for(10, 20)
    finally:
        scheduler.terminate()
        assert scheduler.wait(timeout=20) == 0
