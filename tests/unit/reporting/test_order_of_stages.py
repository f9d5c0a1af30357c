"""How far challenges went is told in the order of the procedure, however many stopped where."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

from escalation.reporting.figures import Period
from escalation.reporting.measures import measures_of
from escalation.reporting.reading import Record
from workflows.vocabulary import Phase

NOW = datetime(2026, 11, 27, tzinfo=UTC)
STAGES = {"talk": "The talk", "two": "Second managers", "one": "First managers", "old": "An older stage"}


def entry(case: int, seq: int, stage: str, phase: Phase = Phase.MANAGER) -> Any:
    return SimpleNamespace(case_id=case, seq=seq, stage=stage, phase=phase, entered_at=NOW, left_at=None)


def record(*entries: Any) -> Record:
    cases = tuple(SimpleNamespace(id=i, phase=Phase.MANAGER) for i in {e.case_id for e in entries})
    return Record(NOW, cases, (), {}, entries, (), {}, (), (), STAGES)


def test_how_far_they_went_follows_the_procedure_and_not_the_count() -> None:
    talks = [entry(case, 1, "talk", Phase.INFORMAL) for case in (1, 2, 3)]
    found = record(entry(4, 1, "old"), *talks, entry(3, 2, "two"), entry(3, 3, "one"), entry(5, 1, "two"))
    measures = measures_of(found, Period("all", "All", date(2000, 1, 1), date(2027, 1, 1)))
    assert [(row.label, row.count) for row in measures.stages.rows] == [
        ("The talk", 2),
        ("Second managers", 1),
        ("First managers", 1),
        ("An older stage", 1),
    ]
    assert [time.stage for time in measures.times] == list(STAGES.values())
