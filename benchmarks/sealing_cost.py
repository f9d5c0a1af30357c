"""What the proof of the record and the sealing of texts cost: a sweep and one move, with them and without.

    python -m benchmarks.sealing_cost [--quick]

With them is the service as it is. Without them texts are written as they were typed, no case gets a key, no
number is indexed, and an event says nothing of its texts and of the case row; its chain, older than both,
stays. The two take turns: each round sweeps a fresh copy either way, and moves as many cases either way. The
hourly seal, which is no part of either, is made once over everything that the sweep wrote.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from benchmarks import machine, one_move, rows, sweep, towns
from benchmarks.results import ROUNDS, Line, alone
from benchmarks.service import service
from escalation.security import case_facts, seal_keys
from escalation.services import numbers, record_seals, sealed, transition

WITH, WITHOUT = "with", "without"


class _Open:
    """Keys that seal nothing."""

    def seal(self, _place: Any, text: str) -> str:
        """The text as it is."""
        return text


@contextmanager
def without() -> Iterator[None]:
    """The service of this process as it would be without either."""
    with (
        patch.object(sealed, "keys_to_write", lambda *_: _Open()),
        patch.object(transition, "text_digest", lambda _: ""),
        patch.object(numbers, "rows_of", lambda *_: []),
        patch.object(case_facts, "after", lambda _: {}),
    ):
        yield


_WAYS: dict[str, Callable[[], AbstractContextManager[None]]] = {WITH: nullcontext, WITHOUT: without}


@dataclass(frozen=True, slots=True)
class Sealed:
    """How many cases one hourly seal covered, and how long it took."""

    cases: int
    seconds: float


def sweeps(server: machine.Server, due: int, rounds: int) -> dict[str, float]:
    """Cases a second each way, medians."""
    took: dict[str, list[float]] = {name: [] for name in _WAYS}
    for _ in range(rounds):
        for name, way in _WAYS.items():
            with way():
                took[name].append(sweep.on_copy(server, "cost", partial(sweep.by_service, server)))
    return {name: due / median(seconds) for name, seconds in took.items()}


def moves(server: machine.Server, moved: int, rounds: int) -> dict[str, float]:
    """Moves a second each way, medians."""
    server.create("round", "cost")
    left = iter(one_move.ready(server, "round"))
    took: dict[str, list[float]] = {name: [] for name in _WAYS}
    with service(server.for_service("round")):
        towns.at_due()
        one_move.by_service(list(islice(left, moved // 10)))
        server.settle()
        for _ in range(rounds):
            for name, way in _WAYS.items():
                cases = list(islice(left, moved))
                start = time.perf_counter()
                with way():
                    one_move.by_service(cases)
                took[name].append(time.perf_counter() - start)
    return {name: moved / median(seconds) for name, seconds in took.items()}


def one_seal(server: machine.Server) -> Sealed:
    """A seal over everything of a copy that was swept, all of it new to it."""
    sweep.on_copy(server, "cost", partial(sweep.by_service, server))
    with TemporaryDirectory() as folder, service(server.for_service("round")):
        key = seal_keys.make(Path(folder) / "key.pem")
        start = time.perf_counter()
        if not record_seals.seal(key, now=True):
            raise AssertionError("nothing was sealed")
        seconds = time.perf_counter() - start
    return Sealed(rows.counted(server.words("round"))["case"], seconds)


def measured(server: machine.Server, quick: bool) -> tuple[Line, ...]:
    """Both ways of both, and the seal."""
    cases, due, moved, rounds = (400, 40, 10, 1) if quick else (40_000, 4_000, 300, ROUNDS)
    sweep.prepare(server, "cost", cases, due)
    swept, made, seal = sweeps(server, due, rounds), moves(server, moved, rounds), one_seal(server)
    server.drop("cost")
    return (
        *_beside("sweep", swept, "cases/s", f" of {due:,} due among {cases:,} open"),
        *_beside("one interactive move", made, "/s", ""),
        Line(f"the hourly seal over {seal.cases:,} cases, all new", f"{seal.seconds:,.2f} s"),
    )


def _beside(what: str, rates: dict[str, float], unit: str, of: str) -> Iterator[Line]:
    space = " " if unit[0] != "/" else ""
    yield Line(f"{what}{of}, with proof and sealing", f"{rates[WITH]:,.0f}{space}{unit}")
    yield Line(f"{what}{of}, without either", f"{rates[WITHOUT]:,.0f}{space}{unit}")
    yield Line(f"{what}, with them of without", f"{rates[WITH] / rates[WITHOUT]:,.2f}")


if __name__ == "__main__":
    alone(measured, __doc__)
