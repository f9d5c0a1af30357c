"""Faults that chance would seldom meet: each is led to the place where it does harm, and then judged."""

from collections.abc import Callable, Mapping

import psycopg

from tests.faults.campaign.cluster import Cluster
from tests.faults.campaign.roles import Station

_KEYS = """SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype IN ('u', 'p')
  AND conrelid::regclass::text IN ('event', 'stage_entry', 'outbox', 'deadline', 'participation')"""


def take_keys_away(server: Cluster) -> None:
    """Drops every key that makes a second move of the same rung impossible."""
    with psycopg.connect(server.words(), autocommit=True) as connection:
        connection.execute("DROP INDEX uq_stage_entry_open")
        for table, name in connection.execute(_KEYS).fetchall():
            connection.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}" CASCADE')  # type: ignore[arg-type]


OF_FAULT: Mapping[str, Callable[[Cluster, Station], None]] = {}
