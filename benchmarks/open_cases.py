"""Many open cases in little time: a few made by the real services, and multiplied row by row.

    python -m benchmarks.open_cases --cases 100000 --due 10000 URL

Every table with a `case_id` is copied by its own columns, so that this stays true when columns change.
What must differ is made anew: ids, references, the chain of hashes (by the service's own function), the
keys of mails and of forms. The templates are taken out again at the end.
"""

import argparse
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, Table, bindparam, insert, text

from benchmarks import towns
from benchmarks.service import migrate, service
from escalation import clock
from escalation.extensions import db
from escalation.models import Base, CaseKey
from escalation.security.chain import GENESIS, event_hash
from escalation.security.envelope import of_case_key
from escalation.security.public_ids import ALPHABET
from escalation.security.sealing import new_key, wrap
from escalation.services import sealed
from escalation.services.delivery import message_id_of
from escalation.services.unit import Unit

CHUNK = 50_000
_PLACES = 5
_SPREAD = 7_368_787
"""Has no factor in common with 27 ** 5: numbers become references that do not count up, each once."""


@dataclass(frozen=True, slots=True)
class _Template:
    """A case to be copied: its row, its events and the forms that made it."""

    id: int
    partnership: int
    prefix: str
    events: tuple[tuple[int, str], ...]


def fill(cases: int, due: int, made: towns.Templates | None = None) -> None:
    """Fills the migrated database of the app context: `cases` open, `due` of them due at towns.DUE.

    It is empty, or holds the towns that were `made`.
    """
    made = made or towns.build()
    with db.engine.begin() as connection:
        _begin(connection)
        templates = _templates(connection)
        first = max(templates) + 1
        for start in range(0, cases, CHUNK):
            numbers = range(start, min(start + CHUNK, cases))
            wanted = [(first + n, _which(n, cases, due, made)) for n in numbers]
            _multiply(connection, templates, wanted)
            _keys(connection, templates, wanted)
        with _unguarded(connection):
            _remove(connection, tuple(templates))
        _end(connection)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("VACUUM ANALYZE"))
        else:
            connection.execute(text("ANALYZE"))


def _which(number: int, cases: int, due: int, made: towns.Templates) -> int:
    """The template of the nth case: the due ones lie evenly among the others."""
    before, after = number * due // cases, (number + 1) * due // cases
    if after > before:
        return made.due[before % len(made.due)]
    return made.running[(number - before) % len(made.running)]


def _begin(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        for setting in ("session_replication_role = replica", "work_mem = '256MB'"):
            # The rows point where the templates point: checking each costs more than writing it.
            connection.execute(text(f"SET LOCAL {setting}"))
        connection.execute(text(_MESSAGE_ID))
        big = "BIGINT"
    else:
        big = "INTEGER"
        connection.connection.create_function("message_id", 2, _message_id)
    for statement in (
        f"CREATE TEMPORARY TABLE copy (case_id {big} PRIMARY KEY, template {big}, public_id TEXT,"
        " reference TEXT, head TEXT)",
        f"CREATE TEMPORARY TABLE link (case_id {big}, seq INTEGER, previous TEXT, hash TEXT,"
        " PRIMARY KEY (case_id, seq))",
    ):
        connection.execute(text(statement))


_MESSAGE_ID = """CREATE FUNCTION pg_temp.message_id(epoch integer, key text) RETURNS text LANGUAGE sql AS
  $$ SELECT '<' || epoch || '.' || left(encode(sha256(convert_to(key, 'UTF8')), 'hex'), 32)
       || '@board.invalid>' $$"""
"""As `delivery.message_id_of` makes it."""


def _message_id(epoch: int, key: str) -> str:
    return message_id_of(cast(Any, _Mail(epoch, key)), "board.invalid")


@dataclass(frozen=True, slots=True)
class _Mail:
    epoch: int
    dedupe_key: str


def _templates(connection: Connection) -> dict[int, _Template]:
    rows = connection.execute(
        text(
            'SELECT c.id, c.partnership_id, p.reference_prefix FROM "case" c'
            " JOIN partnership p ON p.id = c.partnership_id ORDER BY c.id"
        )
    ).all()
    events: dict[int, list[tuple[int, str]]] = {}
    for row in connection.execute(text("SELECT case_id, seq, body FROM event ORDER BY case_id, seq")):
        events.setdefault(row.case_id, []).append((row.seq, row.body))
    return {r[0]: _Template(r[0], r[1], r[2], tuple(events[r[0]])) for r in rows}


def _multiply(connection: Connection, templates: dict[int, _Template], wanted: list[tuple[int, int]]) -> None:
    copies, links = [], []
    for case, template in wanted:
        of = templates[template]
        head = GENESIS
        for seq, body in of.events:
            digest = event_hash(of.partnership, case, seq, head, body)
            links.append((case, seq, head, digest))
            head = digest
        copies.append((case, template, secrets.token_urlsafe(16), _reference(of.prefix, case), head))
    _load(connection, "copy", ("case_id", "template", "public_id", "reference", "head"), copies)
    _load(connection, "link", ("case_id", "seq", "previous", "hash"), links)
    for table in (t for t in _tables() if t.name not in _BOUND):
        connection.execute(text(_copied(table, connection.dialect.name)))
    for name in ("copy", "link"):
        connection.execute(text(f"DELETE FROM {name}"))


def _reference(prefix: str, number: int) -> str:
    left, word = number * _SPREAD % len(ALPHABET) ** _PLACES, ""
    for _ in range(_PLACES):
        left, digit = divmod(left, len(ALPHABET))
        word += ALPHABET[digit]
    # Of another year than those of the templates, which are drawn by lot.
    return f"{prefix}-00-{word}"


def _load(
    connection: Connection, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    names = ", ".join(columns)
    raw: Any = connection.connection
    if connection.dialect.name == "postgresql":
        with raw.cursor().copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        connection.execute(text(f"ANALYZE {table}"))
    else:
        marks = ", ".join("?" * len(columns))
        raw.cursor().executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)


_BOUND = frozenset({"case_key", "person_index"})
"""What belongs to one case and cannot be copied: a key is made for each (`_keys`)."""


def _keys(connection: Connection, templates: dict[int, _Template], wanted: list[tuple[int, int]]) -> None:
    """A key of its own for each case, as its first text brings it: no text that was copied opens with it."""
    unit = Unit(connection, *_moment(connection))
    outer = {p: sealed.newest_of_partnership(unit, p) for p in {templates[t].partnership for _, t in wanted}}
    made = []
    for case, template in wanted:
        of = templates[template].partnership
        by, key = outer[of]
        wrapped = wrap(key, by, of_case_key(of, case, 1), new_key())
        made.append({"p": of, "c": case, "b": by, "w": wrapped, "at": unit.now})
    written = insert(CaseKey).values(
        partnership_id=bindparam("p"), case_id=bindparam("c"), version=1, wrapped_by=bindparam("b"),
        wrapped=bindparam("w"), made_at=bindparam("at"),
    )  # fmt: skip
    for begin in range(0, len(made), 10_000):
        connection.execute(written, made[begin : begin + 10_000])


def _moment(connection: Connection) -> tuple[datetime, datetime, int]:
    read = clock.read(connection)
    return read.now, read.real, read.epoch


def _tables() -> Iterator[Table]:
    """The case, what belongs to a case, and the forms that were sent for it; what is pointed at first."""
    for table in Base.metadata.sorted_tables:
        if table.name in ("case", "submission") or "case_id" in table.c:
            yield table


def _copied(table: Table, dialect: str) -> str:
    """INSERT ... SELECT of all columns of a table: for every copy, the rows of its template."""
    # A number that the table itself gives out is left to it.
    own = {c.name for c in table.primary_key if c.name == "id" and table.name != "case"}
    columns = [c.name for c in table.c if c.name not in own]
    values = ", ".join(_VALUES.get((table.name, c), _VALUES.get(("", c), f't."{c}"')) for c in columns)
    if dialect == "postgresql":
        values = values.replace("message_id(", "pg_temp.message_id(")
    names = ", ".join(f'"{c}"' for c in columns)
    on = {"case": "t.id = copy.template", "submission": "t.result = source.public_id"}
    source = 'JOIN "case" source ON source.id = copy.template ' if table.name == "submission" else ""
    link = "JOIN link ON link.case_id = copy.case_id AND link.seq = t.seq " if table.name == "event" else ""
    return (
        f'INSERT INTO "{table.name}" ({names}) SELECT {values} FROM copy {source}'
        f'JOIN "{table.name}" t ON {on.get(table.name, "t.case_id = copy.template")} {link}'
        "ORDER BY copy.case_id"
    )


_OLD = "t.partnership_id || ':' || t.case_id || ':'"
_NEW = "t.partnership_id || ':' || copy.case_id || ':'"
# The key begins with the case, after "skipped:" for a mail that nobody was left to get.
_DEDUPE = (
    f"CASE WHEN t.dedupe_key LIKE 'skipped:%' THEN 'skipped:' || {_NEW} || substr(t.dedupe_key,"
    f" 9 + length({_OLD})) ELSE {_NEW} || substr(t.dedupe_key, 1 + length({_OLD})) END"
)
_VALUES = {
    ("case", "id"): "copy.case_id",
    ("case", "public_id"): "copy.public_id",
    ("case", "reference"): "copy.reference",
    ("case", "head"): "copy.head",
    ("event", "previous"): "link.previous",
    ("event", "hash"): "link.hash",
    ("outbox", "dedupe_key"): _DEDUPE,
    (
        "outbox",
        "message_id",
    ): f"CASE WHEN t.message_id IS NULL THEN NULL ELSE message_id(t.epoch, {_DEDUPE}) END",
    ("submission", "key"): "copy.public_id || '-' || substr(t.\"key\", 1, 32)",
    ("submission", "result"): "copy.public_id",
    ("", "case_id"): "copy.case_id",
}


@contextmanager
def _unguarded(connection: Connection) -> Iterator[None]:
    """What is on record is kept by triggers; here the templates are to leave no trace."""
    if connection.dialect.name == "postgresql":
        tables = ("event", "statement", "read_log")
        off = [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in tables]
        on = [
            f"ALTER TABLE {t} ENABLE ALWAYS TRIGGER {k}"
            for t in tables
            for k in ("not_changed", "not_emptied")
        ]
    else:
        found = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
        off, on = [f"DROP TRIGGER {row.name}" for row in found], [row.sql for row in found]
    for statement in off:
        connection.execute(text(statement))
    yield
    for statement in on:
        connection.execute(text(statement))


def _remove(connection: Connection, templates: tuple[int, ...]) -> None:
    last = max(templates)
    of_templates = f'SELECT public_id FROM "case" WHERE id <= {last}'
    connection.execute(text(f"DELETE FROM submission WHERE result IN ({of_templates})"))
    for table in reversed([t for t in _tables() if t.name != "submission"]):
        column = "id" if table.name == "case" else "case_id"
        connection.execute(text(f'DELETE FROM "{table.name}" WHERE "{column}" <= {last}'))


def _end(connection: Connection) -> None:
    """The next case that the service makes comes after these."""
    if connection.dialect.name == "postgresql":
        connection.execute(
            text("""SELECT setval(pg_get_serial_sequence('"case"', 'id'), max(id)) FROM "case" """)
        )


def main() -> None:
    """Fills a database, from nothing, and says how long it took."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("url", help="an empty database")
    asked.add_argument("--cases", type=int, default=100_000)
    asked.add_argument("--due", type=int, default=10_000)
    given = asked.parse_args()
    migrate(given.url)
    with service(given.url):
        start = time.perf_counter()
        fill(given.cases, given.due)
        print(
            f"{given.cases} open cases, {given.due} due at {towns.DUE}: {time.perf_counter() - start:.1f} s"
        )


if __name__ == "__main__":
    main()
