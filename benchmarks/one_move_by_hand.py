"""The same rows as one interactive move, by psycopg in one transaction, a statement a table.

The move: whoever raised the concern moves it up from manager review to senior challenge, before the
reply is due. It decides nothing: it knows the stages, the mails and the slots. It reads and locks the
case, reads who is to be told, and writes what the service writes: the sending (so that it counts once),
the event with its chain, the words, the stage that is left and the one entered, the two heads who now
take part, the clock that stops and the one that starts, the case, and five owed mails. When the next
deadline of each agency is due is looked up once, by the service's own calendar.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row

from benchmarks.sql_by_hand import terms
from escalation.security.chain import Told, body_of, event_hash, text_digest
from escalation.services.submissions import fingerprint

_AGENCIES = "SELECT id, nation, zone, opens, closes, weekdays, closures, hours, terms FROM agency"
_NOW = "SELECT clock_timestamp() + offset_seconds * interval '1 second', epoch FROM installation"
_CODES = {"from": "manager_review", "to": "senior_challenge", "cause": "chosen"}
_MAILS = (
    ("moved_up_next", "challenged_head"),
    ("moved_up_next", "raising_head"),
    ("moved_up_chosen", "raising_lead"),
    ("moved_up_chosen", "challenged_manager"),
    ("moved_up_chosen", "business_manager"),
)
_CASE = """
SELECT c.partnership_id, c.id, c.entry_seq, c.event_seq, c.head, c.pace, i.epoch,
  clock_timestamp() + i.offset_seconds * interval '1 second' AS now
FROM "case" c CROSS JOIN installation i
WHERE c.public_id = %s AND c.raiser_id = %s AND c.stage = 'manager_review' FOR UPDATE OF c
"""
_SEATS = """
WITH place AS (
  SELECT slot, agency_id, post_id FROM participation
  WHERE partnership_id = %(partnership)s AND case_id = %(case)s AND ended_at IS NULL AND post_id IS NOT NULL
), seat AS (
  SELECT slot, agency_id, post_id FROM place
  UNION ALL
  SELECT CASE p.slot WHEN 'raising_lead' THEN 'raising_head' ELSE 'challenged_head' END, p.agency_id, h.id
  FROM place p JOIN post h ON h.partnership_id = %(partnership)s AND h.agency_id = p.agency_id
    AND h.tier = 'head'
  WHERE p.slot IN ('raising_lead', 'challenged_manager')
)
SELECT s.slot, s.agency_id, s.post_id, h.account_id, h.kind, h.kind = 'holder' AND a.mail_ok
  AND (h.away_until IS NULL OR h.away_until <= %(now)s) AS present
FROM seat s
LEFT JOIN holding h ON h.partnership_id = %(partnership)s AND h.post_id = s.post_id
  AND h.from_at <= %(now)s AND (h.to_at IS NULL OR h.to_at > %(now)s)
LEFT JOIN account a ON a.id = h.account_id AND a.active
"""


@dataclass(frozen=True, slots=True)
class Seat:
    """A slot of the case: its agency and post, and who is told of the move, in which capacity."""

    agency: int
    post: int
    told: tuple[tuple[int, str], ...]


def look_up(connection: psycopg.Connection) -> Mapping[int, tuple[Any, ...]]:
    """For each agency: when its head's position is due from now, and to be reminded of, by which calendar."""
    moment = connection.execute(_NOW).fetchone()
    assert moment is not None
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        agencies = cursor.execute(_AGENCIES).fetchall()
    return {row[0]: row[1:] for row in terms(agencies, moment[0].astimezone(UTC))}


def move_up(
    connection: psycopg.Connection,
    due: Mapping[int, tuple[Any, ...]],
    public_id: str,
    account: int,
    key: str,
    reasons: str,
) -> None:
    """Moves one case up for its raiser, in one transaction."""
    with connection.transaction(), connection.cursor(row_factory=namedtuple_row) as cursor:
        case: Any = cursor.execute(_CASE, (public_id, account)).fetchone()
        seats = _seats(cursor, case)
        values = _values(case, public_id, account, key, reasons)
        for statement in (_SUBMISSION, _EVENT, _STATEMENT, _LEAVE, _ENTER):
            cursor.execute(statement, values)
        cursor.execute(_PLACES, values | _heads(seats))
        cursor.execute(_STOP, values)
        cursor.execute(_START, values | _clock(due[seats["challenged_head"].agency]))
        cursor.execute(_MOVE, values)
        _owe(cursor, case, seats, values["now"])


def _values(case: Any, public_id: str, account: int, key: str, reasons: str) -> dict[str, Any]:
    now, seq = case.now.astimezone(UTC), case.event_seq + 1
    said = {"reasons": ("F4", text_digest(reasons))}
    body = body_of("moved_up", now, account, "raiser", None, _CODES, Told(case.entry_seq + 1, said))
    return {
        "partnership": case.partnership_id,
        "case": case.id,
        "seq": seq,
        "entry": case.entry_seq + 1,
        "left": case.entry_seq,
        "now": now,
        "account": account,
        "key": key,
        "print": fingerprint(public_id, reasons),
        "public_id": public_id,
        "body": body,
        "previous": case.head,
        "hash": event_hash(case.partnership_id, case.id, seq, case.head, body),
        "reasons": reasons,
        "pace": case.pace,
    }


def _seats(cursor: Any, case: Any) -> dict[str, Seat]:
    asked = {"partnership": case.partnership_id, "case": case.id, "now": case.now}
    found: dict[str, list[Any]] = {}
    for row in cursor.execute(_SEATS, asked):
        found.setdefault(row.slot, []).append(row)
    return {slot: Seat(rows[0].agency_id, rows[0].post_id, _told(rows)) for slot, rows in found.items()}


def _told(rows: list[Any]) -> tuple[tuple[int, str], ...]:
    """Holders who are at work, else deputies."""
    present = tuple((r.account_id, "holder") for r in rows if r.present)
    return present or tuple((r.account_id, "deputy") for r in rows if r.kind == "deputy")


def _heads(seats: Mapping[str, Seat]) -> dict[str, int]:
    ours, theirs = seats["raising_head"], seats["challenged_head"]
    return {
        "raising": ours.agency,
        "raising_post": ours.post,
        "challenged": theirs.agency,
        "challenged_post": theirs.post,
    }


def _clock(due: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip(("due", "remind", "calendar", "zone"), due, strict=True))


def _owe(cursor: Any, case: Any, seats: Mapping[str, Seat], now: datetime) -> None:
    seq = case.event_seq + 1
    of_case = (case.partnership_id, case.id, seq)
    owed = [
        (
            *of_case,
            name,
            account,
            slot,
            via,
            ":".join(map(str, (*of_case, name, account))),
            now,
            now,
            case.epoch,
        )
        for name, slot in _MAILS
        for account, via in seats[slot].told
    ]
    rows = ", ".join([_MAIL] * len(owed))
    cursor.execute(_OUTBOX + rows, [value for mail in owed for value in mail])


_SUBMISSION = """INSERT INTO submission (account_id, key, partnership_id, fingerprint, result, at)
VALUES (%(account)s, %(key)s, %(partnership)s, %(print)s, %(public_id)s, %(now)s)"""
_EVENT = """INSERT INTO event (partnership_id, case_id, seq, entry_seq, at, kind, actor_id, slot, body,
  previous, hash)
VALUES (%(partnership)s, %(case)s, %(seq)s, %(entry)s, %(now)s, 'moved_up', %(account)s, 'raiser', %(body)s,
  %(previous)s, %(hash)s)"""
_STATEMENT = """INSERT INTO statement (partnership_id, case_id, event_seq, field, field_class, text)
VALUES (%(partnership)s, %(case)s, %(seq)s, 'reasons', 'F4', %(reasons)s)"""
_LEAVE = """UPDATE stage_entry SET left_at = %(now)s
WHERE partnership_id = %(partnership)s AND case_id = %(case)s AND seq = %(left)s"""
_ENTER = """INSERT INTO stage_entry (partnership_id, case_id, seq, stage, phase, pace, cause, entered_at)
VALUES (%(partnership)s, %(case)s, %(entry)s, 'senior_challenge', 'senior', %(pace)s, 'chosen', %(now)s)"""
_PLACES = """INSERT INTO participation (partnership_id, case_id, no, side, slot, agency_id, post_id, vacant,
  entry_seq, joined_at)
SELECT %(partnership)s, %(case)s, (SELECT count(*) FROM participation
    WHERE partnership_id = %(partnership)s AND case_id = %(case)s) + n.no,
  n.side, n.slot, n.agency, n.post, false, %(entry)s, %(now)s
FROM (VALUES (1, 'raising', 'raising_head', %(raising)s::bigint, %(raising_post)s::bigint),
  (2, 'challenged', 'challenged_head', %(challenged)s, %(challenged_post)s))
  n (no, side, slot, agency, post)"""
_STOP = """UPDATE deadline SET state = 'stopped', ended_at = %(now)s
WHERE partnership_id = %(partnership)s AND case_id = %(case)s AND state = 'open'"""
_START = """INSERT INTO deadline (partnership_id, case_id, entry_seq, clock, rung, side, waits_for, base_at,
  budget, due_at, remind_at, calendar_version, zone, state, late_by)
VALUES (%(partnership)s, %(case)s, %(entry)s, 'position', 1, 'challenged', 'challenged_head', %(now)s,
  '3 working_days', %(due)s, %(remind)s, %(calendar)s, %(zone)s, 'open', 0)"""
_MOVE = """UPDATE "case" SET stage = 'senior_challenge', phase = 'senior', entry_seq = %(entry)s,
  version = version + 1, event_seq = %(seq)s, head = %(hash)s
WHERE partnership_id = %(partnership)s AND id = %(case)s"""
_OUTBOX = """INSERT INTO outbox (partnership_id, case_id, event_seq, name, account_id, slot, via, dedupe_key,
  owed_at, next_at, epoch, state, attempts, lease_token) VALUES """
_MAIL = "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'owed', 0, 0)"
