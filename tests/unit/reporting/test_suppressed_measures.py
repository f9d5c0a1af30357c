"""What a member of the board sees: the whole, no single case, and nothing from which one could be worked out."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from escalation.reporting.reading import Record
from escalation.reporting.suppressed import NOT_ANSWERED, WITHDRAWN, measures_of, twelve_months
from workflows.events import EventKind
from workflows.vocabulary import Phase

NOW = datetime(2026, 11, 27, tzinfo=UTC)
PHASES = {"one": Phase.MANAGER, "two": Phase.SENIOR, "three": Phase.ARBITRATION, "after": Phase.PROVISIONAL}
NAMES = {"one": "Managers", "two": "Heads", "three": "Board", "after": "Follow-up"}


def record(furthest: dict[str, int], sides: dict[tuple[str, str], int], **events: int) -> Record:
    """So many cases by their furthest stage and by their sides, and events of the first ones."""
    ladder = ("one", "two", "three")
    stages = [stage for stage, count in furthest.items() for _ in range(count)]
    entries = [
        SimpleNamespace(case_id=case, seq=seq, stage=stage, phase=PHASES[stage], entered_at=NOW,
                        left_at=NOW + timedelta(days=seq) if stage != reached else None)
        for case, reached in enumerate(stages)
        for seq, stage in enumerate(ladder[: ladder.index(reached) + 1], start=1)
    ]  # fmt: skip
    happened = [
        SimpleNamespace(case_id=case, seq=seq, kind=EventKind(kind))
        for seq, (kind, count) in enumerate(events.items(), start=1)
        for case in range(count)
    ]
    codes: dict[tuple[int, int], Any] = {
        (e.case_id, e.seq): {"safer": "yes", "cause": "silence", "changed": "yes"} for e in happened
    }
    pairs = [pair for pair, count in sides.items() for _ in range(count)]
    cases = tuple(SimpleNamespace(id=case, phase=Phase.CLOSED) for case in range(len(stages)))
    agencies = tuple(sorted({agency for pair in sides for agency in pair}))
    return Record(
        NOW, cases, tuple(happened), codes, tuple(entries), (), dict(enumerate(pairs)), agencies, (), NAMES,
        PHASES,
    )  # fmt: skip


def shown(found: Record) -> dict[str, dict[str, str]]:
    """Each table with its lines in words."""
    m = measures_of(found, twelve_months(NOW.date()))
    return {t.heading: {label: cell.words for label, cell in t.rows} for t in m.tables}


def test_of_fewer_than_five_nothing_is_shown() -> None:
    m = measures_of(record({"one": 4}, {("A", "B"): 4}), twelve_months(NOW.date()))
    assert m.raised.words == "fewer than 5"
    assert (m.tables, m.agencies, m.times) == ((), (), ())


def test_what_is_large_enough_is_shown() -> None:
    pairs = {("A", "B"): 12, ("B", "A"): 9}
    tables = shown(record({"one": 8, "two": 7, "three": 6}, pairs, moved_up=9, withdrawn=8))
    assert tables["How far they went"] == {"Managers": "8", "Heads": "7", "Board": "6"}
    assert tables["Why they moved up"]["Nobody answered in time"] == "not shown", (
        "nobody chose to: hidden too"
    )
    m = measures_of(record({"one": 8, "two": 7, "three": 6}, pairs), twelve_months(NOW.date()))
    assert [(a, r.words, c.words) for a, r, c in m.agencies] == [("A", "12", "9"), ("B", "9", "12")]
    assert dict(m.times)["Managers"] == "half within 1 day"
    assert dict(m.times)["Board"] == "fewer than 5 have left it"


def test_a_small_one_hides_another_and_what_would_tell_it() -> None:
    pairs = {("A", "B"): 15, ("B", "A"): 2, ("C", "A"): 6}
    tables = shown(record({"one": 13, "two": 8, "three": 2}, pairs, moved_up=12, withdrawn=3))
    assert tables["How far they went"] == {"Managers": "13", "Heads": "not shown", "Board": "fewer than 5"}
    assert set(tables["Why they moved up"].values()) == {"not shown"}, "moves tell how far they came"
    standing = tables["How they stand"]
    assert standing[WITHDRAWN] == "fewer than 5"
    assert standing[NOT_ANSWERED] == "not shown", "else the sum would tell"
    assert "Follow-up" not in tables["How far they went"]


@pytest.mark.parametrize("stage", ["two", "three"])
def test_a_stage_that_nobody_reached_has_its_line(stage: str) -> None:
    tables = shown(record({"one": 20}, {("A", "B"): 20}))
    assert tables["How far they went"][NAMES[stage]] == "fewer than 5"


def test_the_period_is_of_whole_months() -> None:
    assert (twelve_months(date(2026, 11, 27)).start, twelve_months(date(2026, 11, 27)).end) == (
        date(2025, 11, 1),
        date(2026, 11, 1),
    )
    assert twelve_months(date(2026, 11, 1)) == twelve_months(date(2026, 11, 30))
