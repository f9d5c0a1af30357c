"""A sweep that finds nothing due, from 10,000 to 1,000,000 open cases, and the memory of a sweeping process.

    python -m benchmarks.nothing_due [--quick]

A process of its own (the service as a scheduler has it) looks again and again on a database in which
nothing is due, then sweeps what falls due in it, and tells the median look in milliseconds and the most
memory it ever held (RSS). A million is made from 100,000 by multiplying, in SQL, the rows that a look and
a sweep read: the case, its stages, who takes part, its deadlines. What happened before in the copied cases
(events, words, mails) is left out; nothing reads it here.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import cast

import psycopg
from sqlalchemy import Table

from benchmarks import machine, sweep, towns
from benchmarks.results import Line, alone, at_most
from benchmarks.service import service
from escalation.models import Base, Case, Deadline, Participation, StageEntry
from escalation.services import lapses

BAR_MS, FLAT = 2.0, 1.5
LOOKS = 500
_MULTIPLIED: tuple[type[Base], ...] = (Case, StageEntry, Participation, Deadline)


@dataclass(frozen=True, slots=True)
class Looked:
    """The median look in milliseconds; cases then swept; the most memory held, in MB."""

    look: float
    swept: int
    memory: float


def multiply(server: machine.Server, name: str, times: int) -> None:
    """Makes `times` as many open cases, with everything that a sweep reads of them."""
    with psycopg.connect(server.words(name)) as connection:
        connection.execute("SET session_replication_role = replica")
        highest = connection.execute('SELECT max(id) FROM "case"').fetchone()
        assert highest is not None
        for number in range(1, times):
            for model in _MULTIPLIED:
                connection.execute(_copied(model, highest[0], number))
    with psycopg.connect(server.words(name), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _copied(model: type[Base], last: int, number: int) -> str:
    """The nth copy of the first cases' rows in one table; `last` is the highest id among them."""
    table = cast(Table, model.__table__)
    case, step = ("id" if model is Case else "case_id"), last * number
    new = {
        case: f"{case} + {step}",
        "public_id": f"left(public_id, 20) || '-{number}'",
        "reference": f"reference || '-{number}'",
    }
    values = ", ".join(new.get(column.name, f'"{column.name}"') for column in table.c)
    names = ", ".join(f'"{column.name}"' for column in table.c)
    return f'INSERT INTO "{table.name}" ({names}) SELECT {values} FROM "{table.name}" WHERE {case} <= {last}'


def looked(url: str, looks: int) -> Looked:
    """What a process of its own finds: nothing due, and then what is due a moment later."""
    command = [sys.executable, "-m", "benchmarks.nothing_due", "--look", url, str(looks)]
    done = subprocess.run(command, cwd=Path(__file__).parent.parent, stdout=subprocess.PIPE, check=True)
    return Looked(**json.loads(done.stdout))


def _look(url: str, looks: int) -> None:
    with service(url):
        towns.at_due(-60)
        took = []
        for _ in range(looks):
            start = time.perf_counter()
            swept = lapses.lapse_overdue()
            took.append((time.perf_counter() - start) * 1_000)
        if swept.moved or swept.lapsed:
            raise AssertionError("something was due")
        towns.at_due()
        swept = lapses.lapse_overdue()
    if swept.set_aside:
        raise AssertionError(f"the sweep went wrong: {swept}")
    print(json.dumps({"look": median(took), "swept": swept.moved, "memory": machine.peak_memory()}))


def measured(server: machine.Server, quick: bool) -> tuple[Line, ...]:
    """A look at each size, how flat they are, and the memory at the largest."""
    found = dict(_at_each_size(server, quick))
    small, large = min(found), max(found)
    flat = found[large].look / found[small].look
    memory = f"{found[large].memory:,.0f} MB"
    return (
        *(
            at_most(
                f"sweep with nothing due, {cases:,} open cases",
                one.look,
                BAR_MS,
                words="under 2 ms",
                figure=f"{one.look:.2f} ms",
            )
            for cases, one in found.items()
        ),
        at_most(
            f"the same, {large:,} open beside {small:,}",
            flat,
            FLAT,
            words=f"flat (under {FLAT:g} times)",
            figure=f"{flat:.2f} times",
        ),
        Line(f"memory of a process that sweeps {found[large].swept:,} due among {large:,} open", memory),
    )


def _at_each_size(server: machine.Server, quick: bool) -> Iterator[tuple[int, Looked]]:
    sizes = ((100, 5),) if quick else ((10_000, 1_000), (100_000, 1_000))
    for cases, due in sizes:
        sweep.prepare(server, f"open_{cases}", cases, due)
    largest = sizes[-1][0]
    server.create("open_most", f"open_{largest}")
    multiply(server, "open_most", 10)
    fewer = {} if quick else {cases: f"open_{cases}" for cases, _ in sizes}
    for cases, name in (fewer | {largest * 10: "open_most"}).items():
        server.settle()
        yield cases, looked(server.for_service(name), LOOKS // 50 if quick else LOOKS)
        server.drop(name)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--look"]:
        _look(sys.argv[2], int(sys.argv[3]))
    else:
        alone(measured, __doc__)
