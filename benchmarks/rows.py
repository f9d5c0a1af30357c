"""What two databases hold, table by table, so that two ways of doing the same can be compared."""

from collections.abc import Mapping

import psycopg
from psycopg import sql

TABLES = {
    "case": "id, stage, phase, entry_seq, pace, terms, position, version, event_seq",
    "event": "case_id, seq, entry_seq, kind, actor_id, slot, "
    "regexp_replace(body, "
    '\'"(at_us|late_by)":\\d+|"(after|said)":\\x7b[^\\x7d]*\\x7d,|"entry":\\d+,|"v":\\d,\', \'\', \'g\')',
    "stage_entry": "case_id, seq, stage, phase, pace, cause, left_at IS NULL",
    "participation": "case_id, no, side, slot, agency_id, post_id, account_id, vacant, entry_seq, "
    "ended_at IS NULL",
    "deadline": "case_id, entry_seq, clock, rung, side, waits_for, budget, due_at, remind_at, "
    "calendar_version, state",
    "proposal": "case_id, event_seq, side, state",
    "statement": "case_id, event_seq, field, field_class",
    "outbox": "case_id, event_seq, name, account_id, slot, via, dedupe_key, state, epoch",
}
"""The tables that a move writes, and what in them does not hang on the microsecond of the move. What an event
says of the case row is not compared: the SQL by hand does not write it. Nor are texts: the service seals
them, each time differently."""


def counted(address: str) -> Mapping[str, int]:
    """How many rows each table holds."""
    with psycopg.connect(address) as connection:
        return {
            table: _one(connection, sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
            for table in TABLES
        }


def summed(address: str) -> Mapping[str, int]:
    """A sum over the content of each table's rows, but for instants and hashes, in any order."""
    query = "SELECT coalesce(sum(hashtextextended(ROW({})::text, 0)::numeric), 0) FROM {{}}"
    with psycopg.connect(address) as connection:
        return {
            table: _one(connection, sql.SQL(query.format(columns)).format(sql.Identifier(table)))
            for table, columns in TABLES.items()
        }


def _one(connection: psycopg.Connection, query: sql.Composed) -> int:
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])
