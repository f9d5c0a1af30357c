"""Checks of the record: what people were answered, what moved and when, and the chain."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from tests.faults.campaign.reading import Found

_CLIMB = ("manager_review", "senior_challenge", "board_arbitration")
_HOLIDAYS = frozenset(
    map(
        date.fromisoformat,
        [
            "2026-12-25",
            "2026-12-28",
            "2027-01-01",
            "2027-03-26",
            "2027-03-29",
            "2027-05-03",
            "2027-05-31",
            "2027-08-30",
            "2027-12-27",
            "2027-12-28",
            "2028-01-03",
            "2028-04-14",
            "2028-04-17",
            "2028-05-01",
            "2028-05-29",
            "2028-08-28",
            "2028-12-25",
            "2028-12-26",
        ],
    )
)
"""The bank holidays of England from the first day on, written down by hand."""
_LAST_DAY_KNOWN = date(2028, 12, 31)


def answered_and_not_kept(found: Found) -> Iterator[str]:
    """Somebody was told that it was done, and it is not there."""
    kept = {(s.key, s.result) for s in found.tables["submissions"]}
    for key, result in found.answered:
        if (key, result) not in kept:
            yield f"what was sent with {key} was answered with {result}, and is not kept"


def done_twice(found: Found) -> Iterator[str]:
    """One sending, two effects: each carries its key in its words."""
    for (name, words), count in Counter((s.field, s.text) for s in found.tables["statements"]).items():
        if count > 1:
            yield f"{name} {words!r} stands there {count} times"
    for key, count in Counter((s.account_id, s.key) for s in found.tables["submissions"]).items():
        if count > 1:
            yield f"the submission {key} stands there {count} times"


def moved_twice(found: Found) -> Iterator[str]:
    """The same rung lapsed twice, the same stage left twice, two stages open at once."""
    lapses = Counter(
        (e.partnership_id, e.case_id, e.entry_seq, c["clock"], c["rung"])
        for e in found.tables["events"]
        if e.kind == "deadline_lapsed" and "clock" in (c := json.loads(e.body)["codes"])
    )
    moves = Counter(
        (e.partnership_id, e.case_id, e.entry_seq) for e in found.tables["events"] if e.kind == "moved_up"
    )
    seqs = Counter((e.partnership_id, e.case_id, e.seq) for e in found.tables["events"])
    clocks = Counter(
        (d.partnership_id, d.case_id, d.entry_seq, d.clock, d.rung) for d in found.tables["deadlines"]
    )
    entries = Counter((e.partnership_id, e.case_id, e.seq) for e in found.tables["entries"])
    for what, counted in (
        ("lapsed", lapses),
        ("moved up", moves),
        ("event", seqs),
        ("clock", clocks),
        ("stage", entries),
    ):
        yield from (f"{what} {key}: {n} times" for key, n in counted.items() if n > 1)
    for case, rows in found.of_cases("entries").items():
        if sum(row.left_at is None for row in rows) > 1:
            yield f"case {case} stands in two stages"


def overdue(found: Found) -> Iterator[str]:
    """Ran out, and still open; set aside counts as well: nothing here deserves it."""
    paused = {(c.partnership_id, c.id) for c in found.tables["cases"] if c.paused_at}
    for row in found.tables["deadlines"]:
        late = row.state == "open" and row.due_at <= found.now
        if late and (row.partnership_id, row.case_id) not in paused:
            yield f"case {row.case_id}: {row.clock} ran out at {row.due_at} and is open ({row.set_aside})"


def skipped_a_stage(found: Found) -> Iterator[str]:
    """Stages are numbered without a gap, each begins when the one before ends, and silence climbs by one."""
    cases = {(c.partnership_id, c.id): c for c in found.tables["cases"]}
    for key, rows in found.of_cases("entries").items():
        if [row.seq for row in rows] != list(range(1, cases[key].entry_seq + 1)):
            yield f"case {key}: its stages are {[row.seq for row in rows]}"
        for before, after in pairwise(rows):
            if before.left_at != after.entered_at:
                yield f"case {key}: stage {after.seq} did not begin when {before.seq} ended"
            if after.cause == "silence" and after.stage != _next(before.stage):
                yield f"case {key}: silence led from {before.stage} to {after.stage}"


def _next(stage: str) -> str | None:
    return dict(pairwise(_CLIMB)).get(stage)


def before_its_time(found: Found) -> Iterator[str]:
    """A lapse before its due instant, a reminder before its own or after the end."""
    for row in found.tables["deadlines"]:
        where = f"case {row.case_id}: {row.clock} {row.rung}"
        if row.state == "lapsed" and row.ended_at < row.due_at:
            yield f"{where} lapsed at {row.ended_at}, before {row.due_at}"
        if row.reminded_at and not row.reminded_at < row.due_at:
            yield f"{where} was reminded of at {row.reminded_at}, not before {row.due_at}"
        if row.reminded_at and row.remind_at and row.reminded_at < row.remind_at:
            yield f"{where} was reminded of at {row.reminded_at}, before {row.remind_at}"


def after_the_end(found: Found) -> Iterator[str]:
    """A case that is closed lapses no more, reminds nobody, and goes nowhere."""
    closed = {}
    for key, rows in found.of_cases("entries").items():
        ends = [row.seq for row in rows if row.phase == "closed"]
        if ends:
            closed[key] = ends[0]
            if ends[0] != rows[-1].seq:
                yield f"case {key} went on after it was closed"
    for event in found.tables["events"]:
        end = closed.get((event.partnership_id, event.case_id))
        if end is not None and event.entry_seq >= end and event.kind in ("deadline_lapsed", "reminded"):
            yield f"case {event.case_id}: {event.kind} after it was closed"


def due_at_another_time(found: Found) -> Iterator[str]:
    """Working days counted once more, by hand: a deadline ends when the agency closes, by its own clocks."""
    for row in found.tables["deadlines"]:
        expected = _due(row)
        if expected is not None and row.due_at != expected:
            yield f"case {row.case_id}: {row.clock} of {row.budget} is due at {row.due_at}, not {expected}"


def _due(row: Any) -> datetime | None:
    count, _, unit = row.budget.partition(" ")
    if row.closes is None or unit not in ("working_days", "calendar_days"):
        return None
    zone, closes = ZoneInfo(row.zone), time.fromisoformat(row.closes)
    told = row.base_at.astimezone(zone)
    day = _working_day(told.date())
    if day == told.date() and told.time() >= closes:
        day = _working_day(day + timedelta(days=1))
    if unit == "calendar_days":
        day = _working_day(day + timedelta(days=int(count)))
    else:
        for _ in range(int(count)):
            day = _working_day(day + timedelta(days=1))
    if day > _LAST_DAY_KNOWN:
        return None
    return datetime.combine(day, closes, zone).astimezone(UTC)


def _working_day(day: date) -> date:
    while day.weekday() > 4 or day in _HOLIDAYS:
        day += timedelta(days=1)
    return day


def chain(found: Found) -> Iterator[str]:
    """Every hash counted once more, from the first event to the head in the case row."""
    events = found.of_cases("events")
    for case in found.tables["cases"]:
        head, rows = "0" * 64, events.get((case.partnership_id, case.id), [])
        for seq, row in enumerate(rows, start=1):
            if (row.seq, row.previous) != (seq, head) or row.hash != _hash(row):
                yield f"case {case.id}: the chain breaks at event {row.seq}"
                break
            head = row.hash
        else:
            if (case.event_seq, case.head) != (len(rows), head):
                yield f"case {case.id}: the record has {len(rows)} events, the case says {case.event_seq}"


def _hash(row: Any) -> str:
    digest = hashlib.sha256(b"escalation-event-v1")
    for part in (str(row.partnership_id), str(row.case_id), str(row.seq), row.previous, row.body):
        raw = part.encode()
        digest.update(len(raw).to_bytes(8, "big") + raw)
    return digest.hexdigest()


def waits_for_nobody(found: Found) -> Iterator[str]:
    """An open case in which no clock runs, or whose rows do not agree in which stage it is."""
    running = {(d.partnership_id, d.case_id) for d in found.tables["deadlines"] if d.state == "open"}
    for case in found.tables["cases"]:
        key = (case.partnership_id, case.id)
        if case.phase == "draft" or (case.phase != "closed" and key not in running):
            yield f"case {case.id} is open ({case.stage}), and no clock runs"
        if case.phase == "closed" and key in running:
            yield f"case {case.id} is closed, and a clock runs"
