"""How late a deadline is carried out, by the real scheduler process.

    python -m benchmarks.lateness [--quick]

A database holds cases that fall due at random instants, 40 ms apart in the middle, and then 1,000 in one
instant, five times over. `escalation jobs run` is started, with a mail server on loopback, and left alone:
it sweeps, reminds, hands mails over and audits as it does anywhere. How late a deadline was is told by the
database: the instant at which the transaction that moved the case was committed, less the instant at
which it was due. Idle means that nothing else runs; the mails of what lapsed leave meanwhile.
"""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median

import psycopg
from sqlalchemy import select

from benchmarks import machine, sweep, towns
from benchmarks.results import ROUNDS, Line, alone, at_most, p99
from benchmarks.service import environment, service, settings_for
from benchmarks.sink import sink
from escalation.jobs.registry import JOBS
from escalation.models import Partnership
from escalation.services import job_log, record_checks
from escalation.services.unit import reading

BAR_MS, BAR_BURST = 50.0, 1.0
APART = 0.040
START_UP = 15.0
"""Seconds before the first is due: a process is up and has looked ahead long before. A small try does not
wait for it, and so measures the start-up as well."""
REST = 6.0
"""Seconds between one thousand and the next."""


@dataclass(frozen=True, slots=True)
class Plan:
    """When cases fall due, in seconds from now: one after the other, and many at once."""

    begin: float
    single: Sequence[float]
    bursts: Sequence[float]
    in_a_burst: int

    @property
    def last(self) -> float:
        """When the last is due."""
        return self.bursts[-1]


def planned(singles: int, bursts: int, in_a_burst: int, *, begin: float = START_UP) -> Plan:
    """Random instants, then the bursts."""
    draw, at, single = random.Random(20261116), begin, []  # noqa: S311 (instants, not secrets)
    for _ in range(singles):
        at += draw.expovariate(1 / APART)
        single.append(at)
    return Plan(begin, single, [at + min(REST, begin) * (n + 1) for n in range(bursts)], in_a_burst)


def set_due(connection: psycopg.Connection, plan: Plan, now: datetime) -> None:
    """Gives the due cases of a database, in no order, their new instants."""
    query = "SELECT case_id FROM deadline WHERE state = 'open' AND due_at <= %s ORDER BY md5(case_id::text)"
    instant = {"now": now}
    row = connection.execute("SELECT min(due_at) FROM deadline WHERE state = 'open'").fetchone()
    assert row is not None
    cases = [case for (case,) in connection.execute(query, (row[0],))]
    seconds = [*plan.single, *(at for at in plan.bursts for _ in range(plan.in_a_burst))]
    if len(cases) < len(seconds):
        raise AssertionError(f"{len(cases)} cases for {len(seconds)} instants")
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE deadline SET due_at = %(now)s + %(in)s * interval '1 second'"
            " WHERE state = 'open' AND case_id = %(case)s",
            [instant | {"in": at, "case": case} for at, case in zip(seconds, cases, strict=False)],
        )
        cursor.execute(
            "UPDATE deadline SET due_at = %(now)s + interval '1 day'"
            " WHERE state = 'open' AND case_id = ANY(%(rest)s)",
            instant | {"rest": cases[len(seconds) :]},
        )
    connection.commit()


_LATE = """
SELECT extract(epoch FROM d.due_at - %(now)s)::float,
  extract(epoch FROM
    pg_xact_commit_timestamp(e.xmin) + i.offset_seconds * interval '1 second' - d.due_at)::float
FROM event e CROSS JOIN installation i
JOIN deadline d ON d.partnership_id = e.partnership_id AND d.case_id = e.case_id AND d.state = 'lapsed'
  AND d.ended_at = e.at
WHERE e.kind = 'deadline_lapsed' AND e.at > %(now)s ORDER BY 1
"""


@contextmanager
def scheduler(url: str, smtp_port: int) -> "Iterator[subprocess.Popen[bytes]]":
    """The real scheduler process, for this block."""
    settings = settings_for(url, smtp_port=smtp_port, public_base_url="https://localhost")
    command = [str(Path(sys.executable).with_name("escalation")), "jobs", "run"]
    run = subprocess.Popen(command, env={**os.environ, **environment(settings)}, stdout=subprocess.DEVNULL)
    try:
        yield run
    finally:
        run.terminate()
        run.wait(60)


def late(server: machine.Server, name: str, plan: Plan) -> tuple[list[float], list[float]]:
    """Seconds late of each single deadline, in order, and of the last of each burst."""
    with sink() as taking, psycopg.connect(server.words(name)) as connection:
        with service(server.url(name)):
            towns.at_due(-3600)
            _verified_today()
            now, set_at = job_log.now(), time.monotonic()
        set_due(connection, plan, now)
        with scheduler(server.for_service(name), taking.port) as running:
            if plan.begin >= START_UP:
                _until_up(connection, set_at)
            _wait(connection, running, plan, set_at, now)
        found = connection.execute(_LATE, {"now": now}).fetchall()
    singles = [by for due, by in found if due <= plan.single[-1] + 0.001]
    return singles, [max(by for due, by in found if abs(due - at) < 0.001) for at in plan.bursts]


def _verified_today() -> None:
    """Says of each record that it was verified today: once a day a verification takes a core, and this is an
    idle machine. (These towns are written by SQL: their records would not hold.)"""
    with reading() as unit:
        places = unit.session.execute(select(Partnership.public_id)).scalars().all()
    for place in places:
        record_checks.keep(place, "whole", 0)


def _until_up(connection: psycopg.Connection, set_at: float) -> None:
    """Until every job has run once. Raises when the first deadline was due by then: starting up is not
    what is measured."""
    while time.monotonic() < set_at + START_UP - 1:
        row = connection.execute("SELECT count(*) FROM job_run").fetchone()
        connection.commit()
        if row is not None and row[0] == len(JOBS):
            return
        time.sleep(0.2)
    raise AssertionError("the scheduler was not up in time: this machine is too busy")


def _wait(
    connection: psycopg.Connection,
    running: "subprocess.Popen[bytes]",
    plan: Plan,
    set_at: float,
    now: datetime,
) -> None:
    """Until every deadline was carried out. It asks nothing before the last is due: the machine is idle."""
    planned, last = len(plan.single) + len(plan.bursts) * plan.in_a_burst, set_at + plan.last
    query = "SELECT count(*) FROM event WHERE kind = 'deadline_lapsed' AND at > %s"
    while running.poll() is None and time.monotonic() < last + 60:
        time.sleep(min(1, plan.begin))
        if time.monotonic() < last:
            continue
        row = connection.execute(query, (now,)).fetchone()
        connection.commit()
        if row is not None and row[0] >= planned:
            return
    raise AssertionError("the scheduler ended by itself, or left deadlines undone")


def measured(server: machine.Server, quick: bool) -> tuple[Line, ...]:
    """The lateness that one in a hundred exceeds, and how long a thousand at once take."""
    singles, bursts, in_a_burst = (10, 1, 20) if quick else (300 * ROUNDS, ROUNDS, 1_000)
    due = singles + bursts * in_a_burst
    sweep.prepare(server, "lateness", due * 2, due + 20)
    plan = planned(singles, bursts, in_a_burst, begin=0.5 if quick else START_UP)
    found, ends = late(server, "lateness", plan)
    server.drop("lateness")
    if min(found) < 0:
        raise AssertionError("a deadline was carried out early")
    size = len(found) // min(ROUNDS, len(found))
    rounds = [found[start : start + size] for start in range(0, size * min(ROUNDS, len(found)), size)]
    late_ms, worst = median(p99(one) for one in rounds) * 1_000, max(found) * 1_000
    burst = median(ends)
    words = f"{in_a_burst:,} due in one instant, until the last is done"
    return (
        Line("lateness of a deadline, median", f"{median(found) * 1_000:,.1f} ms"),
        at_most(
            "lateness of a deadline, p99", late_ms, BAR_MS, words="under 50 ms", figure=f"{late_ms:,.1f} ms"
        ),
        Line("lateness of a deadline, worst", f"{worst:,.1f} ms"),
        at_most(words, burst, BAR_BURST, words="within 1 s", figure=f"{burst:,.2f} s"),
    )


if __name__ == "__main__":
    alone(measured, __doc__)
