"""The first of the two counts: every figure of the board's page, from the lines of the diary."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from statistics import median
from typing import Any

from tests.support.diary.keeping import Book
from tests.support.diary.page import Challenge, Line
from tests.support.diary.times import CLOSED, FOLLOW_UP, REVIEW, UP
from tests.support.diary.town import AGENCIES

Figures = Mapping[str, Any]
_SAFER = {"yes": "Safer", "partly": "Partly safer", "no": "Not safer", "not_known": "Not known"}
_TO_AN_END = (FOLLOW_UP, CLOSED)


@dataclass(frozen=True)
class _Extract:
    """The lines about some of the challenges, and those challenges, as they stand `now`."""

    lines: list[Line]
    challenges: list[Challenge]
    now: datetime

    @cached_property
    def count(self) -> Counter[tuple[str, str]]:
        """How often each thing happened, by what and the word more."""
        return Counter((n.what, n.more) for n in self.lines)

    def about(self, what: str) -> set[int]:
        """The challenges to which this ever happened."""
        return {n.number for n in self.lines if n.what == what}

    @property
    def ended(self) -> set[int]:
        return {n.number for n in self.lines if n.what == "entered" and n.more in _TO_AN_END}

    @property
    def changed(self) -> int:
        return len(self.about("changed") & self.ended)

    @property
    def open(self) -> list[Challenge]:
        return [one for one in self.challenges if one.stage != CLOSED]

    @property
    def following(self) -> int:
        """How many are settled and wait for their follow-up."""
        return sum(one.stage == FOLLOW_UP for one in self.challenges)

    @property
    def raised_none(self) -> list[str]:
        return [a for a in sorted(AGENCIES) if a not in {one.by for one in self.challenges}]

    @property
    def reached(self) -> list[str]:
        """The highest stage of each challenge."""
        return [self._stages_of(one)[-1] for one in self.challenges]

    def _stages_of(self, one: Challenge) -> list[str]:
        entered = (n.more for n in self.lines if n.number == one.number and n.what == "entered")
        return [stage for stage in entered if stage in (REVIEW, *UP.values())]

    @property
    def passed(self) -> list[str]:
        """Every stage that a challenge came to before its end."""
        entered = (n.more for n in self.lines if n.what == "entered" and n.more not in _TO_AN_END)
        return list(dict.fromkeys(entered))


def from_the_diary(book: Book, since: date) -> Figures:
    """Every figure of the page, counted from the diary's lines about challenges raised since a day."""
    raised = {n.number for n in book.lines if n.what == "raised" and n.at.astimezone(UTC).date() >= since}
    lines = [n for n in book.lines if n.number in raised]
    told = _Extract(lines, [one for one in book.challenges if one.number in raised], book.now)
    return {**_sums(told), **_tables(told), **_times(told), **_in_words(told)}


def _sums(told: _Extract) -> Figures:
    return {
        "raised": len(told.challenges),
        "finished": len(told.ended),
        "changed": told.changed,
        "moved by silence": told.count["moved up", "silence"],
        "moved by choice": told.count["moved up", "chosen"],
        "open": len(told.open),
        "in follow-up": told.following,
        "past their time": sum(_past_its_time(one, told.now) for one in told.challenges),
        "leads who declined": told.count["lead declined", ""],
        "withdrawn": len(told.about("withdrawn")),
        "not freely": told.count["withdrawn", "not freely"],
    }


def _past_its_time(one: Challenge, now: datetime) -> bool:
    return any(promise.late or promise.due < now for promise in one.running.values())


def _tables(told: _Extract) -> Figures:
    by, to = (Counter(getattr(one, side) for one in told.challenges) for side in ("by", "first_to"))
    followed_up = {said: told.count["followed up", safer] for safer, said in _SAFER.items()}
    return {
        "furthest stage": Counter(told.reached),
        "pairs": Counter(f"{one.by} to {one.first_to}" for one in told.challenges),
        "outcomes": Counter({said: times for said, times in followed_up.items() if times}),
        "agencies": {agency: (by[agency], to[agency]) for agency in AGENCIES},
        "raised none": told.raised_none,
    }


def _times(told: _Extract) -> Figures:
    stages = dict.fromkeys([*told.reached, *told.passed])
    return {
        "deadlines": {stage: (told.count["ran out", stage], told.count["asked", stage]) for stage in stages},
        "days": {stage: _days(told.lines, stage) for stage in told.passed},
    }


def _in_words(told: _Extract) -> Figures:
    """The numbers in the page's headline and in the sentence below it, in their order."""
    raised, silence, none = len(told.challenges), told.count["moved up", "silence"], len(told.raised_none)
    following = [told.following] if told.following else []
    return {
        "headline": [told.changed, len(told.ended)] if told.ended else [],
        "sentence": [raised, len(told.open), *following, silence, none] if raised else [none],
    }


def _days(lines: list[Line], stage: str) -> tuple[str, ...]:
    """How long challenges stood in a stage, in every wording that is right to the nearest day."""
    came = {n.number: n.at for n in lines if (n.what, n.more) == ("entered", stage)}
    went = {n.number: n.at for n in lines if (n.what, n.more) == ("left", stage)}
    days = sorted((went[n].astimezone(UTC) - came[n].astimezone(UTC)) / timedelta(days=1) for n in went)
    here = f"; {len(came) - len(went)} still there" if len(came) > len(went) else ""
    if not days:
        return (f"none has left it{here}",)
    if len(days) < 5:
        single = ", ".join(str(round(d)) for d in days)
        return (f"{single} {_unit_of(max(days))}, too few for a middle{here}",)
    # A middle of exactly half a day may be said either way: seconds go by while a test runs.
    middles = {round(median(days) - 0.01), round(median(days) + 0.01)}
    return tuple(f"half within {m} {_unit_of(m)}{here}" for m in middles)


def _unit_of(days: float) -> str:
    return "day" if round(days) == 1 else "days"
