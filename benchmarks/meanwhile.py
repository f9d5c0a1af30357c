"""A person's move while a sweep of 20,000 runs: how much longer it takes than without.

    python -m benchmarks.meanwhile [--quick]

A process of its own sweeps 20,000 due among 100,000 open cases, as a scheduler does; here people move
other cases up meanwhile (`one_move.by_service`), one after the other with a pause of 10 ms, until the
sweep is over. Before it as many moves are made on the same database with no sweep. What is compared is
the time of the whole service call that one in a hundred exceeds; medians over the rounds, each on a fresh
copy.
"""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median

from benchmarks import machine, one_move, sweep, towns
from benchmarks.results import ROUNDS, Line, alone, at_most, p99
from benchmarks.service import service
from escalation.services import lapses
from escalation.services.unit import reading

BAR = 10.0
PAUSE = 0.010


@dataclass(frozen=True, slots=True)
class Round:
    """Milliseconds of each move, without a sweep and while one runs."""

    without: Sequence[float]
    meanwhile: Sequence[float]


def one_round(server: machine.Server, template: str, moves: int) -> Round:
    """Moves without and with a sweep, on a fresh copy."""
    server.create("round", template)
    cases = iter(one_move.ready(server, "round"))
    with service(server.for_service("round")):
        towns.at_due()
        _times(islice(cases, 3))
        server.settle()
        without = _times(islice(cases, moves))
        with _sweeping(server.for_service("round")) as sweeping:
            meanwhile = _times(_until_done(cases, sweeping))
    if not meanwhile:
        raise AssertionError("the sweep was over before anybody moved")
    return Round(without, meanwhile)


def _times(cases: Iterator[one_move.Ready]) -> list[float]:
    found = []
    for case in cases:
        start = time.perf_counter()
        one_move.by_service([case])
        found.append((time.perf_counter() - start) * 1_000)
        time.sleep(PAUSE)
    return found


def _until_done(
    cases: Iterator[one_move.Ready], sweeping: "subprocess.Popen[str]"
) -> Iterator[one_move.Ready]:
    while sweeping.poll() is None and (case := next(cases, None)) is not None:
        yield case


@contextmanager
def _sweeping(url: str) -> "Iterator[subprocess.Popen[str]]":
    """A sweep in a process of its own, from the moment it begins. Raises when it did not end well."""
    command = [sys.executable, "-m", "benchmarks.meanwhile", "--sweep", url]
    root = Path(__file__).parent.parent
    with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdin is not None
        assert run.stdout is not None
        run.stdout.readline()
        run.stdin.write("go\n")
        run.stdin.flush()
        yield run
    if run.returncode:
        raise AssertionError("the sweep failed")


def _sweep(url: str) -> None:
    with service(url):
        with reading():
            print("ready", flush=True)
        sys.stdin.readline()
        swept = lapses.lapse_overdue()
    if swept.set_aside or not swept.moved:
        raise AssertionError(f"the sweep went wrong: {swept}")


def measured(server: machine.Server, quick: bool) -> tuple[Line, ...]:
    """The 99th of a hundred moves without a sweep, with one, and the difference."""
    cases, due, moves, rounds = (300, 60, 5, 1) if quick else (100_000, 20_000, 200, ROUNDS)
    sweep.prepare(server, "meanwhile", cases, due)
    found = [one_round(server, "meanwhile", moves) for _ in range(rounds)]
    server.drop("meanwhile")
    without, meanwhile = (
        median(p99(times) for times in kind)
        for kind in ([f.without for f in found], [f.meanwhile for f in found])
    )
    more = median(p99(f.meanwhile) - p99(f.without) for f in found)
    return (
        Line("a person's move, p99, no sweep", f"{without:,.1f} ms"),
        Line(f"a person's move, p99, while a sweep of {due:,} runs", f"{meanwhile:,.1f} ms"),
        at_most(
            "a person's move, p99 with the sweep less p99 without",
            more,
            BAR,
            words="under 10 ms",
            figure=f"{more:,.1f} ms",
        ),
        Line("moves made while it ran", f"{sum(len(f.meanwhile) for f in found):,}"),
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--sweep"]:
        _sweep(sys.argv[2])
    else:
        alone(measured, __doc__)
