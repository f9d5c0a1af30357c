"""The sweep on SQLite: 10,000 due among 100,000 open cases, the service beside SQL written by hand.

    python -m benchmarks.sqlite_sweep [--quick]

Both with the write-ahead log and every commit on disk (synchronous=FULL). As on PostgreSQL one copy of the
database is first swept by hand and one by the service, which must then hold the same rows; by hand the best
of three chunks is taken.
"""

import re
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks import machine, open_cases, rows, sqlite_by_hand, towns
from benchmarks.results import ROUNDS, Line, alone, at_least
from benchmarks.service import migrate, service
from escalation.services import lapses

BAR = 0.30
CHUNKS = (200, 1_000, 10_000)


def prepare(file: Path, cases: int, due: int) -> None:
    """A database with open cases, of which some are due; nobody has it open."""
    migrate(_url(file))
    with service(_url(file)):
        open_cases.fill(cases, due)
        towns.at_due()


def by_service(file: Path) -> float:
    """Sweeps a database by the service; gives the seconds."""
    with service(_url(file)):
        towns.at_due()
        start = time.perf_counter()
        swept = lapses.lapse_overdue()
        seconds = time.perf_counter() - start
    if swept.set_aside or not swept.moved:
        raise AssertionError(f"the sweep went wrong: {swept}")
    return seconds


def by_hand(file: Path, chunk: int = sqlite_by_hand.CHUNK) -> float:
    """Sweeps a database by hand; gives the seconds."""
    with service(_url(file)):
        towns.at_due()
    start = time.perf_counter()
    sqlite_by_hand.sweep(file, chunk)
    return time.perf_counter() - start


def _url(file: Path) -> str:
    return f"sqlite:///{file}"


@contextmanager
def copied(template: Path) -> Iterator[Path]:
    """A copy of a database, gone afterwards."""
    copy = template.with_name("round.db")
    shutil.copyfile(template, copy)
    try:
        yield copy
    finally:
        for left in template.parent.glob("round.db*"):
            left.unlink()


def on_copy(template: Path, run: Callable[[Path], float]) -> float:
    """Runs on a fresh copy."""
    with copied(template) as copy:
        return run(copy)


def same_rows(template: Path) -> list[str]:
    """The tables that differ between a database swept by hand and one swept by the service."""
    found = []
    for run in (by_hand, by_service):
        with copied(template) as copy:
            run(copy)
            found.append(_contents(copy))
    return [table for table in rows.TABLES if found[0][table] != found[1][table]]


def _contents(file: Path) -> dict[str, tuple[int, int]]:
    """Of each table: how many rows, and a sum over what in them does not hang on the microsecond."""
    with closing(sqlite3.connect(file)) as connection:
        connection.create_function("regexp_replace", 4, lambda text, old, new, _: re.sub(old, new, text))
        found = {}
        for table, columns in rows.TABLES.items():
            hashes = [hash(row) for row in connection.execute(f'SELECT {columns} FROM "{table}"')]
            found[table] = (len(hashes), sum(hashes))
        return found


def measured(server: machine.Server, quick: bool) -> tuple[Line, ...]:
    """The sweep by the service and by hand, and the ratio. The server is not used."""
    cases, due, rounds = (100, 20, 1) if quick else (100_000, 10_000, ROUNDS)
    with tempfile.TemporaryDirectory(prefix="escalation-bench-") as folder:
        template = Path(folder) / "filled.db"
        prepare(template, cases, due)
        if differing := same_rows(template):
            raise AssertionError(f"not the same rows in {', '.join(differing)}")
        tries = {chunk: on_copy(template, partial(by_hand, chunk=chunk)) for chunk in CHUNKS}
        best = min(tries, key=lambda chunk: tries[chunk])
        took = [
            (on_copy(template, partial(by_hand, chunk=best)), on_copy(template, by_service))
            for _ in range(rounds)
        ]
    hand, ours = (due / median(seconds) for seconds in zip(*took, strict=True))
    what = f"sweep of {due:,} due among {cases:,} open, SQLite"
    return (
        Line(f"{what}, by hand in chunks of {best:,}", f"{hand:,.0f} cases/s"),
        Line(f"{what}, the service", f"{ours:,.0f} cases/s"),
        at_least("the sweep on SQLite, of the same rows by hand", ours / hand, BAR),
    )


if __name__ == "__main__":
    alone(measured, __doc__)
