"""A history of Northtown, made up at random: what people do in some weeks, and when somebody looks."""

from collections.abc import Callable
from random import Random

from tests.support.diary.page import Challenge
from tests.support.diary.playing import Diary
from tests.support.diary.times import ARBITRATION, CLOSED, FOLLOW_UP, REVIEW
from tests.support.diary.town import AGENCIES, CLOSES, HOSPITAL, HOUSING, LEAD, MANAGER, SCHOOL, SURGERY
from workflows import commands as c

EVENING = 20
"""At ten in the morning every agency is at work, and at eight in the evening none is."""


def something_happens(diary: Diary, chance: Random) -> None:
    """One thing, of all that may happen in Northtown now."""
    options: list[Callable[[], None]] = [lambda: _somebody_raises(diary, chance)] * 3
    standing = [one for one in diary.challenges if one.stage != CLOSED]
    if standing:
        one = chance.choice(standing[-6:])
        options += _possible(diary, chance, one)
    chance.choice(options)()


def _somebody_raises(diary: Diary, chance: Random) -> None:
    # Of two agencies that close at the same hour two times can run out at the same instant: a test of its own.
    by = chance.choice([SURGERY, SURGERY, SCHOOL, HOSPITAL, HOUSING])
    others = [a for a in AGENCIES if CLOSES.get(a) != CLOSES.get(by)]
    diary.raises(by, chance.choice(others), urgent=chance.random() < 0.3)


def _possible(diary: Diary, chance: Random, one: Challenge) -> list[Callable[[], None]]:
    maybe, who = chance.random() < 0.5, one.answering
    if one.stage == FOLLOW_UP:
        return [lambda: diary.follows_up(one, chance.choice(list(c.Safer)))]
    options: list[Callable[[], None]] = [lambda: diary.tells(one, risk_rose=maybe)]
    options += [lambda: diary.withdraws(one, freely=maybe)] * chance.randint(0, 1)
    if one.stage == ARBITRATION:
        return [*options, *[lambda: diary.decides(one, chance.choice(list(c.Changed)))] * 3]
    options += [lambda: diary.escalates(one)] * 2
    if one.replied:
        options += [lambda: diary.accepts(one)] * 3
    if one.stage == REVIEW and one.by in LEAD and not one.viewed:
        options += [lambda: diary.gives_view(one, supports=maybe)] * 2
    return options + (_of_the_other_side(diary, chance, one, who) if who else [])


def _of_the_other_side(diary: Diary, chance: Random, one: Challenge, who: str) -> list[Callable[[], None]]:
    maybe = chance.random() < 0.5
    options: list[Callable[[], None]] = [lambda: diary.replies(one, who, changes=maybe)] * 3
    options.append(lambda: diary.settles(one, who))
    if diary.twice or "information" not in one.asked_here:
        options.append(lambda: diary.asks_information(one, who))
    if diary.twice and one.stage == REVIEW and not one.passed_on:
        others = [a for a in MANAGER if a != one.to and CLOSES.get(a) != CLOSES.get(one.by)]
        options += [lambda: diary.passes_on(one, chance.choice(others))] * (2 if others else 0)
    return options


def some_weeks(diary: Diary, chance: Random, acts: int) -> None:
    """Things happen in the morning or the evening; in between days pass, and mostly somebody looks."""
    for _ in range(acts):
        something_happens(diary, chance)
        if chance.random() < 0.5:
            days, evening = chance.choice((0, 1, 1, 2, 3, 5)), diary.now.hour == EVENING
            if days or not evening:
                turned = chance.choice((0, -10 if evening else 10)) if days else 10
                diary.passes(days=days, hours=turned)
            diary.sweeps()
