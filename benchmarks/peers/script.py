"""The command line of a peer's script, its stop-watch, and what it prints."""

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version


@dataclass(frozen=True)
class Asked:
    """What a script is asked to do: where, with how much, how often."""

    socket: str
    database: str
    open_cases: int
    due: int
    moves: int
    rounds: int


@dataclass
class Found:
    """What it found: cases swept and moves made a second, one figure a round."""

    versions: dict[str, str]
    sweep: list[float] = field(default_factory=list)
    move: list[float] = field(default_factory=list)

    def print(self) -> None:
        """One line of JSON, the last that a script prints."""
        print(json.dumps(asdict(self)), flush=True)


def asked(words: str | None) -> Asked:
    """The command line."""
    line = argparse.ArgumentParser(description=words)
    line.add_argument("--socket", required=True)
    line.add_argument("--database", required=True)
    for name, usual in (("--open-cases", 100_000), ("--due", 1_000), ("--moves", 300), ("--rounds", 5)):
        line.add_argument(name, type=int, default=usual)
    return Asked(**vars(line.parse_args()))


def found(packages: Sequence[str]) -> Found:
    """Nothing yet, by these versions."""
    return Found({name: version(name) for name in packages})


def rate(count: int, run: Callable[[], object]) -> float:
    """How many a second when `run` does `count` of them."""
    start = time.perf_counter()
    run()
    return count / (time.perf_counter() - start)
