"""The same sweep as SQL written by hand for SQLite: a handful of statements a chunk, in one transaction.

It knows what `sql_by_hand` knows and writes the same rows, with every commit on disk (synchronous=FULL).
The claimed cases go into a temporary table, from which everything is written; updates go by primary key,
and a CROSS JOIN keeps SQLite from scanning every stage entry.
SQLite has no SHA-256: the chain's hash is the service's own function, called from SQL.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from benchmarks.sql_by_hand import terms
from escalation.models.types import utc_text
from escalation.security.chain import event_hash

CHUNK = 1_000
_AGENCIES = ("id", "nation", "zone", "opens", "closes", "weekdays", "closures", "hours", "terms")


def sweep(file: Path, chunk: int = CHUNK) -> int:
    """Moves every due case up, a transaction a chunk; gives how many were moved."""
    moved = 0
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        connection.create_function("event_hash", 5, event_hash, deterministic=True)
        _look_up(connection)
        partnerships = connection.execute("SELECT id FROM partnership").fetchall()
        for (partnership,) in partnerships:
            while done := _chunk(connection, partnership, chunk):
                moved += done
        connection.execute(_NEXT_DUE).fetchall()
    return moved


def _chunk(connection: sqlite3.Connection, partnership: int, chunk: int) -> int:
    connection.execute("BEGIN IMMEDIATE")
    now, epoch = _read(connection)
    at_us = int(now.timestamp()) * 1_000_000 + now.microsecond
    values = {"now": utc_text(now), "at_us": str(at_us), "epoch": epoch}
    values |= {"partnership": partnership, "chunk": chunk}
    connection.execute("DELETE FROM moved")
    count = connection.execute(_CLAIM, values).rowcount
    if count:
        for statement in _WRITE:
            connection.execute(statement, values)
    connection.execute("COMMIT")
    return count


def _read(connection: sqlite3.Connection) -> tuple[datetime, int]:
    offset, epoch = connection.execute("SELECT offset_seconds, epoch FROM installation").fetchone()
    return datetime.now(UTC) + timedelta(seconds=offset), epoch


def _look_up(connection: sqlite3.Connection) -> None:
    """What is the same for a whole sweep: whom to tell for each post, and each agency's next deadline."""
    now, _ = _read(connection)
    for statement in _TABLES:
        connection.execute(statement)
    rows = connection.execute(f"SELECT {', '.join(_AGENCIES)} FROM agency")
    agencies = [SimpleNamespace(**dict(zip(_AGENCIES, row, strict=True))) for row in rows]
    connection.execute("BEGIN")
    connection.executemany(
        "INSERT INTO term VALUES (?, ?, ?, ?, ?)", [_as_text(row) for row in terms(agencies, now)]
    )
    connection.execute(_TOLD, {"now": utc_text(now)})
    connection.execute("COMMIT")


def _as_text(row: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(utc_text(value) if isinstance(value, datetime) else value for value in row)


_TABLES = (
    "CREATE TEMPORARY TABLE term (agency_id INTEGER PRIMARY KEY, due_at TEXT, remind_at TEXT,"
    " calendar_version TEXT, zone TEXT)",
    "CREATE TEMPORARY TABLE told (post_id INTEGER, account_id INTEGER, kind TEXT)",
    "CREATE INDEX told_post ON told (post_id)",
    "CREATE TEMPORARY TABLE moved (id INTEGER PRIMARY KEY, partnership_id INTEGER, raiser_id INTEGER,"
    " event_seq INTEGER, entry_seq INTEGER, head TEXT, clock_entry INTEGER, clock TEXT, rung INTEGER,"
    " late_by INTEGER, body1 TEXT, hash1 TEXT, body2 TEXT, hash2 TEXT, places INTEGER, raising INTEGER,"
    " challenged INTEGER, lead INTEGER, manager INTEGER, office INTEGER, raising_head INTEGER,"
    " challenged_head INTEGER)",
)

_LAPSED = """'{"actor":null,"at_us":' || :at_us || ',"codes":{"climbs":true,"clock":"reply","due":"'
  || strftime('%Y-%m-%dT%H:%M:%S', d.due_at) || '+00:00","late_by":'
  || (unixepoch(:now) - unixepoch(d.due_at)) || ',"rung":' || d.rung
  || ',"waits_for":"challenged_manager"},"kind":"deadline_lapsed","slot":null,"via":null}'"""
_MOVED = """'{"actor":null,"at_us":' || :at_us || ',"codes":{"cause":"silence","from":"manager_review",'
  || '"to":"senior_challenge","waits_for":"challenged_manager"},"kind":"moved_up","slot":null,"via":null}'"""
_CLAIM = f"""
INSERT INTO moved (id, partnership_id, raiser_id, event_seq, entry_seq, head, clock_entry, clock, rung,
  late_by, body1, body2)
SELECT c.id, c.partnership_id, c.raiser_id, c.event_seq, c.entry_seq, c.head, d.entry_seq, d.clock, d.rung,
  unixepoch(:now) - unixepoch(d.due_at), {_LAPSED}, {_MOVED}
FROM deadline d JOIN "case" c ON c.partnership_id = d.partnership_id AND c.id = d.case_id
WHERE d.partnership_id = :partnership AND d.state = 'open' AND d.set_aside IS NULL
  AND c.paused_at IS NULL AND d.due_at <= :now
ORDER BY d.due_at LIMIT :chunk
"""
_KEY = "partnership_id, case_id"
_WRITE = (
    "UPDATE moved SET hash1 = event_hash(partnership_id, id, event_seq + 1, head, body1)",
    "UPDATE moved SET hash2 = event_hash(partnership_id, id, event_seq + 2, hash1, body2)",
    """UPDATE moved SET (places, raising, challenged, lead, manager, office) = (
      SELECT count(*), max(agency_id) FILTER (WHERE slot = 'raising_lead'),
        max(agency_id) FILTER (WHERE slot = 'challenged_manager'),
        max(post_id) FILTER (WHERE slot = 'raising_lead'),
        max(post_id) FILTER (WHERE slot = 'challenged_manager'),
        max(post_id) FILTER (WHERE slot = 'business_manager')
      FROM participation p WHERE p.partnership_id = moved.partnership_id AND p.case_id = moved.id)""",
    """UPDATE moved SET
      raising_head = (SELECT id FROM post p WHERE p.partnership_id = moved.partnership_id
        AND p.agency_id = moved.raising AND p.tier = 'head'),
      challenged_head = (SELECT id FROM post p WHERE p.partnership_id = moved.partnership_id
        AND p.agency_id = moved.challenged AND p.tier = 'head')""",
    """INSERT INTO event (partnership_id, case_id, seq, entry_seq, at, kind, body, previous, hash)
    SELECT partnership_id, id, event_seq + 1, entry_seq + 1, :now, 'deadline_lapsed', body1, head, hash1
      FROM moved
    UNION ALL
    SELECT partnership_id, id, event_seq + 2, entry_seq + 1, :now, 'moved_up', body2, hash1, hash2
      FROM moved""",
    f"""UPDATE stage_entry SET left_at = :now
    WHERE ({_KEY}, seq) IN (SELECT partnership_id, id, entry_seq FROM moved)""",
    f"""INSERT INTO stage_entry ({_KEY}, seq, stage, phase, pace, cause, entered_at)
    SELECT m.partnership_id, m.id, m.entry_seq + 1, 'senior_challenge', 'senior', s.pace, 'silence', :now
    FROM moved m CROSS JOIN stage_entry s ON s.partnership_id = m.partnership_id AND s.case_id = m.id
      AND s.seq = m.entry_seq""",
    f"""INSERT INTO participation ({_KEY}, no, side, slot, agency_id, post_id, vacant, entry_seq, joined_at)
    SELECT partnership_id, id, places + 1, 'raising', 'raising_head', raising, raising_head, 0,
      entry_seq + 1, :now FROM moved
    UNION ALL
    SELECT partnership_id, id, places + 2, 'challenged', 'challenged_head', challenged, challenged_head, 0,
      entry_seq + 1, :now FROM moved""",
    f"""UPDATE deadline SET state = 'lapsed', ended_at = :now,
      late_by = (SELECT late_by FROM moved WHERE moved.id = deadline.case_id)
    WHERE ({_KEY}, entry_seq, clock, rung) IN
      (SELECT partnership_id, id, clock_entry, clock, rung FROM moved)""",
    f"""INSERT INTO deadline ({_KEY}, entry_seq, clock, rung, side, waits_for, base_at, budget, due_at,
      remind_at, calendar_version, zone, state, late_by)
    SELECT m.partnership_id, m.id, m.entry_seq + 1, 'position', 1, 'challenged', 'challenged_head', :now,
      '3 working_days', t.due_at, t.remind_at, t.calendar_version, t.zone, 'open', 0
    FROM moved m JOIN term t ON t.agency_id = m.challenged""",
    """UPDATE "case" SET stage = 'senior_challenge', phase = 'senior', version = version + 1,
      (entry_seq, event_seq, head) = (SELECT m.entry_seq + 1, m.event_seq + 2, m.hash2 FROM moved m
        WHERE m.id = "case".id)
    WHERE id IN (SELECT id FROM moved)""",
    """INSERT INTO outbox (partnership_id, case_id, event_seq, name, account_id, slot, via, dedupe_key,
      state, owed_at, next_at, attempts, lease_token, epoch)
    SELECT partnership_id, id, seq, name, account_id, slot, kind,
      partnership_id || ':' || id || ':' || seq || ':' || name || ':' || account_id, 'owed', :now, :now, 0,
      0, :epoch
    FROM (
      SELECT m.partnership_id, m.id, m.event_seq + 2 AS seq, n.name, n.slot, t.account_id, t.kind
      FROM moved m CROSS JOIN (
        SELECT 'moved_up_silent' AS name, 'challenged_manager' AS slot UNION ALL
        SELECT 'moved_up_office', 'business_manager' UNION ALL
        SELECT 'moved_up_next', 'challenged_head' UNION ALL
        SELECT 'moved_up_next', 'raising_head' UNION ALL
        SELECT 'moved_up_told', 'raising_lead') n
      JOIN told t ON t.post_id = CASE n.slot WHEN 'challenged_manager' THEN m.manager
        WHEN 'business_manager' THEN m.office WHEN 'challenged_head' THEN m.challenged_head
        WHEN 'raising_head' THEN m.raising_head ELSE m.lead END
      UNION ALL
      SELECT partnership_id, id, event_seq + 2, 'moved_up_raiser', 'raiser', raiser_id, 'holder'
      FROM moved)""",
)
_TOLD = """
INSERT INTO told
WITH held AS (
  SELECT h.post_id, h.account_id, h.kind, h.kind = 'holder'
    AND a.mail_ok AND (h.away_until IS NULL OR h.away_until <= :now) AS present
  FROM holding h JOIN account a ON a.id = h.account_id AND a.active
  WHERE h.from_at <= :now AND (h.to_at IS NULL OR h.to_at > :now)
)
SELECT post_id, account_id, kind FROM held WHERE present
UNION ALL
SELECT h.post_id, h.account_id, h.kind FROM held h WHERE h.kind = 'deputy'
  AND NOT EXISTS (SELECT 1 FROM held p WHERE p.post_id = h.post_id AND p.present)
"""
_NEXT_DUE = """
SELECT p.id, (SELECT d.due_at FROM deadline d
    JOIN "case" c ON c.partnership_id = d.partnership_id AND c.id = d.case_id
    WHERE d.partnership_id = p.id AND d.state = 'open' AND d.set_aside IS NULL AND c.paused_at IS NULL
    ORDER BY d.due_at LIMIT 1)
FROM partnership p
"""
