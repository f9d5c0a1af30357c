"""The board's figures, counted a second time: from a diary of what was done, and not from the database.

What the diary says of a history and what the measures say must be the same, figure for figure; and a
seeded fault in the measures must be found.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from flask import Flask

from escalation.reporting import measures, reading
from escalation.reporting.reading import Record
from escalation.services import work
from tests.support.diary.comparing import EVERYTHING, differences
from tests.support.diary.counting import from_the_diary
from tests.support.diary.history import some_weeks
from tests.support.diary.playing import Diary
from tests.support.diary.times import SENIOR
from tests.support.diary.town import CARE, HOSPITAL, LONDON, MANAGER, OFFICE, POLICE, SCHOOL, SURGERY
from tests.support.movable_clock import MovableClock
from workflows import commands as c


@pytest.fixture
def begin(app: Flask, clock: MovableClock) -> Iterator[Callable[..., Diary]]:
    with app.app_context():
        yield lambda twice=False: Diary(clock, twice=twice)


@pytest.mark.parametrize("seed", range(3))
def test_the_measures_say_what_the_diary_says(begin: Callable[..., Diary], seed: int) -> None:
    diary, chance = begin(), Random(seed)
    assert differences(diary, EVERYTHING) == []
    for _ in range(3):
        some_weeks(diary, chance, acts=8)
        assert differences(diary, EVERYTHING) == []
    diary.passes(days=chance.randint(1, 12))
    assert differences(diary, EVERYTHING) == [], "what is overdue counts before anybody has looked"


@pytest.mark.parametrize("seed", range(100, 102))
def test_a_second_question_and_a_wrong_door_are_counted_right(begin: Callable[..., Diary], seed: int) -> None:
    diary, chance = begin(twice=True), Random(seed)
    some_weeks(diary, chance, acts=20)
    assert [d for d in differences(diary, EVERYTHING) if "past their time" not in d] == []


def test_each_period_counts_what_was_raised_in_it(begin: Callable[..., Diary]) -> None:
    diary, chance = begin(), Random(7)
    some_weeks(diary, chance, acts=12)
    diary.passes(days=(datetime(2027, 3, 22, tzinfo=LONDON) - diary.now).days)
    diary.sweeps()
    for by, to in ((SURGERY, HOSPITAL), (SCHOOL, CARE)):
        diary.raises(by, to)
    diary.passes(days=14)
    diary.sweeps()
    some_weeks(diary, chance, acts=10)
    a_year_ago = diary.now.date() - timedelta(days=365)
    since = {"year": a_year_ago, "financial": date(2027, 4, 1), "all": date(2026, 1, 1)}
    assert differences(diary, since) == []
    assert len({from_the_diary(diary, day)["raised"] for day in since.values()}) == 3


def test_a_concern_that_was_passed_on_is_not_past_its_time(begin: Callable[..., Diary]) -> None:
    diary = begin(twice=True)
    diary.passes_on(diary.raises(SURGERY, HOSPITAL), POLICE)
    assert differences(diary, EVERYTHING) == []


def test_a_second_question_in_time_is_not_past_its_time(begin: Callable[..., Diary]) -> None:
    diary = begin(twice=True)
    one = diary.raises(SURGERY, HOSPITAL)
    for _ in range(2):
        diary.asks_information(one, MANAGER[HOSPITAL])
        diary.tells(one, risk_rose=False)
    diary.asks_information(one, MANAGER[HOSPITAL])
    assert differences(diary, EVERYTHING) == []


def test_a_concern_that_was_passed_on_is_not_past_its_time_in_a_list(begin: Callable[..., Diary]) -> None:
    diary = begin(twice=True)
    diary.passes_on(diary.raises(SURGERY, HOSPITAL), POLICE)
    assert [row.past_time for row in work.worklist(diary.ids[OFFICE], diary.partnership)] == [False]


def test_of_two_times_that_end_together_both_have_run_out(begin: Callable[..., Diary]) -> None:
    diary = begin()
    one = diary.raises(HOSPITAL, CARE, urgent=True)
    assert len({promise.due for promise in one.running.values()}) == 1
    diary.passes(days=4)
    diary.sweeps()
    assert differences(diary, EVERYTHING) == []


def test_one_day_in_a_stage_is_one_day(begin: Callable[..., Diary]) -> None:
    diary = begin()
    one = diary.raises(SURGERY, HOSPITAL)
    diary.passes(days=1)
    diary.escalates(one)
    assert "1 days" not in diary.measured("all").times[0].words


def test_the_last_12_months_are_not_13() -> None:
    year = next(p for p in measures.periods(date(2026, 11, 30)) if p.words == "The last 12 months")
    assert year.start > date(2025, 11, 29)


# A seeded fault: what the measures would say if they were wrong.


def _thief(**taken: Callable[[Record], Any]) -> Callable[[Record], Record]:
    return lambda record: replace(record, **{name: take(record) for name, take in taken.items()})


_BLIND: Mapping[str, Callable[[Record], Record]] = {
    "a case is missing": _thief(cases=lambda r: r.cases[:-1]),
    "the last event is missing": _thief(events=lambda r: [e for e in r.events if e.kind != "follow_up_answered"]),
    "no lead ever declined": _thief(events=lambda r: [e for e in r.events if e.kind != "lead_declined"]),
    "the board's decisions change nothing": _thief(events=lambda r: [e for e in r.events if e.kind != "board_decided"]),
    "the sides are taken for one another": _thief(sides=lambda r: {k: v[::-1] for k, v in r.sides.items()}),
    "one agency is left out": _thief(agencies=lambda r: r.agencies[1:]),
    "the highest stage is not seen": _thief(entries=lambda r: [e for e in r.entries if e.phase != "arbitration"]),
    "who is still there is not seen": _thief(entries=lambda r: [e for e in r.entries if e.left_at]),
    "what is asked again is not seen": _thief(deadlines=lambda r: [d for d in r.deadlines if d.rung == 1]),
    "lapsed deadlines are not seen": _thief(deadlines=lambda r: [d for d in r.deadlines if d.state != "lapsed"]),
}  # fmt: skip


def _wrong_code(**said: Any) -> Callable[[Record], Record]:
    return _thief(
        codes=lambda r: {k: {**v, **{n: w for n, w in said.items() if n in v}} for k, v in r.codes.items()}
    )


_LYING: Mapping[str, Callable[[Record], Record]] = {
    "every move is called chosen": _wrong_code(cause="chosen"),
    "every move is called silence": _wrong_code(cause="silence"),
    "every withdrawal is called free": _wrong_code(freely=True),
    "everybody is called safer": _wrong_code(safer="yes"),
    "the board is said to change nothing": _wrong_code(changed="no"),
}


def test_a_fault_in_the_measures_is_found(
    begin: Callable[..., Diary], monkeypatch: pytest.MonkeyPatch, subtests: pytest.Subtests
) -> None:
    diary = _a_full_history(begin())
    assert differences(diary, EVERYTHING) == []
    right = reading.record_of
    for name, fault in {**_BLIND, **_LYING}.items():
        with subtests.test(name), monkeypatch.context() as patch:
            patch.setattr(measures, "record_of", lambda *told, wrong=fault: wrong(right(*told)))
            assert differences(diary, EVERYTHING) != []
    for function, wrong in (
        ("TOO_FEW", 50),
        ("median", max),
        ("_rank", lambda *_: 0),
        ("_count", lambda *_: 0),
    ):
        with subtests.test(function), monkeypatch.context() as patch:
            patch.setattr(measures, function, wrong)
            assert differences(diary, EVERYTHING) != []


def _a_full_history(diary: Diary) -> Diary:
    """Each thing that a figure counts happens at least once."""
    decided, followed, asked, unfree, view, silent = (diary.raises(SURGERY, HOSPITAL) for _ in range(6))
    diary.gives_view(view, supports=False)
    diary.withdraws(unfree, freely=False)
    diary.replies(followed, MANAGER[HOSPITAL], changes=True)
    diary.passes(days=1)
    diary.accepts(followed)
    diary.follows_up(followed, c.Safer.NOT_KNOWN)
    diary.escalates(decided)
    diary.escalates(decided)
    diary.decides(decided, c.Changed.PARTLY)
    diary.asks_information(asked, MANAGER[HOSPITAL])
    diary.passes(days=6)
    diary.sweeps()
    diary.passes(days=4)
    diary.sweeps()
    assert silent.stage == SENIOR
    return diary
