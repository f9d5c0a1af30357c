"""Rounds of failover under load: what each round does, and what is counted after it."""

import json
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from escalation.config import Settings
from tests.faults.failover import check
from tests.faults.failover.crew import Crew
from tests.faults.failover.node import Node, within
from tests.faults.failover.trio import Trio
from tests.support import beyond
from tests.support.mail_sink import MailSink

RUN_OUT = text(
    "UPDATE deadline SET due_at = clock_timestamp() WHERE state = 'open' AND case_id % 8 = :eighth"
)
"""An eighth of all deadlines, so that a sweep is under way at the kill. The clock is left alone: moved, it
would end the leases of mails that are just being handed over."""
LEFT_TO_DO = text(
    "SELECT (SELECT count(*) FROM outbox WHERE state = 'owed')"
    " + (SELECT count(*) FROM deadline WHERE state = 'open' AND due_at <= clock_timestamp())"
)
"""Mails that are owed, and deadlines that ran out and have not lapsed."""
_RAISED = re.compile(r"^(?:[a-z]\w*(?:\.\w+)+|\w+Error)(?:: \([\w.]+\))?", re.M)
HELD_SECONDS = 1.0
BEFORE, AFTER = 2.0, 2.0
"""Seconds of load before the kill and after the promotion."""


def _held(node: Node) -> None:
    node.hold_senders()
    time.sleep(HELD_SECONDS)


KILLS: dict[str, tuple[Callable[[Node], None], Callable[[Node], None]]] = {
    "SIGKILL": (lambda node: None, Node.kill),
    "immediate stop": (lambda node: None, Node.stop_at_once),
    "senders held, SIGKILL": (_held, Node.kill),
}
"""By name: what is done before the kill, and the kill."""


@dataclass(frozen=True, slots=True)
class Round:
    """One failover. Times in seconds: of the promotion, and without any acknowledged call, from the kill on."""

    number: int
    kill: str
    acknowledged: int
    promotion: float
    gap: float
    back_by: str
    found: check.Found


@dataclass(slots=True)
class Campaign:
    """Everything that a run of rounds works with."""

    trio: Trio
    crew: Crew
    sink: MailSink
    settings: Settings
    chance: random.Random
    rounds: list[Round] = field(default_factory=list)
    taken: list[check.Taken] = field(default_factory=list)

    def play(self, kill: str) -> Round:
        """One round, and what was found after it."""
        before, killing = KILLS[kill]
        known = len(self.crew.acknowledged())
        time.sleep(BEFORE + self.chance.random())
        with self.connected() as connection, connection.begin():
            connection.execute(RUN_OUT, {"eighth": len(self.rounds) % 8})
        time.sleep(self.chance.random() / 2)
        old = self.trio.primary
        before(old)
        killed = time.time()
        killing(old)
        promotion = self.trio.promote()
        self._await_work_after(killed)
        time.sleep(AFTER)
        back_by = self.trio.take_back(old)
        found, calls = self.look()
        gap = silence_after(calls, killed, killed + promotion)
        done = Round(len(self.rounds) + 1, kill, len(calls) - known, promotion, gap, back_by, found)
        self.rounds.append(done)
        return done

    def _await_work_after(self, killed: float) -> None:
        def again() -> bool:
            calls = self.crew.acknowledged()
            return bool(calls) and calls[-1]["began"] > killed

        within(60, "somebody is heard again", again)

    def look(self) -> tuple[check.Found, list[dict[str, float]]]:
        """What is found now, and the calls it is compared with."""
        for mail in self.sink.mails[len(self.taken) :]:
            self.taken.append(check.Taken.read(mail))
        # The mails and the calls first: what is in the database later than they is no fault.
        calls = self.crew.acknowledged()
        with self.connected() as connection:
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
            return check.look(connection, calls, self.taken, self.settings.mail_domain), calls

    def end(self) -> tuple[check.Found, int, Counter[str], list[int]]:
        """People go home, the post room empties its desk, the schedulers end. What is found then, the events
        whose chain does not hold, calls that came out otherwise, and the schedulers' exit codes."""
        others = self.crew.people_go_home()
        within(600, "every mail has left, and everything due has lapsed", self._desk_is_empty)
        codes = self.crew.schedulers_end()
        with self.connected() as connection:
            broken = check.broken_chains(connection)
        return self.look()[0], broken, others, codes

    def _desk_is_empty(self) -> bool:
        time.sleep(0.5)
        with self.connected() as connection:
            return not connection.execute(LEFT_TO_DO).scalar_one()

    @contextmanager
    def connected(self) -> Iterator[Connection]:
        """A connection to whichever node takes writes."""
        engine = create_engine(beyond.as_owner(self.settings.database_url), poolclass=NullPool)
        with engine.connect() as connection:
            yield connection


def silence_after(calls: list[dict[str, float]], killed: float, promoted: float) -> float:
    """The longest time from the kill on in which nothing was acknowledged, begun before the new primary stood."""
    ended = [call["ended"] for call in calls]
    around = [(e, later) for e, later in pairwise(ended) if later > killed and e < promoted]
    return max(later - max(earlier, killed) for earlier, later in around)


def longest_silence(calls: list[dict[str, float]]) -> float:
    """The longest time, in seconds, in which nothing at all was acknowledged."""
    ended = [call["ended"] for call in calls]
    return max((later - earlier for earlier, later in pairwise(ended)), default=0.0)


def longest_call(calls: list[dict[str, float]]) -> float:
    """The longest that somebody waited for an answer, with every new try, in seconds."""
    return max((call["ended"] - call["began"] for call in calls), default=0.0)


def failed_jobs(folder: Path) -> Counter[str]:
    """The runs of jobs that failed, by job and the kind of the error, from the schedulers' logs."""
    lines = [line for file in folder.glob("jobs-*.log") for line in file.read_text().splitlines()]
    failures = [json.loads(line) for line in lines if '"event": "a job failed"' in line]
    return Counter(f"{failure['job']}: {_reason(failure['exception'])}" for failure in failures)


def _reason(traceback: str) -> str:
    """The kind of what was raised last, with the driver's; no words, which hold places of this machine."""
    said = _RAISED.findall(traceback)
    return said[-1] if said else ""
