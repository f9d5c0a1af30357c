"""What the checker reads: the tables by SQL of its own, the sink's log, and what people were answered.

Nothing of the service is imported here: a mistake of the service must not be made again by its judge.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg

from tests.faults.campaign.journal import lines
from tests.support.texts import opened_by_hand

_QUERIES = {
    "cases": 'SELECT id, partnership_id, public_id, phase, stage, entry_seq, event_seq, head, raiser_id, paused_at FROM "case"',
    "events": "SELECT partnership_id, case_id, seq, entry_seq, at, kind, body, previous, hash FROM event ORDER BY partnership_id, case_id, seq",
    "deadlines": "SELECT d.partnership_id, d.case_id, d.entry_seq, clock, rung, waits_for, base_at, budget, due_at, remind_at, reminded_at, zone, state, ended_at, set_aside, (SELECT max(a.closes) FROM participation p JOIN agency a ON a.id = p.agency_id WHERE p.partnership_id = d.partnership_id AND p.case_id = d.case_id AND p.slot = d.waits_for AND p.ended_at IS NULL) AS closes FROM deadline d",
    "entries": "SELECT partnership_id, case_id, seq, stage, phase, cause, entered_at, left_at FROM stage_entry ORDER BY partnership_id, case_id, seq",
    "mails": "SELECT id, partnership_id, case_id, event_seq, name, account_id, slot, state, message_id, error FROM outbox",
    "submissions": "SELECT account_id, key, result FROM submission",
    "statements": "SELECT partnership_id, case_id, event_seq, field, text FROM statement",
    "case_keys": "SELECT partnership_id, case_id, version, wrapped_by, wrapped FROM case_key",
    "partnership_keys": "SELECT partnership_id, version, wrapped_by, wrapped FROM partnership_key",
    "held": "SELECT partnership_id, account_id FROM holding UNION SELECT partnership_id, account_id FROM participation WHERE account_id IS NOT NULL",
}
_NOW = "SELECT clock_timestamp() + offset_seconds * interval '1 second' FROM installation"
_NOW_SQLITE = (
    "SELECT strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', offset_seconds || ' seconds') FROM installation"
)
Case = tuple[int, int]


@dataclass(slots=True)
class Found:
    """Everything there is to judge."""

    now: datetime
    tables: Mapping[str, list[Any]]
    taken: list[dict[str, Any]] = field(default_factory=list)
    """The sink's mails, in order, each with `heard`."""
    answered: list[tuple[str, str]] = field(default_factory=list)
    """Key and result of what people were told had been done."""
    stops: list[tuple[float, float]] = field(default_factory=list)
    """When PostgreSQL was stopped, from and to."""

    def of_cases(self, table: str) -> dict[Case, list[Any]]:
        """The rows of a table by case, in their order."""
        grouped: dict[Case, list[Any]] = {}
        for row in self.tables[table]:
            grouped.setdefault((row.partnership_id, row.case_id), []).append(row)
        return grouped


def read(database: str, folder: Path) -> Found:
    """Reads all of it. `database` is psycopg's words, or the path of a SQLite file."""
    found = _sqlite(database) if database.startswith("/") else _postgresql(database)
    found.tables = {**found.tables, "statements": _opened(found.tables)}
    found.taken = _taken(folder / "sink.log")
    for diary in sorted(folder.glob("diary-*")):
        found.answered += [(d["key"], d["result"]) for d in lines(diary) if d.get("what") == "answered"]
    found.stops = [(s["began"], s["at"]) for s in lines(folder / "journal") if s["what"] == "stopped"]
    return found


def _opened(tables: Mapping[str, list[Any]]) -> list[Any]:
    """What people wrote that carries a key of its own in its words."""
    rows, cases, places = (
        [vars(r) for r in tables[t]] for t in ("statements", "case_keys", "partnership_keys")
    )
    texts = (SimpleNamespace(**row) for row in opened_by_hand(rows, cases, places))
    return [text for text in texts if text.text.startswith(("T-", "Reasons of "))]


def _postgresql(words: str) -> Found:
    with psycopg.connect(words) as connection:
        row = connection.execute(_NOW).fetchone()
        assert row is not None
        tables = {}
        for name, query in _QUERIES.items():
            cursor = connection.execute(query)
            tables[name] = _rows(cursor.description or (), cursor)
        return Found(row[0].astimezone(UTC), tables)


def _sqlite(path: str) -> Found:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        now = datetime.fromisoformat(connection.execute(_NOW_SQLITE).fetchone()[0])
        tables = {}
        for name, query in _QUERIES.items():
            cursor = connection.execute(query)
            tables[name] = _rows(cursor.description, cursor)
        return Found(now, tables)
    finally:
        connection.close()


def _rows(described: Iterable[Any], cursor: Iterable[Any]) -> list[Any]:
    names = [column[0] for column in described]
    instants = {n for n in names if n == "at" or n.endswith("_at")}
    return [
        SimpleNamespace(**{n: _value(n in instants, v) for n, v in zip(names, row, strict=True)})
        for row in cursor
    ]


def _value(instant: bool, value: Any) -> Any:
    return instant_of(value) if instant and value is not None else value


def instant_of(value: Any) -> datetime:
    """An instant as either database gives it, in UTC."""
    read: datetime = datetime.fromisoformat(value) if isinstance(value, str) else value
    return read.astimezone(UTC)


def _taken(log: Path) -> list[dict[str, Any]]:
    taken: list[dict[str, Any]] = []
    heard: Counter[tuple[int, str]] = Counter()
    for line in lines(log):
        if line["what"] == "taken":
            taken.append(line)
        else:
            heard[line["connection"], line["id"]] += 1
    for line in taken:
        line["heard"] = heard[line["connection"], line["id"]] > 0
    return taken
