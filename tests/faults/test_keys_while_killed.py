"""Keys are wrapped anew by a process that is killed again and again: at every moment all of it can be read.

A few kills in each run of the tests; `make rotation` kills it 200 times on each database.
"""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from escalation import key_sources
from escalation.app import create_app
from escalation.config import Settings
from escalation.extensions import db
from escalation.security.envelope import Unopened
from escalation.services import cases, concerns, drafts, key_rotation
from escalation.services.submissions import new_key
from tests.support import northtown
from tests.support.movable_clock import MovableClock
from tests.support.settings import KEY, environment

KILLS = int(os.environ.get("ROTATION_KILLS", "3"))
CASES, DRAFTS = 30, 6
LONGEST = 0.08
"""Seconds within which it is killed: most of the time in the middle."""
pytestmark = [pytest.mark.processes, pytest.mark.timeout(120 + KILLS * 20)]


@contextmanager
def service(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    with app.app_context():
        try:
            yield app
        finally:
            db.engine.dispose()


def test_killed_at_any_moment_everything_can_be_read(
    app: Flask, settings: Settings, clock: MovableClock, tmp_path: Path
) -> None:
    file = tmp_path / "keys"
    file.write_text(f"{KEY}\n")
    file.chmod(0o600)
    filed = replace(settings, keys=(), key_file=str(file))
    with app.app_context():
        gp, written, typed = _write()
    chance, ended = random.Random(1), 0
    for number in range(KILLS):
        if number % 2 == 0:
            key_sources.add_to(file)
        with service(filed):
            key_rotation.renew_partnerships()
        ended += _killed(filed, chance.uniform(0, LONGEST))
        with service(filed):
            assert _unreadable(gp, written, typed) == []
    print(f"killed {KILLS - ended} times of {KILLS}")
    assert ended < KILLS, "it was killed in the middle"
    _ends_well(filed, file, clock, gp, written, typed)


def _write() -> tuple[int, list[str], list[str]]:
    partnership = northtown.lay_out(shut=True)
    gp = northtown.accounts()["amara.lewis"]
    new = northtown.concern_to_hospital(gp, partnership)
    written = [concerns.raise_concern(gp, new, new_key()).public_id for _ in range(CASES)]
    typed = [drafts.start(gp, partnership).public_id for _ in range(DRAFTS)]
    for draft in typed:
        drafts.save(gp, draft, {"risk": "what was typed"})
    return gp, written, typed


def _killed(settings: Settings, after: float) -> bool:
    """Kills one that wraps keys anew; True when it had ended before."""
    env = {**os.environ, **environment(settings)}
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.rewrapper"],
        env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stdout.readline() == b"ready\n"
    child.stdin.write(b"go\n")
    child.stdin.flush()
    time.sleep(after)
    child.kill()
    said, _ = child.communicate(timeout=30)
    return b"done" in said


def _unreadable(gp: int, written: list[str], typed: list[str]) -> list[str]:
    """The cases and drafts of which something cannot be read."""
    lost = [
        case
        for case in written
        if any(isinstance(t.text, Unopened) for t in cases.as_seen(case, gp).written.values())
    ]
    return lost + [draft for draft in typed if drafts.load(gp, draft).answers != {"risk": "what was typed"}]


def _ends_well(
    settings: Settings, file: Path, clock: MovableClock, gp: int, written: list[str], typed: list[str]
) -> None:
    """Let go on, it comes to its end; then the newest key alone opens everything."""
    owner = replace(settings, database_url=settings.migration_url or settings.database_url)
    with service(settings):
        for _ in key_rotation.rewrap():
            pass
    clock.move(hours=1)
    with service(owner):
        assert key_rotation.finish().removed >= 1
    newest = file.read_text().splitlines()[-1]
    with service(replace(settings, key_file="", keys=(newest,))):
        assert _unreadable(gp, written, typed) == []
