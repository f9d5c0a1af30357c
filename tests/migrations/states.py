"""What a database held at an earlier revision, written down row by row, to try later migrations on.

A state is recorded by the services of its own time, before the next migration is written:

    python -m tests.migrations.states        # writes states/<newest revision>.json

It is Northtown with its people, and some months of challenges in every phase and the mails that
were owed. A later
migration is then tried on it (`test_with_data`): nothing that was there may be lost, and the service
must go on with it.
"""

import base64
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, create_engine, inspect, text

from escalation.app import create_app
from escalation.extensions import db
from escalation.models import Base
from tests.support.schema import lay_foundations
from tests.support.settings import settings_for

STATES = Path(__file__).with_name("states")
_ROWS = "rows"
Rows = list[dict[str, Any]]
State = dict[str, Rows]
"""Rows by table; an instant is ISO text in UTC, bytes stand as {"base64": ...}."""


def known() -> list[str]:
    """The revisions of which a state was recorded, the oldest first."""
    return sorted(file.stem for file in STATES.glob("*.json"))


def state_of(revision: str) -> State:
    """The state that was recorded at a revision."""
    read: State = json.loads((STATES / f"{revision}.json").read_text(encoding="utf-8"))
    return read


def lay(connection: Connection, state: State) -> None:
    """Writes a state into a database at its revision. The installation row is there: it gets its values."""
    booleans = _booleans()
    for name, rows in state.items():
        if name == "installation":
            connection.execute(text("DELETE FROM installation"))
        if not rows:
            continue
        columns = list(rows[0])
        names, marks = ", ".join(f'"{c}"' for c in columns), ", ".join(f":{c}" for c in columns)
        values = [{c: _bound(row[c], (name, c) in booleans) for c in columns} for row in rows]
        connection.execute(text(f'INSERT INTO "{name}" ({names}) VALUES ({marks})'), values)
    if connection.dialect.name == "postgresql":
        _count_on(connection, state)


def _bound(value: Any, boolean: bool) -> Any:
    if isinstance(value, dict):
        return base64.b64decode(value["base64"])
    return bool(value) if boolean and value is not None else value


def _booleans() -> set[tuple[str, str]]:
    """SQLite keeps truth as a number."""
    return {
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.c
        if column.type.python_type is bool
    }


def _count_on(connection: Connection, state: State) -> None:
    """The numbers that PostgreSQL gives out go on after those that were written."""
    for name, rows in state.items():
        if rows and "id" in rows[0]:
            sequence = connection.execute(
                text("SELECT pg_get_serial_sequence(:table, 'id')"), {"table": f'"{name}"'}
            ).scalar_one()
            if sequence:
                connection.execute(text(f"SELECT setval('{sequence}', (SELECT max(id) FROM \"{name}\"))"))


def read(connection: Connection, state: State) -> State:
    """The same tables and columns as in `state`, as they are now."""
    return {name: _rows(connection, name, list(rows[0])) if rows else [] for name, rows in state.items()}


def _rows(connection: Connection, table: str, columns: list[str]) -> Rows:
    names = ", ".join(f'"{column}"' for column in columns)
    found = connection.execute(text(f'SELECT {names} FROM "{table}"')).mappings()
    return sorted(({c: _plain(row[c]) for c in columns} for row in found), key=lambda row: json.dumps(row))


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return {"base64": base64.b64encode(bytes(value)).decode()}
    if isinstance(value, bool):
        return int(value)
    return value if value is None or isinstance(value, int | str) else _utc(value)


def _utc(value: Any) -> str:
    from escalation.models.types import utc_text

    return utc_text(value)


def _tables(connection: Connection) -> Iterator[Table]:
    """The tables that are there, those that others point at first."""
    there = set(inspect(connection).get_table_names())
    yield from (table for table in Base.metadata.sorted_tables if table.name in there)


def record() -> Path:
    """Plays the history of the demo on a new SQLite database, and writes down every row of it."""
    from tests.migrations.history import play

    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/escalation.db"
        lay_foundations(url)
        with create_app(settings_for(url)).app_context():
            play()
            db.engine.dispose()
        with create_engine(url).connect() as connection:
            state = {t.name: _rows(connection, t.name, [c.name for c in t.c]) for t in _tables(connection)}
            revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    lines = ",\n".join(
        f'"{name}": [\n' + ",\n".join(map(json.dumps, rows)) + "\n]" for name, rows in state.items()
    )
    STATES.mkdir(exist_ok=True)
    file = STATES / f"{revision}.json"
    file.write_text("{" + lines + "}\n", encoding="utf-8")
    return file


if __name__ == "__main__":
    print(record())
