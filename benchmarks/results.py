"""What a benchmark found, as data, and the one writer of the table.

A benchmark is a module with a function `measured(server, quick)` that gives its lines. `alone` is its
command line: one benchmark, on a PostgreSQL of its own, with its lines printed as a table.
"""

import argparse
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks import machine

ROUNDS = 5
"""Every figure is the median of so many rounds, with what is compared taking turns in each."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table. `met` is None where there is no bar: the figure stands beside the others."""

    measure: str
    figure: str
    bar: str = ""
    met: bool | None = None

    @property
    def verdict(self) -> str:
        """The last column."""
        return {True: "met", False: "**not met**", None: ""}[self.met]


Measured = Callable[[machine.Server, bool], Sequence[Line]]


def at_least(measure: str, value: float, bar: float, *, words: str = "", figure: str = "") -> Line:
    """A line that is met when the value reaches the bar. `figure` is how the value is written."""
    return Line(measure, figure or f"{value:,.2f}", words or f"at least {bar:g}", value >= bar)


def at_most(measure: str, value: float, bar: float, *, words: str = "", figure: str = "") -> Line:
    """A line that is met when the value stays under the bar. `figure` is how the value is written."""
    return Line(measure, figure or f"{value:,.2f}", words or f"under {bar:g}", value < bar)


def p99(values: Sequence[float]) -> float:
    """The value that one in a hundred exceeds (the nearest rank)."""
    return sorted(values)[math.ceil(len(values) * 0.99) - 1]


def table(lines: Sequence[Line]) -> str:
    """The lines as a Markdown table, its columns in line."""
    head = ("measure", "figure", "bar", "")
    rows = [head, *((line.measure, line.figure, line.bar, line.verdict) for line in lines)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(head))]
    drawn = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    rule = "|".join("-" * (width + 2) for width in widths)
    return "\n".join([f"| {drawn[0]} |", f"|{rule}|", *(f"| {row} |" for row in drawn[1:])])


def alone(measured: Measured, words: str | None) -> None:
    """The command line of one benchmark: `--quick` for a small try whose figures mean nothing."""
    asked = argparse.ArgumentParser(description=words, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--quick", action="store_true", help="a small try: its figures mean nothing")
    given = asked.parse_args()
    with machine.server() as server:
        print(f"{machine.words()}; {server.settings()}; commit {machine.commit()}")
        print(table(measured(server, given.quick)))
