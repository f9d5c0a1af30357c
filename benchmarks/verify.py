"""How long the verification of a large record takes, and how much memory.

    python -m benchmarks.verify [--events 1000000] [--database sqlite] [--write docs/evidence/verify.json]

A town with a few cases is written through the doors; its cases are then multiplied, each with a chain of its
own, readings for every second event, and seals of a thousand cases each. Everything is verified, with replay.
"""

import argparse
import json
import os
import resource
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select, text

from benchmarks import machine
from escalation.app import create_app, upgrade_database
from escalation.extensions import db
from escalation.models import Base
from escalation.reporting import proof
from escalation.security import seal_keys
from escalation.security.chain import GENESIS, event_hash
from escalation.services import record_seals
from tests.support import sealed_town
from tests.support.settings import settings_for

_CHUNK, _SEALED = 500, 20_000


def main() -> None:
    """Prepares, verifies in a process of its own, prints and keeps the figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=1_000_000)
    options.add_argument("--database", choices=("postgresql", "sqlite"), default="postgresql")
    options.add_argument("--write", type=Path)
    options.add_argument("--verify", help=argparse.SUPPRESS)
    options.add_argument("--key", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.verify:
        print(json.dumps(_verified(given.verify, given.key)))
        return
    with _database(given.database) as url:
        figures = _prepared(url, given.events) | {"database": given.database}
        told = [sys.executable, "-m", "benchmarks.verify", "--verify", url, "--key", figures.pop("key")]
        figures |= json.loads(subprocess.run(told, check=True, capture_output=True).stdout.splitlines()[-1])
    print(json.dumps(figures, indent=1))
    if given.write:
        _keep(given.write, given.database, figures)


@contextmanager
def _database(kind: str) -> Iterator[str]:
    if kind == "postgresql":
        with machine.server() as server:
            yield server.create("verify")
        return
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{folder}/escalation.db"


def _prepared(url: str, events: int) -> dict[str, Any]:
    began = time.perf_counter()
    with create_app(settings_for(url), migrating=True).app_context(), tempfile.TemporaryDirectory() as folder:
        upgrade_database()
        with db.engine.begin() as connection:
            connection.execute(text("UPDATE installation SET movable = true"))
        town = sealed_town.lay_out(Path(folder))
        record_seals.seal(town.key, now=True)
        _multiply(events, town.key)
        db.engine.dispose()
    return {"key": town.key.public, "prepared_seconds": round(time.perf_counter() - began, 1)}


def _multiply(wanted: int, key: seal_keys.SealKey) -> None:
    with db.engine.connect() as connection:
        template = _template(connection)
        connection.rollback()
    size, number = len(template["event"]), 1_000_000
    for done in range(0, wanted // size, _CHUNK):
        with db.engine.connect().execution_options(write=True) as connection:
            count = min(_CHUNK, wanted // size - done)
            _copies(connection, template, range(number + done, number + done + count))
            connection.commit()
        if done % _SEALED == 0:
            record_seals.seal(key, now=True)
    record_seals.seal(key, now=True)


def _template(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """The rows of the case with most events."""
    longest = connection.execute(
        text("SELECT case_id FROM event GROUP BY case_id ORDER BY count(*) DESC, case_id LIMIT 1")
    ).scalar_one()
    keys = {"case": "id", "event": "case_id", "statement": "case_id", "read_log": "case_id"}
    tables = {name: Base.metadata.tables[name] for name in keys}
    found = {
        name: connection.execute(select(table).where(table.c[keys[name]] == longest)).mappings()
        for name, table in tables.items()
    }
    return {table: [dict(row) for row in rows] for table, rows in found.items()}


def _copies(connection: Connection, template: dict[str, list[dict[str, Any]]], numbers: range) -> None:
    rows: dict[str, list[dict[str, Any]]] = {table: [] for table in template}
    for number in numbers:
        case = template["case"][0] | {"id": number, "public_id": secrets.token_urlsafe(16)}
        case |= {"reference": f"SC-{number}"}
        chain = list(_chain(template["event"], case))
        rows["case"].append(case | {"head": chain[-1]["hash"]})
        rows["event"] += chain
        rows["statement"] += [row | {"case_id": number} for row in template["statement"]]
        for n in range(len(chain) // 2):
            rows["read_log"].append(template["read_log"][0] | {"case_id": number, "id": number * 100 + n})
    for table, new in rows.items():
        connection.execute(Base.metadata.tables[table].insert(), new)


def _chain(events: list[dict[str, Any]], case: dict[str, Any]) -> Iterator[dict[str, Any]]:
    head = GENESIS
    for event in events:
        body = event["body"]
        if event["seq"] == 1:
            opened = json.loads(body)
            opened["opened"] |= {"public_id": case["public_id"], "reference": case["reference"]}
            body = json.dumps(opened, sort_keys=True, separators=(",", ":"))
        digest = event_hash(event["partnership_id"], case["id"], event["seq"], head, body)
        yield event | {"case_id": case["id"], "body": body, "previous": head, "hash": digest}
        head = digest


def _verified(url: str, key: str) -> dict[str, Any]:
    with create_app(settings_for(url)).app_context():
        began = time.perf_counter()
        report = proof.verify(proof.Asked(replay=True, keys=seal_keys.by_id([key])))
        seconds, used = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF)
        db.engine.dispose()
    assert report.exit_code == 0, report.findings[:3]
    return {
        "events": report.events, "statements": report.statements, "cases": report.cases,
        "reads": report.reads, "seals": report.seals, "seconds": round(seconds, 1),
        "cpu_seconds_of_python": round(used.ru_utime + used.ru_stime, 1),
        "load": os.getloadavg()[0],
        "events_a_second": round(report.events / seconds),
        "peak_memory_mib": machine.peak_memory(),
    }  # fmt: skip


def _keep(file: Path, kind: str, figures: dict[str, Any]) -> None:
    kept = json.loads(file.read_text()) if file.exists() else {}
    kept[kind] = figures | {"at": f"{datetime.now(UTC):%Y-%m-%d}"}
    file.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
