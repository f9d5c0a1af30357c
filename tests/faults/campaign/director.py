"""Keeps the processes running, kills them, stops PostgreSQL, and moves the clock so that deadlines fall due."""

import json
import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from tests.faults.campaign import failpoints, processes
from tests.faults.campaign.cluster import Server
from tests.faults.campaign.failpoints import Armed
from tests.faults.campaign.gate import Gate
from tests.faults.campaign.journal import Journal
from tests.faults.campaign.processes import COLD, Process
from tests.faults.campaign.roles import SCHEDULER, Station

CREW = {failpoints.PEOPLE: 2, failpoints.CLOCK: 2, failpoints.POST: 3, SCHEDULER: 1}
"""How many processes of each kind run at once, beside the cold starts."""
BULK = (f"{failpoints.POST}-0", f"{failpoints.PEOPLE}-0")
"""Those that die at random instants alone, so that there is always much to do and much gets done."""
EACH = 20
"""How often each failpoint is to be hit."""
STOPS = 100
"""One kill of so many is an immediate stop of PostgreSQL."""
COLD_STARTS = 100
_ENOUGH = 3
"""After so many times the kills that were asked for, what was not hit will not be."""
BACKLOG = 250
"""While more mails than this have not been tried yet, the clock stands."""
AT_RANDOM = 0.2
"""The share of kills at a random instant; the others are at a failpoint."""
GAPS = 0.004
"""No process is armed to die between a mail and its mark while more of the mails than this were sent twice."""
_PASSES = 40
"""A process dies on one of so many passes of a failpoint that it comes by with every mail."""
_BACKLOG = "SELECT count(*) FROM outbox WHERE state = 'owed' AND attempts = 0"
_OPEN = """SELECT count(*) FROM "case" WHERE phase <> 'closed'"""
_MOVE = "UPDATE installation SET offset_seconds = offset_seconds + {:d} WHERE id = 1"
_MEND = "UPDATE account SET mail_ok = true WHERE NOT mail_ok"


@dataclass(slots=True)
class Director:
    """One campaign under way. `stops`: whether there is a server that can be stopped."""

    folder: Path
    server: Server
    station: Station
    journal: Journal
    cold_starts: int = COLD_STARTS
    stops: bool = True
    running: dict[int, Process] = field(default_factory=dict)
    mails: set[str] = field(default_factory=set)
    sendings: int = 0
    _read: int = 0
    _next_kill: float = 0.0
    _next_look: float = 0.0
    _to_move: bool = False
    _cold_until: float = 0.0
    _open: int = 0
    _gate: Gate = field(init=False)

    def __post_init__(self) -> None:
        self._gate = Gate(self.folder)

    def run(self, kills: int, each: int, tell: Callable[[str], None]) -> None:
        """Goes on until there were so many kills, and each failpoint was hit so often."""
        began = told = time.monotonic()
        try:
            while self.lacking(kills, each):
                self._round()
                if time.monotonic() - told > 10:
                    tell(self.words())
                    now = time.monotonic()
                    self.journal.write("worked", seconds=now - began)
                    began = told = now
                time.sleep(0.002)
        finally:
            self._end_all()
            # It may have asked to be alone and not come to it: whoever comes to rest would wait for ever.
            self._gate.leave_alone()
            self.journal.write("worked", seconds=time.monotonic() - began)

    def lacking(self, kills: int, each: int) -> bool:
        """True while there is something left to kill; not for ever, should a failpoint be out of reach."""
        tally = self.journal.tally
        hit = all(tally.by_failpoint[name] >= each for name in failpoints.ALL)
        return tally.kills < kills or not (hit or tally.kills >= _ENOUGH * kills)

    def _round(self) -> None:
        self._reap()
        self._fill()
        now = time.monotonic()
        tally = self.journal.tally
        if now >= self._next_kill and tally.at_random <= AT_RANDOM * tally.kills:
            self._next_kill = now + random.expovariate(10)
            self._kill_one()
        if self.stops and tally.by_kind["postgres"] < tally.kills // STOPS:
            self._stop_postgres()
        self._cold_one(now)
        if now >= self._next_look:
            self._next_look = now + random.uniform(0.2, 0.6)
            self._look()
        if self._to_move and not self._of(COLD) and self._gate.alone():
            self._move()

    def _reap(self) -> None:
        while found := processes.ended():
            pid, status = found
            process = self.running.pop(pid, None)
            if process is None:
                continue
            if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
                by = process.by or process.failpoint or "random"
                self.journal.write("killed", kind=process.kind, name=process.name, by=by)
            else:
                self.journal.write("ended", kind=process.kind, name=process.name, status=status)

    def _fill(self) -> None:
        for kind, number in CREW.items():
            for slot in range(number):
                if not any(p.slot == f"{kind}-{slot}" for p in self.running.values()):
                    self._start(kind, f"{kind}-{slot}")

    def _start(self, kind: str, slot: str) -> None:
        number = sum(self.journal.tally.starts.values())
        name = f"{slot}/{number}"
        station = replace(self.station, slot=slot, armed=self._armed(kind, slot), busy=self._busy())
        process = processes.cold(name, station) if kind == COLD else processes.fork(kind, name, station)
        self.journal.write("start", kind=kind, name=name, failpoint=process.failpoint)
        self.running[process.pid] = process

    def _busy(self) -> float:
        """The share of new concerns in what people do: there are always cases to work on, and not too many."""
        return 0.9 if self._open < 100 else 0.4 if self._open < 300 else 0.1

    def _armed(self, kind: str, slot: str) -> Armed:
        names = failpoints.OF_KIND.get(kind, ())
        hits = self.journal.tally.by_failpoint
        armed = sum(p.failpoint in failpoints.GAP for p in self.running.values())
        if slot in BULK:
            return Armed(None)
        if self.sendings - len(self.mails) + armed >= GAPS * len(self.mails):
            names = tuple(name for name in names if name not in failpoints.GAP)
        return processes.armed(names, hits, lambda name: _PASSES if name in failpoints.OFTEN else 2)

    def _of(self, kind: str) -> list[Process]:
        return [p for p in self.running.values() if p.kind == kind]

    def _kill_one(self) -> None:
        able = [p for p in self.running.values() if not p.by and p.kind != COLD]
        if able:
            # Those who send mails now and then, so that few of them are doubled; the rest as it comes.
            weights = [1 if p.kind == failpoints.POST else 3 for p in able]
            processes.kill(random.choices(able, weights)[0])

    def _cold_one(self, now: float) -> None:
        if there := self._of(COLD):
            if now >= self._cold_until and not there[0].by:
                processes.kill(there[0])
            return
        tally = self.journal.tally
        wanted = max(min(tally.kills // 9, self.cold_starts), self.cold_starts and tally.kills // 60)
        if tally.starts[COLD] < wanted and now > self._cold_until + 0.3:
            self._start(COLD, COLD)
            self._cold_until = now + random.uniform(0.3, 3.0)

    def _stop_postgres(self) -> None:
        began = time.monotonic()
        self.server.stop("immediate")
        time.sleep(random.uniform(0, 0.2))
        self.server.start()
        self.journal.write("stopped", began=began)

    def _look(self) -> None:
        """Counts; once most of the mails that are owed have left, the clock is to be moved on by some hours."""
        self._count_mails()
        self._open = self.server.one(_OPEN)
        if random.random() < 0.1:
            self.server.do(_MEND)
        self._to_move = self._to_move or self.server.one(_BACKLOG) <= BACKLOG

    def _move(self) -> None:
        by = timedelta(hours=random.choice((1, 2, 4, 8, 12, 20)), seconds=random.randint(0, 600))
        self.server.do(_MOVE.format(int(by.total_seconds())))
        self._gate.leave_alone()
        self._to_move = False
        self.journal.write("moved", seconds=by.total_seconds())

    def _count_mails(self) -> None:
        path = self.folder / "sink.log"
        if path.exists():
            with path.open("rb") as log:
                log.seek(self._read)
                new = log.read()
            whole = new[: new.rfind(b"\n") + 1]
            self._read += len(whole)
            taken = [line["id"] for line in map(json.loads, whole.splitlines()) if line["what"] == "taken"]
            self.sendings += len(taken)
            self.mails.update(taken)

    def _end_all(self) -> None:
        """The end of the campaign is the last kill of whoever still runs; it counts with the others."""
        for process in self.running.values():
            process.by = process.by or "random"
            os.kill(process.pid, signal.SIGKILL)
        while self.running:
            self._reap()
            time.sleep(0.002)

    def words(self) -> str:
        tally = self.journal.tally
        least = min(tally.by_failpoint[name] for name in failpoints.ALL)
        return (
            f"{tally.kills} kills ({tally.by_kind['postgres']} of PostgreSQL), {len(self.mails)} mails, "
            f"{self._open} open cases, {tally.starts[COLD]} cold starts, least-hit failpoint {least}"
        )
