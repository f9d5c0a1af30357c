"""A seeded generator of random questions for the oracle in `working_time`.

As a library: `calendars(seed)` gives about 300 calendars as plain JSON-able data, `questions(seed)` an
endless stream of questions about them, and `answered(seed, count)` the questions the oracle can answer, with
its answers. As a program it writes them for another implementation to be compared with:

    python -m tests.oracles.questions --seed 7 --count 1000000 --out /some/folder

writes calendars.json (a list) and questions.jsonl, one question a line:

    {"calendar": 12, "notice_us": ..., "amount": "3 working_days", "sittings": [], "due_us": ...,
     "before": "1 weeks", "remind_us": null}

Without `before` no reminder was asked for; `remind_us` null means no reminder is sent.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from random import Random

from tests.oracles.working_time import (
    CLOCK_CHANGES,
    DAY_US,
    EPOCH_ORDINAL,
    HOUR_US,
    MINUTE_US,
    NATIONS,
    SECOND_US,
    BeyondHorizonError,
    Calendar,
    bank_holidays,
    day_number,
    due,
    easter_sunday,
    from_london,
    parse_time,
    remind,
    to_london,
    weekday_of,
)

CALENDARS = 300
EDGE_SHARE = 0.3
FIRST_NOTICE_DAY = day_number(date(2024, 1, 1))
LAST_NOTICE_DAY = day_number(date(2040, 6, 30))
FIRST_NOTICE = from_london(FIRST_NOTICE_DAY, 0)
END_OF_NOTICES = from_london(LAST_NOTICE_DAY + 1, 0)
YEARS = range(2024, 2041)
CLOCK_CHANGES_ASKED = [change for change in CLOCK_CHANGES if FIRST_NOTICE <= change < END_OF_NOTICES]
ELAPSED_US = {"seconds": SECOND_US, "minutes": MINUTE_US, "hours": HOUR_US}
MOST_COUNTED = {"hours": 500, "working_hours": 500}
MOST_OTHERWISE = 60
COUNTED_UNITS = ("seconds", "minutes", "hours", "working_hours", "working_days", "calendar_days", "weeks")
REMINDER_UNITS = ("seconds", "minutes", "hours", "working_days", "weeks")
USUAL_WEEKS = ([0, 1, 2, 3, 4], [0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5], [0, 2, 4], [1, 3])


@dataclass(frozen=True, slots=True)
class Question:
    """The question when `amount`, counted from `notice_us`, runs out in calendar number `calendar`."""

    calendar: int
    notice_us: int
    amount: str
    sittings: tuple[str, ...] = ()
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The oracle's answer to a question."""

    due_us: int
    remind_us: int | None


# --- Calendars ----------------------------------------------------------------------------------------------


def _clock(minutes: int) -> str:
    """Write minutes after midnight as HH:MM."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _hours(rng: Random, earliest: int = 300) -> list[str]:
    """Pick opening hours: mostly office hours, sometimes any minute from 05:00 to 23:59."""
    if rng.random() < 0.5:
        return [rng.choice(("08:00", "08:30", "09:30")), rng.choice(("16:00", "16:30", "17:30"))]
    opens = rng.randint(earliest, 12 * 60)
    return [_clock(opens), _clock(rng.randint(opens + 60, 24 * 60 - 1))]


def _special_hours(rng: Random) -> dict[str, list[str]]:
    """Pick weekdays with other hours: closed afternoons, late openings, short Saturdays."""
    picked = rng.sample(range(7), rng.randint(1, 3))
    choices = (["09:00", "12:30"], ["10:00", "19:45"], _hours(rng))
    return {str(weekday): rng.choice(choices) for weekday in picked}


def _weekdays(rng: Random) -> list[int]:
    """Pick the working week: Monday to Friday half of the time, otherwise a usual or an arbitrary one."""
    kind = rng.random()
    if kind < 0.5:
        return [0, 1, 2, 3, 4]
    return list(rng.choice(USUAL_WEEKS)) if kind < 0.85 else sorted(rng.sample(range(7), rng.randint(1, 6)))


def _closures(rng: Random) -> list[str]:
    """Pick closed dates: single days, and in some calendars the days between Christmas and New Year."""
    span = (date(2041, 12, 31) - date(2024, 1, 1)).days
    days = {date(2024, 1, 1) + timedelta(days=rng.randint(0, span)) for _ in range(rng.randint(0, 40))}
    if rng.random() < 0.4:
        days |= {date(year, 12, day) for year in range(2024, 2042) for day in range(24, 32)}
    return sorted(day.isoformat() for day in days)


def _terms_of(rng: Random, year: int) -> list[list[str]]:
    """Pick the half-terms which begin in a year, and rarely a summer school overlapping one of them."""
    spring_ends = easter_sunday(year) - timedelta(days=rng.randint(3, 10))
    summer_starts = easter_sunday(year) + timedelta(days=rng.randint(2, 12))
    summer_ends = date(year, 7, rng.randint(17, 25))
    terms = [
        (date(year, 1, rng.randint(2, 8)), date(year, 2, rng.randint(9, 16))),
        (date(year, 2, rng.randint(17, 24)), max(spring_ends, date(year, 3, 15))),
        (summer_starts, date(year, 5, rng.randint(22, 28))),
        (date(year, 6, rng.randint(1, 6)), summer_ends),
        (date(year, 9, rng.randint(1, 8)), date(year, 10, rng.randint(18, 28))),
        (date(year, 11, rng.randint(1, 6)), date(year, 12, rng.randint(16, 23))),
    ]
    if rng.random() < 0.2:
        terms.insert(4, (summer_ends - timedelta(days=3), summer_ends + timedelta(days=10)))
    return [[first.isoformat(), last.isoformat()] for first, last in terms]


def _calendar(rng: Random) -> Calendar:
    """Pick one calendar."""
    opens, closes = _hours(rng)
    calendar: Calendar = {
        "nation": rng.choice(NATIONS),
        "weekdays": _weekdays(rng),
        "opens": opens,
        "closes": closes,
    }
    if rng.random() < 0.4:
        calendar["hours"] = _special_hours(rng)
    if rng.random() < 0.6:
        calendar["closures"] = _closures(rng)
    if rng.random() < 0.25:
        calendar["terms"] = [term for year in range(2024, 2042) for term in _terms_of(rng, year)]
    return calendar


def calendars(seed: int, count: int = CALENDARS) -> list[Calendar]:
    """Return the calendars of a seed."""
    rng = Random(f"calendars {seed}")
    return [_calendar(rng) for _ in range(count)]


# --- Notices ------------------------------------------------------------------------------------------------


def _nudge(rng: Random) -> int:
    """Pick a microsecond before, none or a microsecond after."""
    return rng.choice((-1, 0, 1))


def _at_hours(rng: Random, calendar: Calendar, day: int) -> int:
    """Pick closing time (mostly), opening time, midnight or any time of a day, give or take a microsecond."""
    hours = calendar.get("hours") or {}
    opens, closes = hours.get(str(weekday_of(day)), (calendar["opens"], calendar["closes"]))
    times = (parse_time(closes), parse_time(closes), parse_time(opens), 0, rng.randrange(DAY_US))
    return from_london(day, rng.choice(times)) + _nudge(rng)


def _any_day(rng: Random) -> int:
    """Pick any day of the range of notices."""
    return rng.randint(FIRST_NOTICE_DAY, LAST_NOTICE_DAY)


def _near_hours(rng: Random, calendar: Calendar) -> int:
    return _at_hours(rng, calendar, _any_day(rng))


def _near_midnight(rng: Random, _: Calendar) -> int:
    return from_london(_any_day(rng), 0) + _nudge(rng)


def _near_clock_change(rng: Random, calendar: Calendar) -> int:
    """Pick the very change, the hours around it, or the working hours of the days around it."""
    change = rng.choice(CLOCK_CHANGES_ASKED)
    around = _at_hours(rng, calendar, to_london(change)[0] + rng.randint(-3, 1))
    return rng.choice((change + _nudge(rng), change + rng.randint(-3 * HOUR_US, 3 * HOUR_US), around))


def _near_christmas(rng: Random, calendar: Calendar) -> int:
    return _at_hours(rng, calendar, day_number(date(rng.choice(YEARS), 12, 22)) + rng.randint(0, 15))


def _near_easter(rng: Random, calendar: Calendar) -> int:
    return _at_hours(rng, calendar, day_number(easter_sunday(rng.choice(YEARS))) + rng.randint(-5, 3))


def _near_leap_day(rng: Random, calendar: Calendar) -> int:
    leap_day = day_number(date(rng.randrange(2024, 2041, 4), 2, 29))
    return _at_hours(rng, calendar, leap_day + rng.randint(-2, 1))


def _near_bank_holiday(rng: Random, calendar: Calendar) -> int:
    holiday = rng.choice(sorted(bank_holidays(calendar["nation"], rng.choice(YEARS))))
    return _at_hours(rng, calendar, day_number(holiday) + rng.randint(-3, 1))


def _near_term_end(rng: Random, calendar: Calendar) -> int:
    """Pick the beginning or end of a term; without terms a closure, without closures a bank holiday."""
    ends = [day for term in calendar.get("terms") or () for day in term] or calendar.get("closures")
    if not ends:
        return _near_bank_holiday(rng, calendar)
    return _at_hours(rng, calendar, day_number(rng.choice(list(ends))) + rng.randint(-1, 1))


EDGES: tuple[Callable[[Random, Calendar], int], ...] = (
    _near_hours,
    _near_hours,
    _near_midnight,
    _near_clock_change,
    _near_christmas,
    _near_easter,
    _near_leap_day,
    _near_bank_holiday,
    _near_term_end,
)


def _notice(rng: Random, calendar: Calendar) -> int:
    """Pick an instant of notice: uniform, or aimed at an edge; aimed outside the range it is picked again."""
    while rng.random() < EDGE_SHARE:
        notice = rng.choice(EDGES)(rng, calendar)
        if FIRST_NOTICE <= notice < END_OF_NOTICES:
            return notice
    return rng.randrange(FIRST_NOTICE, END_OF_NOTICES)


# --- Questions ----------------------------------------------------------------------------------------------


def _count(rng: Random, unit: str) -> int:
    """Pick a count: small ones a third of the time."""
    most = 5 if rng.random() < 1 / 3 else MOST_COUNTED.get(unit, MOST_OTHERWISE)
    return rng.randint(1, most)


def _counted(rng: Random, calendar: Calendar) -> Question:
    """Ask for a number of units; elapsed time often runs out around midnight, which matters to reminders."""
    unit = rng.choice(COUNTED_UNITS)
    count, notice = _count(rng, unit), _notice(rng, calendar)
    if unit in ELAPSED_US and rng.random() < EDGE_SHARE:
        around_midnight = rng.choice((_nudge(rng), rng.randint(-HOUR_US, HOUR_US)))
        aimed = from_london(_any_day(rng), 0) + around_midnight - count * ELAPSED_US[unit]
        notice = aimed if aimed >= FIRST_NOTICE else notice
    return Question(0, notice, f"{count} {unit}")


def _same_day(rng: Random, calendar: Calendar) -> Question:
    return Question(0, _notice(rng, calendar), "same_working_day")


def _same_day_until(rng: Random, calendar: Calendar) -> Question:
    """Ask with a cut-off; often the notice is just before, at or just after it."""
    notice = _notice(rng, calendar)
    cut_off = rng.randint(6 * 60, 20 * 60)
    if rng.random() < EDGE_SHARE:
        notice = from_london(_any_day(rng), cut_off * MINUTE_US) + _nudge(rng)
    return Question(0, notice, f"same_working_day until {_clock(cut_off)}")


def _next_sitting(rng: Random, calendar: Calendar) -> Question:
    """Ask with sittings before and after the notice, sometimes on its very day or none at all."""
    notice = _notice(rng, calendar)
    today = to_london(notice)[0]
    days = {today + rng.randint(-60, 150) for _ in range(rng.randint(0, 6))}
    if rng.random() < 0.3:
        days.add(today + rng.randint(0, 3))
    sittings = tuple(date.fromordinal(day + EPOCH_ORDINAL).isoformat() for day in sorted(days))
    return Question(0, notice, "next_sitting", sittings)


def _before(rng: Random) -> str | None:
    """Pick the time of the reminder: none half of the time."""
    if rng.random() < 0.5:
        return None
    unit = rng.choice(REMINDER_UNITS)
    return f"{_count(rng, unit)} {unit}"


KINDS = (_counted,) * 7 + (_same_day, _same_day_until, _next_sitting)


def questions(seed: int, agencies: list[Calendar] | None = None) -> Iterator[Question]:
    """Yield random questions without end; a few at the far end of sparse calendars have no answer."""
    rng = Random(f"questions {seed}")
    agencies = calendars(seed) if agencies is None else agencies
    while True:
        number = rng.randrange(len(agencies))
        asked = rng.choice(KINDS)(rng, agencies[number])
        yield Question(number, asked.notice_us, asked.amount, asked.sittings, _before(rng))


def answer(question: Question, agency: Calendar) -> Answer:
    """Ask the oracle."""
    due_us = due(question.amount, question.notice_us, agency, question.sittings)
    if question.before is None:
        return Answer(due_us, None)
    return Answer(due_us, remind(question.before, due_us, question.notice_us, agency))


def answered(
    seed: int, count: int, agencies: list[Calendar] | None = None
) -> Iterator[tuple[Question, Answer]]:
    """Yield `count` questions with answers, passing over those which would need the years after 2041."""
    agencies = calendars(seed) if agencies is None else agencies

    def attempts() -> Iterator[tuple[Question, Answer]]:
        for question in questions(seed, agencies):
            try:
                yield question, answer(question, agencies[question.calendar])
            except BeyondHorizonError:
                continue

    return islice(attempts(), count)


def _write(seed: int, count: int, out: Path) -> None:
    """Write calendars.json and questions.jsonl."""
    agencies = calendars(seed)
    (out / "calendars.json").write_text(json.dumps(agencies, indent=1) + "\n", encoding="utf-8")
    with (out / "questions.jsonl").open("w", encoding="utf-8") as lines:
        for question, reply in answered(seed, count, agencies):
            lines.write(json.dumps(asdict(question) | asdict(reply)) + "\n")


def main() -> None:
    """Write a folder of questions and answers, or only time the oracle when no folder is given."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--out", type=Path, help="an existing folder")
    options = parser.parse_args()
    started = time.perf_counter()
    if options.out:
        _write(options.seed, options.count, options.out)
    else:
        for _ in answered(options.seed, options.count):
            pass
    print(f"{options.count} questions in {time.perf_counter() - started:.1f} s")


if __name__ == "__main__":
    main()
