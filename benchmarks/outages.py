"""What the service does after it was away: 10,000 cases are overdue, for a second to thirty days.

    python -m benchmarks.outages [--cases 20000] [--due 10000] [--out FILE]

On a PostgreSQL of its own, with every commit on disk. One database is filled; some of its due cases are then
answered and some withdrawn. For each outage a copy of it comes back so long after the due instant, and the
jobs run as the scheduler would run them, until nothing is due. What they did is then looked up in the
tables, by statements that share nothing with the service. It ends with an error when anything is wrong.
"""

import argparse
import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg

from benchmarks import machine, open_cases, towns
from benchmarks.service import migrate, service
from escalation.extensions import db
from escalation.services import job_log, lapses, moves, moving_clock, reminders
from escalation.services.submissions import new_key
from workflows.commands import KeepDecision, Withdraw

OUTAGES = {
    "1 second": timedelta(seconds=1),
    "1 hour": timedelta(hours=1),
    "9 days": timedelta(days=9),
    "30 days": timedelta(days=30),
}
ANSWERED = 100
"""So many of the due cases are answered in time, and as many withdrawn."""
BAR = 120.0
"""Seconds within which everything must be caught up."""


@dataclass(slots=True)
class Outage:
    """What happened after one outage: deadlines that were overdue, how it went, and what was wrong."""

    away: str
    overdue: int = 0
    lapsed: int = 0
    moved_up: int = 0
    seconds: float = 0.0
    latest_by: int = 0
    wrong: dict[str, int] = field(default_factory=dict)


def prepare(server: machine.Server, name: str, cases: int, due: int) -> None:
    """Open cases, of which some fall due at towns.DUE; of these some are answered and some withdrawn."""
    migrate(server.create(name))
    with service(server.url(name)):
        open_cases.fill(cases, due)
        towns.at_due(-3_600)
        _answer(server.words(name))


def _answer(address: str) -> None:
    query = (
        "SELECT c.public_id, c.raiser_id, (SELECT h.account_id FROM participation p JOIN holding h"
        " ON h.post_id = p.post_id AND h.kind = %s WHERE p.case_id = c.id AND p.slot = 'challenged_manager')"
        " FROM \"case\" c JOIN deadline d ON d.case_id = c.id WHERE d.clock = 'reply' AND d.state = 'open'"
        " AND d.due_at = %s ORDER BY c.id LIMIT %s"
    )
    with psycopg.connect(address) as connection:
        rows = connection.execute(query, ("holder", towns.DUE, 2 * ANSWERED)).fetchall()
    kept = KeepDecision(reasons="The findings stand.", would_change_mind="Another scan.")
    for number, (case, raiser, manager) in enumerate(rows):
        if number % 2:
            moves.make_move(case, raiser, Withdraw(reasons="It was settled by telephone."), new_key())
        else:
            moves.make_move(case, manager, kept, new_key())


def come_back(server: machine.Server, template: str, away: str) -> Outage:
    """A copy of the database comes back after an outage, and catches up."""
    found = Outage(away)
    server.create("round", template)
    address = server.words("round")
    with service(server.for_service("round")):
        towns.at_due(-600)
        job_log.ran(lapses.JOB, {})
        moving_clock.move_to(towns.DUE + OUTAGES[away])
        found.overdue = _count(address, _OVERDUE)
        _mark(address)
        started = time.perf_counter()
        _catch_up()
        found.seconds = round(time.perf_counter() - started, 1)
        db.engine.dispose()
    _make_searchable(address)
    found.lapsed = _count(
        address, "SELECT count(*) FROM deadline WHERE state = 'lapsed' AND ended_at >= mark()"
    )
    found.moved_up = _count(address, "SELECT count(*) FROM event WHERE kind = 'moved_up' AND at >= mark()")
    found.latest_by = _count(
        address, "SELECT coalesce(max(late_by), 0) FROM deadline WHERE ended_at >= mark()"
    )
    late = OUTAGES[away] > lapses.IN_TIME
    found.wrong = {what: n for what, query in _wrong(late).items() if (n := _count(address, query))}
    if found.seconds > BAR:
        found.wrong["not caught up in time"] = 1
    return found


def _catch_up() -> None:
    """As the scheduler would: sweeps and reminders, until the next deadline lies ahead."""
    while True:
        swept = lapses.lapse_overdue()
        reminders.remind()
        if swept.next_due is None or swept.next_due > job_log.now():
            return


def _mark(address: str) -> None:
    """Keeps the instant of coming back, and how the cases stood then."""
    with psycopg.connect(address) as connection:
        connection.execute(f"CREATE FUNCTION mark() RETURNS timestamptz LANGUAGE sql AS $$ SELECT {_NOW} $$")
        row = connection.execute("SELECT mark()").fetchone()
        assert row is not None
        connection.execute(
            "CREATE OR REPLACE FUNCTION mark() RETURNS timestamptz LANGUAGE sql IMMUTABLE AS"
            f" $$ SELECT '{row[0].isoformat()}'::timestamptz $$"
        )
        connection.execute(f"CREATE TABLE overdue AS SELECT d.* FROM deadline d WHERE {_IS_OVERDUE}")
        connection.execute('CREATE TABLE stood AS SELECT id, stage, phase, event_seq, position FROM "case"')


def _make_searchable(address: str) -> None:
    """The questions ask by case alone, which no index of the service's begins with."""
    with psycopg.connect(address, autocommit=True) as connection:
        for table in ("event", "deadline", "stage_entry", "outbox", "overdue"):
            connection.execute(f"CREATE INDEX ON {table} (case_id)".encode())
        connection.execute("ANALYZE")


_NOW = "clock_timestamp() + (SELECT offset_seconds FROM installation) * interval '1 second'"
_IS_OVERDUE = f"d.state = 'open' AND d.due_at <= {_NOW}"
_OVERDUE = f"SELECT count(*) FROM deadline d WHERE {_IS_OVERDUE}"
_SAME = "d.case_id = o.case_id AND d.entry_seq = o.entry_seq AND d.clock = o.clock AND d.rung = o.rung"
_LAPSE = "(e.body::json->'codes')"


_FALSE_REASON = {
    True: "SELECT count(*) FROM event e WHERE kind = 'deadline_lapsed' AND at >= mark() AND"
        f" ({_LAPSE}->>'why_late' IS NOT DISTINCT FROM 'service_away') <>"
        f" (({_LAPSE}->>'late_by')::int >= {int(lapses.IN_TIME.total_seconds())})",
    False: "SELECT count(*) FROM event e WHERE kind = 'deadline_lapsed' AND at >= mark()"
        f" AND {_LAPSE}->>'why_late' IS NOT NULL",
}  # fmt: skip
"""By whether the outage was long enough to be late."""


def _wrong(late: bool) -> Mapping[str, str]:
    """Statements that count what must not be, by what it is."""
    return {
        "still overdue": _OVERDUE,
        "overdue, and neither lapsed nor stopped by the climb of its case":
            f"SELECT count(*) FROM overdue o JOIN deadline d ON {_SAME} WHERE d.state NOT IN ('lapsed', 'stopped')",
        "stopped though its case did not climb":
            f"SELECT count(*) FROM overdue o JOIN deadline d ON {_SAME} WHERE d.state = 'stopped' AND NOT EXISTS"
            " (SELECT 1 FROM event e WHERE e.case_id = d.case_id AND e.kind = 'moved_up' AND e.at = d.ended_at)",
        "set aside": "SELECT count(*) FROM deadline WHERE set_aside IS NOT NULL",
        "lapsed before its instant, to the microsecond":
            "SELECT count(*) FROM deadline WHERE state = 'lapsed' AND ended_at < due_at",
        "lapsed twice": "SELECT count(*) FROM (SELECT case_id, entry_seq, e.body::json->'codes'->>'clock' AS clock,"
            f" {_LAPSE}->>'rung' AS rung FROM event e WHERE kind = 'deadline_lapsed' GROUP BY 1, 2, 3, 4"
            " HAVING count(*) > 1) twice",
        "not dated as scheduled": f"SELECT count(*) FROM overdue o JOIN deadline d ON {_SAME} WHERE d.state = 'lapsed'"
            f" AND (d.due_at <> o.due_at OR NOT EXISTS (SELECT 1 FROM event e WHERE e.case_id = o.case_id"
            f" AND e.kind = 'deadline_lapsed' AND {_LAPSE}->>'clock' = o.clock"
            f" AND ({_LAPSE}->>'due')::timestamptz = o.due_at AND ({_LAPSE}->>'late_by')::int = d.late_by))",
        "late by another length than it was": "SELECT count(*) FROM deadline WHERE state = 'lapsed' AND late_by <>"
            " trunc(extract(epoch FROM ended_at - due_at))",
        "late without a reason, or in time with one": _FALSE_REASON[late],
        "two stages in one transaction": "SELECT count(*) FROM (SELECT case_id FROM event WHERE kind = 'moved_up'"
            " AND at >= mark() GROUP BY case_id, at HAVING count(*) > 1) two",
        "a stage left out": "SELECT count(*) FROM stood s JOIN stage_entry n ON n.case_id = s.id AND n.entered_at"
            " >= mark() WHERE NOT EXISTS (SELECT 1 FROM (VALUES ('manager_review', 'senior_challenge'),"
            " ('senior_challenge', 'board_arbitration')) way(a, b) WHERE way.b = n.stage AND way.a = (SELECT p.stage"
            " FROM stage_entry p WHERE p.case_id = n.case_id AND p.seq = n.seq - 1))",
        "rungs out of order": "SELECT count(*) FROM (SELECT e.seq, "
            f"({_LAPSE}->>'due')::timestamptz AS due, lag(({_LAPSE}->>'due')::timestamptz) OVER"
            " (PARTITION BY case_id ORDER BY seq) AS before FROM event e WHERE kind = 'deadline_lapsed'"
            " AND at >= mark()) rows WHERE due < before",
        "a next clock that does not begin when its holder is told": "SELECT count(*) FROM deadline d JOIN stage_entry s"
            " ON s.case_id = d.case_id AND s.seq = d.entry_seq WHERE s.entered_at >= mark() AND d.base_at < s.entered_at",
        "a next clock that is over already": "SELECT count(*) FROM deadline d JOIN stage_entry s ON s.case_id ="
            " d.case_id AND s.seq = d.entry_seq WHERE s.entered_at >= mark() AND d.due_at <= s.entered_at",
        "moved, and nobody is owed a mail": "SELECT count(*) FROM event e WHERE kind = 'moved_up' AND at >= mark() AND"
            " NOT EXISTS (SELECT 1 FROM outbox o WHERE o.case_id = e.case_id AND o.event_seq = e.seq)"
            " AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.case_id = e.case_id AND o.owed_at = e.at)",
        "anything after it was withdrawn": 'SELECT count(*) FROM event e JOIN stood s ON s.id = e.case_id'
            " WHERE s.phase = 'closed' AND e.seq > s.event_seq",
        "moved up by silence after a reply": 'SELECT count(*) FROM event e JOIN stood s ON s.id = e.case_id'
            " WHERE s.position = 'kept' AND e.seq > s.event_seq AND (e.kind = 'moved_up' OR"
            f" {_LAPSE}->>'clock' = 'reply')",
        "open, and no clock runs": 'SELECT count(*) FROM "case" c WHERE phase NOT IN (\'closed\', \'draft\') AND NOT'
            " EXISTS (SELECT 1 FROM deadline d WHERE d.case_id = c.id AND d.state = 'open' AND d.entry_seq ="
            " c.entry_seq)",
    }  # fmt: skip


def on_the_instant(server: machine.Server, template: str) -> Outage:
    """Sweeps without a pause while the due instant passes: none is early by a microsecond."""
    found = Outage("none: swept without a pause over the instant")
    server.create("round", template)
    address = server.words("round")
    with service(server.url("round")):
        _mark(address)
        towns.at_due(-2)
        found.overdue = _count(
            address, "SELECT count(*) FROM deadline WHERE state = 'open' AND due_at = %s", towns.DUE
        )
        started, sweeps = time.perf_counter(), 0
        while (lapses.lapse_overdue().next_due or towns.DUE) <= towns.DUE:
            sweeps += 1
        found.seconds = round(time.perf_counter() - started, 1)
        db.engine.dispose()
    found.lapsed = _count(
        address, "SELECT count(*) FROM deadline WHERE state = 'lapsed' AND due_at = %s", towns.DUE
    )
    early = "SELECT count(*) FROM deadline WHERE state = 'lapsed' AND ended_at < due_at"
    seen = {"early": _count(address, early), "no sweep came before the instant": int(sweeps == 0)}
    found.wrong = {what: count for what, count in seen.items() if count}
    return found


def _count(address: str, query: str, *values: object) -> int:
    with psycopg.connect(address) as connection:
        row = connection.execute(query.encode(), values or None).fetchone()
    assert row is not None
    return int(row[0])


def _shown(outage: Outage) -> Outage:
    print(
        f"  away {outage.away}: {outage.overdue} overdue, {outage.lapsed} lapsed, {outage.moved_up} moved up"
        f" in {outage.seconds} s; wrong: {outage.wrong or 'nothing'}",
        flush=True,
    )
    return outage


def main() -> None:
    """Prints a line for each outage; writes the figures."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--cases", type=int, default=20_000)
    asked.add_argument("--due", type=int, default=10_000)
    asked.add_argument("--out", type=Path)
    given = asked.parse_args()
    commit = machine.commit()
    with machine.server() as server:
        words = f"{machine.words()}; {server.settings()}"
        print(f"{words}; commit {commit}", flush=True)
        prepare(server, "filled", given.cases, given.due)
        found = [_shown(on_the_instant(server, "filled"))]
        found += [_shown(come_back(server, "filled", away)) for away in OUTAGES]
    if given.out:
        figures: dict[str, Any] = {"commit": commit, "machine": words, "open_cases": given.cases}
        known = json.loads(given.out.read_text()) if given.out.exists() else {}
        rows = [asdict(outage) for outage in found]
        given.out.write_text(json.dumps(known | {"outages": figures | {"rounds": rows}}, indent=1) + "\n")
    if any(outage.wrong for outage in found):
        raise SystemExit("something is wrong after an outage")


if __name__ == "__main__":
    main()
