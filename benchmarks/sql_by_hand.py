"""The limit: the same sweep as SQL written by hand for exactly these cases, a chunk a statement.

It decides nothing: it knows that every due case stands in manager review of the four-stage procedure,
that every post is held, and that nobody holds two. It claims, locks and writes what the service writes:
both events with their chain (hashed in the database), the ended deadline and the next, the stage that is
left and the one entered, the two heads who now take part, the case, and six owed mails. The next due
instants of each agency, by the service's own calendar, and whom to tell for each post are looked up once.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row

from escalation.services import directory
from workflows.amount import Amount
from workflows.deadlines import due_instant, remind_instant
from workflows.vocabulary import Unit

CHUNK = 1_000
_NOW = "SELECT clock_timestamp() + offset_seconds * interval '1 second', epoch FROM installation"
_AGENCIES = "SELECT id, nation, zone, opens, closes, weekdays, closures, hours, terms FROM agency"


def sweep(address: str, chunk: int = CHUNK) -> int:
    """Moves every due case up, a transaction a chunk; gives how many were moved."""
    moved = 0
    with psycopg.connect(address) as connection:
        _look_up(connection)
        partnerships = connection.execute("SELECT id FROM partnership").fetchall()
        for (partnership,) in partnerships:
            while done := _chunk(connection, partnership, chunk):
                moved += done
        connection.execute(_NEXT_DUE)
    return moved


def _chunk(connection: psycopg.Connection, partnership: int, chunk: int) -> int:
    with connection.transaction():
        now, epoch = _read(connection)
        at_us = int(now.timestamp()) * 1_000_000 + now.microsecond
        values = {"now": now, "at_us": str(at_us), "epoch": epoch}
        values |= {"partnership": partnership, "chunk": chunk}
        return connection.execute(_MOVE_UP, values, prepare=True).rowcount


def _read(connection: psycopg.Connection) -> tuple[datetime, int]:
    row = connection.execute(_NOW).fetchone()
    assert row is not None
    return row[0].astimezone(UTC), row[1]


def _look_up(connection: psycopg.Connection) -> None:
    """What is the same for a whole sweep: whom to tell for each post, and each agency's next deadline."""
    now, _ = _read(connection)
    connection.execute(
        "CREATE TEMPORARY TABLE term (agency_id bigint PRIMARY KEY, due_at timestamptz,"
        " remind_at timestamptz, calendar_version text, zone text)"
    )
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        agencies = cursor.execute(_AGENCIES).fetchall()
    with connection.cursor().copy("COPY term FROM STDIN") as copy:
        for row in terms(agencies, now):
            copy.write_row(row)
    psycopg.ClientCursor(connection).execute(_TOLD, {"now": now})
    for statement in ("CREATE INDEX ON told (post_id)", "ANALYZE told", "ANALYZE term"):
        connection.execute(statement)
    connection.commit()


def terms(
    agencies: Sequence[Any], now: datetime
) -> Iterator[tuple[int, datetime, datetime | None, str, str]]:
    """For each agency: when the position of its head is due and to be reminded of, by which calendar."""
    for agency in agencies:
        calendar = directory.calendar_of(agency)
        due = due_instant(Amount(3, Unit.WORKING_DAYS), now, calendar)
        remind = remind_instant(due, Amount(1, Unit.WORKING_DAYS), now, calendar)
        yield agency.id, due, remind, calendar.version, calendar.zone


def _hash(seq: str, previous: str, body: str) -> str:
    fields = ("c.partnership_id::text", "c.id::text", f"({seq})::text", previous, body)
    framed = " || ".join(
        f"int8send(octet_length({field})::bigint) || convert_to({field}, 'UTF8')" for field in fields
    )
    return f"encode(sha256('escalation-event-v1'::bytea || {framed}), 'hex')"


_LAPSED = """'{"actor":null,"at_us":' || %(at_us)s || ',"codes":{"climbs":true,"clock":"reply","due":"'
  || to_char(c.due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS')
  || '+00:00","late_by":' || c.late_by || ',"rung":' || c.rung
  || ',"waits_for":"challenged_manager"},"kind":"deadline_lapsed","slot":null,"via":null}'"""
_MOVED = """'{"actor":null,"at_us":' || %(at_us)s || ',"codes":{"cause":"silence","from":"manager_review",'
  || '"to":"senior_challenge","waits_for":"challenged_manager"},"kind":"moved_up","slot":null,"via":null}'"""

_MOVE_UP = f"""
WITH claimed AS MATERIALIZED (
  SELECT c.partnership_id, c.id, c.raiser_id, c.event_seq, c.entry_seq, c.head,
         d.entry_seq AS clock_entry, d.clock, d.rung, d.due_at,
         trunc(extract(epoch FROM %(now)s - d.due_at))::int AS late_by
  FROM deadline d JOIN "case" c ON c.partnership_id = d.partnership_id AND c.id = d.case_id
  WHERE d.partnership_id = %(partnership)s AND d.state = 'open' AND d.set_aside IS NULL
    AND c.paused_at IS NULL AND d.due_at <= %(now)s
  ORDER BY d.due_at LIMIT %(chunk)s FOR UPDATE OF c SKIP LOCKED
), place AS MATERIALIZED (
  SELECT c.id, count(*) AS places,
    max(p.agency_id) FILTER (WHERE p.slot = 'raising_lead') AS raising,
    max(p.agency_id) FILTER (WHERE p.slot = 'challenged_manager') AS challenged,
    max(p.post_id) FILTER (WHERE p.slot = 'raising_lead') AS lead,
    max(p.post_id) FILTER (WHERE p.slot = 'challenged_manager') AS manager,
    max(p.post_id) FILTER (WHERE p.slot = 'business_manager') AS office
  FROM claimed c JOIN participation p ON p.partnership_id = c.partnership_id AND p.case_id = c.id
  GROUP BY c.id
), lapsed AS MATERIALIZED (
  SELECT c.*, b.body AS body1, {_hash("c.event_seq + 1", "c.head", "b.body")} AS hash1
  FROM claimed c CROSS JOIN LATERAL (SELECT {_LAPSED} AS body) b
), moved AS MATERIALIZED (
  SELECT c.*, p.places, p.raising, p.challenged, p.lead, p.manager, p.office,
    r.id AS raising_head, h.id AS challenged_head, t.due_at AS next_due, t.remind_at, t.calendar_version,
    t.zone, b.body AS body2, {_hash("c.event_seq + 2", "c.hash1", "b.body")} AS hash2
  FROM lapsed c JOIN place p ON p.id = c.id
  JOIN post r ON r.partnership_id = c.partnership_id AND r.agency_id = p.raising AND r.tier = 'head'
  JOIN post h ON h.partnership_id = c.partnership_id AND h.agency_id = p.challenged AND h.tier = 'head'
  JOIN term t ON t.agency_id = p.challenged
  CROSS JOIN LATERAL (SELECT {_MOVED} AS body) b
), events AS (
  INSERT INTO event (partnership_id, case_id, seq, entry_seq, at, kind, body, previous, hash)
  SELECT partnership_id, id, event_seq + 1, entry_seq + 1, %(now)s, 'deadline_lapsed', body1, head, hash1
    FROM moved
  UNION ALL
  SELECT partnership_id, id, event_seq + 2, entry_seq + 1, %(now)s, 'moved_up', body2, hash1, hash2
    FROM moved
), gone AS (
  UPDATE stage_entry s SET left_at = %(now)s FROM moved m
  WHERE s.partnership_id = m.partnership_id AND s.case_id = m.id AND s.seq = m.entry_seq
  RETURNING s.partnership_id, s.case_id, s.seq, s.pace
), entered AS (
  -- Reads what was left, so that a case never has two open entries.
  INSERT INTO stage_entry (partnership_id, case_id, seq, stage, phase, pace, cause, entered_at)
  SELECT partnership_id, case_id, seq + 1, 'senior_challenge', 'senior', pace, 'silence', %(now)s FROM gone
), places AS (
  INSERT INTO participation
    (partnership_id, case_id, no, side, slot, agency_id, post_id, vacant, entry_seq, joined_at)
  SELECT partnership_id, id, places + 1, 'raising', 'raising_head', raising, raising_head, false,
    entry_seq + 1, %(now)s FROM moved
  UNION ALL
  SELECT partnership_id, id, places + 2, 'challenged', 'challenged_head', challenged, challenged_head,
    false, entry_seq + 1, %(now)s FROM moved
), ended AS (
  UPDATE deadline d SET state = 'lapsed', ended_at = %(now)s, late_by = m.late_by FROM moved m
  WHERE d.partnership_id = m.partnership_id AND d.case_id = m.id AND d.entry_seq = m.clock_entry
    AND d.clock = m.clock AND d.rung = m.rung
), started AS (
  INSERT INTO deadline (partnership_id, case_id, entry_seq, clock, rung, side, waits_for, base_at, budget,
    due_at, remind_at, calendar_version, zone, state, late_by)
  SELECT partnership_id, id, entry_seq + 1, 'position', 1, 'challenged', 'challenged_head', %(now)s,
    '3 working_days', next_due, remind_at, calendar_version, zone, 'open', 0 FROM moved
), mail AS (
  SELECT m.partnership_id, m.id, m.event_seq + 2 AS seq, n.name, n.slot, t.account_id, t.kind
  FROM moved m CROSS JOIN LATERAL (VALUES
    ('moved_up_silent', 'challenged_manager', m.manager),
    ('moved_up_office', 'business_manager', m.office),
    ('moved_up_next', 'challenged_head', m.challenged_head),
    ('moved_up_next', 'raising_head', m.raising_head),
    ('moved_up_told', 'raising_lead', m.lead)) n (name, slot, post)
  JOIN told t ON t.post_id = n.post
  UNION ALL
  SELECT partnership_id, id, event_seq + 2, 'moved_up_raiser', 'raiser', raiser_id, 'holder' FROM moved
), owed AS (
  INSERT INTO outbox (partnership_id, case_id, event_seq, name, account_id, slot, via, dedupe_key, state,
    owed_at, next_at, attempts, lease_token, epoch)
  SELECT partnership_id, id, seq, name, account_id, slot, kind,
    partnership_id || ':' || id || ':' || seq || ':' || name || ':' || account_id, 'owed',
    %(now)s, %(now)s, 0, 0, %(epoch)s FROM mail
)
UPDATE "case" c SET stage = 'senior_challenge', phase = 'senior', entry_seq = m.entry_seq + 1,
  version = c.version + 1, event_seq = m.event_seq + 2, head = m.hash2
FROM moved m WHERE c.partnership_id = m.partnership_id AND c.id = m.id
"""
_TOLD = """
CREATE TEMPORARY TABLE told AS
WITH held AS (
  SELECT h.post_id, h.account_id, h.kind, h.kind = 'holder'
    AND a.mail_ok AND (h.away_until IS NULL OR h.away_until <= %(now)s) AS present
  FROM holding h JOIN account a ON a.id = h.account_id AND a.active
  WHERE h.from_at <= %(now)s AND (h.to_at IS NULL OR h.to_at > %(now)s)
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
