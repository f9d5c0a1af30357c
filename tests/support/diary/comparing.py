"""The second of the two counts, taken from the measures, and how it differs from the diary's."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from escalation.reporting.figures import BoardMeasures
from tests.support.diary.counting import Figures, from_the_diary
from tests.support.diary.playing import Diary

EVERYTHING = {"all": date(2026, 1, 1)}
"""The one period in which all that happened lies."""


def from_the_measures(m: BoardMeasures) -> Figures:
    """The same figures as the page would show them."""
    return {
        "raised": m.raised,
        "finished": m.finished,
        "changed": m.changed,
        "moved by silence": m.by_silence,
        "moved by choice": m.chosen,
        "open": m.open_now,
        "in follow-up": m.in_follow_up,
        "past their time": m.past_time,
        "leads who declined": m.declines,
        "withdrawn": m.withdrawn,
        "not freely": m.not_freely,
        "furthest stage": {r.label: r.count for r in m.stages.rows},
        "pairs": {r.label: r.count for r in m.pairs.rows},
        "outcomes": {r.label: r.count for r in m.outcomes.rows},
        "agencies": {a.agency: (a.raised, a.received) for a in m.agencies},
        "raised none": list(m.silent),
        "deadlines": {t.stage: (t.lapsed, t.ran) for t in m.times},
        "days": {t.stage: t.words for t in m.times},
        "headline": [int(n) for n in re.findall(r"\d+", m.headline)],
        "sentence": [int(n) for n in re.findall(r"\d+", m.sentence)],
    }


def differences(diary: Diary, periods: Mapping[str, date]) -> list[str]:
    """Every figure in which the two counts do not agree, in each period."""
    found = []
    for period, since in periods.items():
        mine, theirs = from_the_diary(diary, since), from_the_measures(diary.measured(period))
        found += [
            f"{period}, {name}: the diary says {mine[name]}, the measures {theirs[name]}"
            for name in mine
            if not _agree(name, mine[name], theirs[name])
        ]
    return found


def _agree(name: str, mine: Any, theirs: Any) -> bool:
    if name == "days":
        return mine.keys() == theirs.keys() and all(theirs[stage] in mine[stage] for stage in mine)
    return bool(mine == theirs)
