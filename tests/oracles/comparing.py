"""The service's deadlines beside the oracle's: the same questions, asked of both.

    python -m tests.oracles.comparing [--count 1000000] [--seed 1] [--processes 2] [--out FILE]

It prints each answer that differs (the first few) and a table by unit, and writes the figures to FILE. It
ends with an error when one differs. The oracle (`working_time`, `questions`) knows nothing of the service;
this file alone knows both.
"""

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall_time
from pathlib import Path

from benchmarks.machine import commit
from tests.oracles.questions import Answer, Question, answered, calendars
from tests.oracles.working_time import Calendar
from workflows import amount
from workflows.calendar import WorkingCalendar
from workflows.deadlines import due_instant, remind_instant

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
A_CHUNK = 100_000
"""Questions with one set of 300 agencies; the next chunk has other agencies."""
SHOWN = 5


def agency(of: Calendar) -> WorkingCalendar:
    """An agency of the oracle as the service knows it."""
    hours = sorted((int(weekday), times) for weekday, times in (of.get("hours") or {}).items())
    return WorkingCalendar(
        of["nation"],
        weekdays=frozenset(of["weekdays"]),
        opens=wall_time.fromisoformat(of["opens"]),
        closes=wall_time.fromisoformat(of["closes"]),
        closures=frozenset(_day(day) for day in of.get("closures") or ()),
        hours=tuple((d, wall_time.fromisoformat(o), wall_time.fromisoformat(c)) for d, (o, c) in hours),
        terms=tuple((_day(first), _day(last)) for first, last in of.get("terms") or ()),
    )


def _day(day: date | str) -> date:
    return date.fromisoformat(day) if isinstance(day, str) else day


def instant(microseconds: int) -> datetime:
    """An instant of the oracle, aware in UTC."""
    return EPOCH + microseconds * MICROSECOND


def _us(when: datetime | None) -> int | None:
    return None if when is None else (when - EPOCH) // MICROSECOND


def ours(question: Question, calendar: WorkingCalendar) -> tuple[int | None, int | None]:
    """When the service says that it is due, and when it reminds, in microseconds."""
    notice = instant(question.notice_us)
    sittings = tuple(date.fromisoformat(day) for day in question.sittings)
    due = due_instant(amount.parse(question.amount), notice, calendar, sittings)
    before = amount.parse(question.before) if question.before else None
    return _us(due), _us(remind_instant(due, before, notice, calendar))


@dataclass(slots=True)
class Compared:
    """How many were asked, by unit, how many reminders among them, and what differed."""

    asked: Counter[str] = field(default_factory=Counter)
    reminders: int = 0
    agencies: int = 0
    differ: Counter[str] = field(default_factory=Counter)
    shown: list[str] = field(default_factory=list)

    def add(self, other: "Compared") -> None:
        """Counts another part in."""
        self.asked += other.asked
        self.differ += other.differ
        self.reminders += other.reminders
        self.agencies += other.agencies
        self.shown = (self.shown + other.shown)[:SHOWN]


def compare(asked: Iterable[tuple[Question, Answer]], agencies: list[Calendar]) -> Compared:
    """Asks the service what the oracle has answered."""
    known = [agency(of) for of in agencies]
    found = Compared(agencies=len(agencies))
    for question, reply in asked:
        unit = next(word for word in question.amount.split() if not word.isdigit())
        found.asked[unit] += 1
        found.reminders += question.before is not None
        said = _said(question, known[question.calendar])
        if said != (reply.due_us, reply.remind_us):
            found.differ[unit] += 1
            if len(found.shown) < SHOWN:
                found.shown.append(f"{question} of {agencies[question.calendar]}: {reply}, ours {said}")
    return found


def _said(question: Question, calendar: WorkingCalendar) -> object:
    try:
        return ours(question, calendar)
    except (ArithmeticError, LookupError, ValueError) as error:
        return repr(error)


def chunk(seed: int, count: int) -> Compared:
    """`count` questions of one seed."""
    agencies = calendars(seed)
    return compare(answered(seed, count, agencies), agencies)


def _chunks(seed: int, count: int) -> Iterator[tuple[int, int]]:
    for number, start in enumerate(range(0, count, A_CHUNK)):
        yield seed * 1_000 + number, min(A_CHUNK, count - start)


def travel(seed: int, count: int, processes: int) -> Compared:
    """All questions, in several processes."""
    found = Compared()
    with ProcessPoolExecutor(processes) as pool:
        for part in pool.map(chunk, *zip(*_chunks(seed, count), strict=True)):
            found.add(part)
            print(f"  {found.asked.total():>9} asked, {found.differ.total()} differ", flush=True)
    return found


def main() -> None:
    """Compares, prints, writes."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--count", type=int, default=1_000_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options.add_argument("--out", type=Path)
    given = options.parse_args()
    at, started = commit(), time.perf_counter()
    print(f"seed {given.seed}, commit {at}, {given.processes} processes", flush=True)
    found = travel(given.seed, given.count, given.processes)
    seconds = round(time.perf_counter() - started, 1)
    for unit, number in sorted(found.asked.items()):
        print(f"  {unit:18} {number:>8} asked, {found.differ[unit]} differ")
    print(f"{found.asked.total()} deadlines of {found.agencies} agencies, {found.reminders} reminders: "
          f"{found.differ.total()} differ, {seconds} s")  # fmt: skip
    print("\n".join(found.shown))
    if given.out:
        figures = {
            "seed": given.seed, "commit": at, "years": "2024-2040", "count": found.asked.total(),
            "differ": found.differ.total(), "agencies": found.agencies, "reminders": found.reminders,
            "by_unit": dict(sorted(found.asked.items())), "processes": given.processes, "wall_seconds": seconds,
        }  # fmt: skip
        known = json.loads(given.out.read_text()) if given.out.exists() else {}
        given.out.write_text(json.dumps(known | {"deadlines": figures}, indent=1) + "\n", encoding="utf-8")
    sys.exit(1 if found.differ else 0)


if __name__ == "__main__":
    main()
