"""Each seeded fault, led to the place where it does harm; the same without the fault does none.

A scenario is a short campaign of its own: processes with the fault in them, the kill or the race that
matters, the quiet end, and then the judge.
"""

import os
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import psycopg
from sqlalchemy import Connection

from escalation import clock
from escalation.jobs import deliver_mail, lapse_deadlines, remind
from escalation.services import delivery, moving_clock, outbox
from tests.faults.campaign import failpoints, people, processes, quiet
from tests.faults.campaign.cluster import Server
from tests.faults.campaign.failpoints import Armed
from tests.faults.campaign.people import Diary
from tests.faults.campaign.reading import instant_of
from tests.faults.campaign.roles import Station

CASES = 6
_TRIES = 8
_KEYS = """SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype IN ('u', 'p')
  AND conrelid::regclass::text IN ('event', 'stage_entry', 'outbox', 'deadline', 'participation')"""


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a scenario plays. Whatever the service does in it, it does in processes that have the fault."""

    server: Server
    station: Station

    def apart(self, act: Callable[[Station], object], dies: str | None = None) -> None:
        """Does it in a process with the fault, which is killed at the failpoint `dies`."""
        self.together([act], dies)

    def soundly(self, act: Callable[[Station], object]) -> None:
        """Does it in a process without the fault."""
        Scene(self.server, replace(self.station, fault=None)).apart(act)

    def together(self, acts: list[Callable[[Station], object]], dies: str | None = None) -> None:
        """Does each in a process of its own, all at once."""
        station = replace(self.station, armed=Armed(dies))
        pids = [processes.doing(act, station) for act in acts]
        for pid in pids:
            status = os.waitpid(pid, 0)[1]
            assert os.WIFSIGNALED(status) == (dies is not None), f"{self.station.folder / 'said'}: {status}"
            # With a fault it may well end badly; without one, whatever stopped it proves nothing.
            assert dies or self.station.fault or status == 0, f"{self.station.folder / 'said'}: {status}"

    def rest(self) -> None:
        """The quiet end, with the fault still there."""
        self.apart(lambda station: quiet.come_to_rest(station.settings))


def raised(station: Station) -> None:
    """Concerns in both towns."""
    diary = Diary(station.folder / "diary-scene")
    random.seed(7)
    for _ in range(CASES):
        people.act(diary, station.places, raising=1.0)


def _delivers(station: Station) -> None:
    deliver_mail.run(station.settings)


def _overdue(scene: Scene) -> None:
    scene.apart(raised)
    scene.apart(_delivers)
    scene.apart(lambda _: moving_clock.move(timedelta(days=10)))


def _raised_and_killed(scene: Scene) -> None:
    scene.apart(raised, dies="before INSERT outbox")
    scene.rest()


def _killed_at_the_mail_server(scene: Scene) -> None:
    scene.apart(raised)
    scene.apart(_delivers, dies="before DATA")
    scene.rest()


def _two_sweeps_at_once(scene: Scene) -> None:
    _overdue(scene)
    at = time.monotonic() + 0.5

    def sweeps(station: Station) -> None:
        # Both look before either writes: who waits here has claimed.
        failpoints.pause_before("INSERT event", until=at + 3)
        time.sleep(max(0.0, at - time.monotonic()))
        lapse_deadlines.run(station.settings)

    scene.together([sweeps, sweeps, sweeps])
    scene.rest()


def _swept_at_the_very_instant(scene: Scene) -> None:
    scene.apart(raised)
    scene.apart(_delivers)
    due = instant_of(scene.server.one("SELECT min(due_at) FROM deadline WHERE state = 'open'"))
    scene.apart(lambda _: moving_clock.move_to(due + timedelta(seconds=2)))

    def sweeps(station: Station) -> None:
        read = clock.read

        def at_due(
            connection: Connection, beside: str = "", values: Mapping[str, object] | None = None
        ) -> clock.Reading:
            return replace(read(connection, beside, values), now=due)

        clock.read = at_due
        lapse_deadlines.run(station.settings)

    scene.apart(sweeps)
    scene.apart(_delivers)


def _raised_in_summer(scene: Scene) -> None:
    scene.apart(raised)
    scene.rest()


def _reminded_of_a_shared_agency(scene: Scene) -> None:
    scene.soundly(_raised_about_housing)
    scene.apart(_delivers)
    due = instant_of(
        scene.server.one("SELECT max(due_at) FROM deadline WHERE state = 'open' AND clock = 'reply'")
    )
    scene.apart(lambda _: moving_clock.move_to(due - timedelta(hours=1)))
    scene.apart(lambda station: lapse_deadlines.run(station.settings))
    scene.apart(lambda station: remind.run(station.settings))
    scene.apart(_delivers)


def _raised_about_housing(station: Station) -> None:
    diary, places = Diary(station.folder / "diary-scene"), station.places
    housing = {
        town: tuple(a for a in agencies if a[1] == "housing") for town, agencies in places.agencies.items()
    }
    for _ in range(CASES):
        people.act(diary, replace(places, agencies=housing), raising=1.0)


def _taken_over(scene: Scene) -> None:
    scene.apart(raised)

    def frozen_and_back(station: Station) -> None:
        room = deliver_mail.post_room(station.settings)
        first = outbox.claim(100, room.lease)
        moving_clock.move(room.lease + timedelta(minutes=1))
        second = outbox.claim(100, room.lease)
        outbox.release(first)
        delivery.deliver(room)
        delivery._hand_over_all(room, second, delivery.Delivered())

    scene.apart(frozen_and_back)
    scene.rest()


def _behind_a_mail_that_cannot_be_written(scene: Scene) -> None:
    scene.apart(raised)
    first = "(SELECT min(id) FROM outbox WHERE state = 'owed')"
    number = scene.server.one(f"SELECT id FROM outbox WHERE id = {first}")
    slot = scene.server.one(f"SELECT slot FROM outbox WHERE id = {number}")
    scene.server.do(f"UPDATE outbox SET slot = 'nowhere', next_at = owed_at WHERE id = {number}")
    scene.apart(_delivers)
    scene.server.do(f"UPDATE outbox SET slot = '{slot}', next_at = owed_at WHERE id = {number}")
    scene.apart(_delivers)


def _swept(scene: Scene) -> None:
    _overdue(scene)
    scene.rest()


def every_step(scene: Scene) -> None:
    """A story that comes by every failpoint: raised, settled, moved up, told; each noted in a file."""

    def told_and_moved(station: Station) -> None:
        station.armed.noted = station.folder / "census"
        raised(station)
        for _ in range(_TRIES):
            people.act(Diary(station.folder / "diary-scene"), station.places, 0.0, only="ProposeSettlement")
        deliver_mail.run(station.settings)
        moving_clock.move(timedelta(days=10))
        lapse_deadlines.run(station.settings)
        deliver_mail.run(station.settings)

    scene.apart(told_and_moved)


OF_FAULT: Mapping[str, Callable[[Scene], None]] = {
    "no_lock_and_no_key": _two_sweeps_at_once,
    "marked_before_sent": _killed_at_the_mail_server,
    "committed_before_the_outbox": _raised_and_killed,
    "less_instead_of_at_most": _swept_at_the_very_instant,
    "local_time_taken_for_utc": _raised_in_summer,
    "lease_without_token": _taken_over,
    "refused_for_good_is_tried_again": _raised_in_summer,
    "swallowed_in_the_sweep": _swept,
    "return_for_continue": _behind_a_mail_that_cannot_be_written,
    "no_partnership_in_the_directory": _reminded_of_a_shared_agency,
    "skipped_when_late": _swept,
}
ON_POSTGRESQL_ALONE = frozenset({"no_lock_and_no_key", "lease_without_token"})
"""SQLite has one writer at a time and no row locks; the others do the same harm on both."""


def take_keys_away(words: str) -> None:
    """Drops every key that makes a second move of the same rung impossible."""
    with psycopg.connect(words, autocommit=True) as connection:
        connection.execute("DROP INDEX uq_stage_entry_open")
        for table, name in connection.execute(_KEYS).fetchall():
            connection.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}" CASCADE')
