"""A pooler in transaction mode gives each transaction another connection: nothing may outlive its transaction."""

import ast
import re
from pathlib import Path

import pytest

from tests.support import sources

OUTLIVES = {
    "a lock of the session": re.compile(r"\bpg_(try_)?advisory_(lock|unlock)(?!_?xact)", re.I),
    "listening": re.compile(r"(^|;)\s*(UN)?LISTEN\s+\w+", re.I),
    "a setting of the session": re.compile(
        r"(^|;)\s*SET\s+(?!(LOCAL|TRANSACTION|CONSTRAINTS)\b)[\w.\" ]+(=|\bTO\b)", re.I
    ),
    "a setting of the session, by function": re.compile(r"\bset_config\([^)]*,\s*false\s*\)", re.I),
    "a table of the session": re.compile(
        r"\bCREATE\s+(GLOBAL\s+|LOCAL\s+)?TEMP(ORARY)?\s+TABLE\b(?!.*ON\s+COMMIT\s+DROP)", re.I | re.S
    ),
    "a prepared statement": re.compile(r"(^|;)\s*(PREPARE|EXECUTE|DEALLOCATE)\s+\w+", re.I),
    "a cursor of the session": re.compile(r"\bWITH\s+HOLD\b", re.I),
}
"""By what it is: how SQL says it."""
CALLS = {"add_notify_handler", "notifies"}
"""What psycopg offers for a session of one's own."""


@pytest.mark.parametrize("path", sources.modules("escalation", "migrations"), ids=sources.name)
def test_nothing_outlives_its_transaction(path: Path) -> None:
    assert outliving(path) == []


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT pg_advisory_lock(1)",
        "select pg_try_advisory_lock(1, 2)",
        "SELECT pg_advisory_unlock(1)",
        "LISTEN outbox",
        "SET statement_timeout = 500",
        "SELECT 1; set search_path to mine",
        "SET SESSION timezone TO 'UTC'",
        "SELECT set_config('a.b', 'c', false)",
        "CREATE TEMP TABLE due (id bigint)",
        "CREATE TEMPORARY TABLE due AS SELECT 1",
        "PREPARE due AS SELECT 1",
        "DECLARE c CURSOR WITH HOLD FOR SELECT 1",
    ],
)
def test_each_way_is_seen(sql: str, tmp_path: Path) -> None:
    module = tmp_path / "asks.py"
    module.write_text(f"from sqlalchemy import text\nquery = text({sql!r})\n")
    assert outliving(module)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT pg_advisory_xact_lock(:lock)",
        "SELECT pg_try_advisory_xact_lock(1)",
        "SET LOCAL statement_timeout = 500",
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        "SET CONSTRAINTS ALL DEFERRED",
        'UPDATE "case" SET stage = :stage',
        "SELECT set_config('a.b', 'c', true)",
        "CREATE TEMP TABLE due (id bigint) ON COMMIT DROP",
    ],
)
def test_what_ends_with_its_transaction_may_be(sql: str, tmp_path: Path) -> None:
    module = tmp_path / "asks.py"
    module.write_text(f"query = {sql!r}\n")
    assert outliving(module) == []


def outliving(path: Path) -> list[str]:
    """What in a module outlives its transaction, with the line."""
    found = []
    for node in ast.walk(sources.tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found += [
                f"{what} in line {node.lineno}" for what, how in OUTLIVES.items() if how.search(node.value)
            ]
        if isinstance(node, ast.Attribute) and node.attr in CALLS:
            found.append(f"{node.attr} in line {node.lineno}")
    return found
