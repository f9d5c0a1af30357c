"""Every benchmark, one after the other on one machine: prints the table and writes it down.

    python -m benchmarks [--quick] [--only sweep,one_move] [--write docs/evidence/benchmarks.md]

`make bench` runs all of it and writes the evidence; `make bench-quick` is a small try whose figures mean
nothing. A benchmark that fails is told in the table, and the others go on; the run then ends with 1.
"""

import argparse
import sys
import time
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks import (
    beside,
    decide,
    lateness,
    machine,
    mails,
    meanwhile,
    nothing_due,
    one_move,
    sealing_cost,
    sign_in,
    sqlite_sweep,
    sweep,
)
from benchmarks.results import ROUNDS, Line, Measured, table

EVERY: dict[str, Measured] = {
    "sweep": sweep.measured,
    "meanwhile": meanwhile.measured,
    "sqlite_sweep": sqlite_sweep.measured,
    "nothing_due": nothing_due.measured,
    "lateness": lateness.measured,
    "one_move": one_move.measured,
    "sealing_cost": sealing_cost.measured,
    "mails": mails.measured,
    "decide": decide.measured,
    "sign_in": sign_in.measured,
}
"""Each benchmark by name, in the order of the table."""
_OURS = ("sqlalchemy", "psycopg", "flask", "apscheduler", "flask-mail", "aiosmtpd")
_PAGE = """# Benchmarks

Written by `make bench`: everything is measured in one run on one machine, and each figure is the
median of {rounds} rounds in which what is compared takes turns. Machines differ and are noisy: read the
ratios. What is measured, and how, stands at the head of each module in `benchmarks/`.

- {day}, commit {commit}, {minutes:.0f} minutes
- {machine}
- {settings}
- {ours}
- peers: {peers}

{table}
"""


def run(server: machine.Server, names: Sequence[str], quick: bool) -> list[Line]:
    """The lines of these benchmarks; one that fails has a line that says so."""
    lines: list[Line] = []
    for name in names:
        began = time.monotonic()
        try:
            lines += EVERY[name](server, quick)
        except Exception:  # noqa: BLE001 (it is printed, and stands in the table as not met)
            traceback.print_exc()
            lines.append(Line(f"{name} failed", "-", "", False))
        print(f"{name}: {time.monotonic() - began:,.0f} s", file=sys.stderr, flush=True)
    return lines


def page(server: machine.Server, lines: Sequence[Line], began: datetime) -> str:
    """The evidence as Markdown: the machine, the versions, the table."""
    peers = ", ".join(f"{name} {number}" for name, number in beside.versions().items())
    return _PAGE.format(
        rounds=ROUNDS,
        day=f"{began:%-d %B %Y}",
        commit=machine.commit(),
        minutes=(datetime.now(UTC) - began).total_seconds() / 60,
        machine=machine.words(),
        settings=f"PostgreSQL {server.settings()}",
        ours=", ".join(f"{name} {version(name)}" for name in _OURS),
        peers=peers or "none were run",
        table=table(lines),
    )


def main() -> int:
    """Prints the table; 1 when a benchmark failed (a bar that is not met is no failure)."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--quick", action="store_true", help="a small try: its figures mean nothing")
    asked.add_argument("--only", default=",".join(EVERY), help="names, separated by commas")
    asked.add_argument("--write", type=Path, help="where the evidence is written")
    given = asked.parse_args()
    began = datetime.now(UTC)
    with machine.server() as server:
        lines = run(server, given.only.split(","), given.quick)
        print(table(lines))
        if given.write:
            given.write.write_text(page(server, lines, began), encoding="utf-8")
    return any(line.measure.endswith(" failed") for line in lines)


if __name__ == "__main__":
    sys.exit(main())
