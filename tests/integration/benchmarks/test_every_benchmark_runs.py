"""Every benchmark runs, so that none goes stale. How fast anything is, is never asserted."""

import pytest

from benchmarks import beside, machine, towns
from benchmarks.__main__ import EVERY, run
from benchmarks.results import Line, table


@pytest.mark.campaign
@pytest.mark.timeout(600)
def test_every_benchmark_runs_small(monkeypatch: pytest.MonkeyPatch) -> None:
    # The peers are installed by `make peers` and by nothing else.
    monkeypatch.setattr(beside, "installed", lambda: False)
    monkeypatch.setattr(towns, "TOWNS", {"Easton": "EA"})
    monkeypatch.setitem(machine.OPTIONS, "fsync", "off")

    with machine.server() as place:
        lines = run(place, list(EVERY), quick=True)

    assert not [line.measure for line in lines if line.measure.endswith(" failed")]
    bars = [line.measure for line in lines if line.met is not None]
    for measure in (
        "the sweep, of the same rows by hand",
        "a person's move, p99 with the sweep less p99 without",
        "the sweep on SQLite, of the same rows by hand",
        "lateness of a deadline, p99",
        "one interactive move, of the same rows by psycopg",
        "mail hand-over to a loopback server, one worker",
        "decide(), all of these, median",
    ):
        assert measure in bars


def test_the_table_says_which_bars_are_met() -> None:
    lines = (Line("this", "1.00", "at least 0.5", True), Line("that", "9 ms", "under 2 ms", False))

    assert table((*lines, Line("beside", "3/s"))).splitlines()[2:] == [
        "| this    | 1.00   | at least 0.5 | met         |",
        "| that    | 9 ms   | under 2 ms   | **not met** |",
        "| beside  | 3/s    |              |             |",
    ]
