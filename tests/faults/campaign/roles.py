"""What each kind of process does until it is killed or has lived long enough. All run the service's own code."""

import os
import random
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from flask import Flask
from sqlalchemy.exc import DBAPIError

from escalation.config import Settings
from escalation.extensions import db
from escalation.jobs import audit_the_clock, deliver_mail, lapse_deadlines, remind, scheduler
from escalation.services import delivery, outbox
from tests.faults.campaign import failpoints, quiet, seeded
from tests.faults.campaign.failpoints import Armed
from tests.faults.campaign.gate import Gate
from tests.faults.campaign.people import Diary, Places, act, send

LIFE = 10.0
"""Seconds after which a process ends by itself, so that another failpoint gets its turn."""
BATCH = 50
SCHEDULER = "scheduler"
_DATABASE_AWAY, _FAILED = 3, 4
QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Station:
    """What a process is born with. `busy` tells people, as a share, how often to raise something new."""

    app: Flask
    settings: Settings
    folder: Path
    places: Places
    slot: str
    armed: Armed
    busy: float
    fault: str | None = None
    """A mistake that is put into the service in this process (see `seeded`)."""


def live(kind: str, station: Station) -> None:
    """The life of a forked process of this kind. It never comes back."""

    def work(station: Station) -> None:
        gate = Gate(station.folder)
        outbox.claim = gate.before(outbox.claim)
        _KINDS[kind](station, gate)

    live_for(work, station)


def live_for(work: Callable[[Station], object], station: Station) -> None:
    """The life of a forked process that does this work, with its fault and its failpoint in the service."""
    status = 0
    try:
        with station.app.app_context():
            # The parent's connections are not ours to close.
            db.engine.dispose(close=False)
            seeded.plant(station.fault)
            failpoints.watch(db.engine, station.armed)
            work(station)
    except DBAPIError:
        traceback.print_exc(limit=-1)
        status = _DATABASE_AWAY
    except BaseException:  # noqa: BLE001 (what went wrong is the campaign's to see)
        traceback.print_exc()
        status = _FAILED
    os._exit(status)


def _until_old(step: Callable[[], object]) -> None:
    end = time.monotonic() + LIFE
    while time.monotonic() < end:
        step()


def _people(station: Station, gate: Gate) -> None:
    diary = Diary(station.folder / f"diary-{station.slot}")
    left = diary.unanswered()
    if left is not None:
        send(diary, left)
    only = random.choice(_SELDOM) if station.armed.name in failpoints.SELDOM else None
    _until_old(lambda: act(diary, station.places, station.busy, only))


_SELDOM = ("ProposeSettlement", "ProposeSettlement", "KeepDecision", "ChangeDecision")


def _clock(station: Station, gate: Gate) -> None:
    def once() -> None:
        did = lapse_deadlines.run(station.settings), remind.run(station.settings)
        if random.random() < 0.1:
            audit_the_clock.run(station.settings)
        if not any(did):
            time.sleep(0.15)

    _until_old(once)


def _post(station: Station, gate: Gate) -> None:
    room = deliver_mail.post_room(station.settings)

    def once() -> None:
        done = delivery.deliver(room, BATCH)
        gate.leave()
        if not done.sent:
            time.sleep(0.05)

    _until_old(once)


def _scheduler(station: Station, gate: Gate) -> None:
    # It would let a job under way finish for ever if mails never end: it is the campaign that ends it.
    scheduler.run_forever(station.app, replace(station.settings, tick_seconds=0.5))


def _quiet(station: Station, gate: Gate) -> None:
    gate.leave()
    quiet.come_to_rest(station.settings)


_KINDS: dict[str, Callable[[Station, Gate], None]] = {
    failpoints.PEOPLE: _people,
    failpoints.CLOCK: _clock,
    failpoints.POST: _post,
    SCHEDULER: _scheduler,
    QUIET: _quiet,
}
