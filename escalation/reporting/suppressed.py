"""The measures of a partnership for somebody who sees it whole and no single case: small numbers are hidden.

    record of twelve whole months -> tables in which each case stands once -> `suppression` -> page

Only questions are asked whose lines do not bind one another: a case may be in any line of one and in any line
of the next, so that two tables tell no more than each by itself. Where they do, one is left out: who
challenged whom is not shown at all; why cases moved up only where how far they went is shown whole, because
the moves of a case tell how far it came. Lines are those of the procedure and of the list of agencies, never
those of which there were some.

The period is one, and of whole months: who could choose it would subtract one from another.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median

from escalation.reporting import newest_seal
from escalation.reporting.figures import NewestSeal, Period
from escalation.reporting.measures import LADDER, changed_in, furthest, moved_by
from escalation.reporting.reading import Record, partnership_for, record_of, session
from escalation.reporting.suppression import (
    FEWEST,
    NOT_SHOWN,
    Cell,
    both_sides,
    is_shown,
    partition,
    single,
)
from escalation.security.permissions import BoardAct
from workflows.events import EventKind
from workflows.vocabulary import Phase

WITHDRAWN, NOT_SETTLED, NOT_ANSWERED = (
    "Withdrawn",
    "Not settled yet",
    "Settled, no answer to the follow-up yet",
)
_ANSWERS = {
    "yes": "Safer",
    "partly": "Partly safer",
    "no": "Not safer",
    "not_known": "Not known whether safer",
}
_STANDINGS = (NOT_SETTLED, WITHDRAWN, NOT_ANSWERED, *_ANSWERS.values())


@dataclass(frozen=True, slots=True)
class Table:
    """One question: a heading, its lines with what may be shown, and how it is counted."""

    heading: str
    rows: tuple[tuple[str, Cell], ...]
    how: str

    @property
    def withheld(self) -> bool:
        """Whether nothing of it is shown."""
        return all(cell == NOT_SHOWN for _, cell in self.rows)


@dataclass(frozen=True, slots=True)
class SuppressedMeasures:
    """The whole page. With fewer than FEWEST cases `raised` is hidden and there is nothing else."""

    period: Period
    raised: Cell
    diverted: Cell
    tables: tuple[Table, ...]
    agencies: tuple[tuple[str, Cell, Cell], ...]
    """An agency, how many it raised, how many it received."""
    times: tuple[tuple[str, str], ...]
    """A stage, and in words how long cases stood in it."""
    seal: NewestSeal | None


def measures_for(account: int, partnership: str) -> SuppressedMeasures:
    """The page, for a member of the board or an inspector.

    Raises NotFound for a stranger, NotAllowed for everybody else.
    """
    with session() as (opened, now):
        place = partnership_for(opened, account, partnership, now, BoardAct.READ_SUPPRESSED_MEASURES)
        period = twelve_months(now.date())
        start, end = (datetime.combine(d, datetime.min.time(), UTC) for d in (period.start, period.end))
        return measures_of(record_of(opened, place, start, end, now), period, newest_seal.of(opened, place))


def twelve_months(today: date) -> Period:
    """The last twelve months that are over."""
    end = today.replace(day=1)
    return Period("months", "The last 12 whole months", end.replace(year=end.year - 1), end)


def measures_of(record: Record, period: Period, seal: NewestSeal | None = None) -> SuppressedMeasures:
    """The page from a record. Pure."""
    raised, diverted = single(len(record.cases)), single(len(record.diverted))
    if raised.count is None:
        return SuppressedMeasures(period, raised, diverted, (), (), (), seal)
    stages = _stages(record)
    tables = (_standing(record), _changed(record), stages, _moves(record, stages))
    return SuppressedMeasures(period, raised, diverted, tables, _agencies(record), _times(record), seal)


def _standing(record: Record) -> Table:
    withdrawn = {e.case_id for e in record.events if e.kind == EventKind.WITHDRAWN}
    answers = {
        e.case_id: _ANSWERS[record.codes[e.case_id, e.seq]["safer"]]
        for e in record.events
        if e.kind == EventKind.FOLLOW_UP_ANSWERED
    }
    settled = (Phase.PROVISIONAL, Phase.CLOSED)
    counts = Counter(
        WITHDRAWN
        if case.id in withdrawn
        else answers.get(case.id, NOT_ANSWERED if case.phase in settled else NOT_SETTLED)
        for case in record.cases
    )
    how = "Each challenge once, as it stands today, with the last answer to whether the person is safer."
    return _table("How they stand", _STANDINGS, counts, how)


def _changed(record: Record) -> Table:
    changed = len(changed_in(record))
    lines = {"A decision was changed": changed, "No decision was changed": len(record.cases) - changed}
    how = "Changed by the challenged side itself, or wholly or partly by the board."
    return _table("Did a decision change?", tuple(lines), lines, how)


def _stages(record: Record) -> Table:
    ladder = [stage for stage, phase in record.stage_phases.items() if phase in LADDER]
    counts = Counter(furthest(record).values())
    rows = zip(ladder, partition([counts[stage] for stage in ladder]), strict=True)
    how = "Each challenge once, at the furthest stage that it entered, in the order of the procedure."
    return Table("How far they went", tuple((record.stage_names[stage], cell) for stage, cell in rows), how)


def _moves(record: Record, stages: Table) -> Table:
    lines = {
        "A person chose to": moved_by(record, "chosen"),
        "Nobody answered in time": moved_by(record, "silence"),
    }
    how = "Each move to a higher stage. Shown only where nothing is hidden of how far they went."
    if is_shown([cell for _, cell in stages.rows]):
        return _table("Why they moved up", tuple(lines), lines, how)
    return Table("Why they moved up", tuple((line, NOT_SHOWN) for line in lines), how)


def _table(heading: str, lines: Sequence[str], counts: dict[str, int], how: str) -> Table:
    cells = partition([counts.get(line, 0) for line in lines])
    return Table(heading, tuple(zip(lines, cells, strict=True)), how)


def _agencies(record: Record) -> tuple[tuple[str, Cell, Cell], ...]:
    by, to = (Counter(sides[i] for sides in record.sides.values()) for i in (0, 1))
    raised, received = both_sides(*([of[agency] for agency in record.agencies] for of in (by, to)))
    return tuple(zip(record.agencies, raised, received, strict=True))


def _times(record: Record) -> tuple[tuple[str, str], ...]:
    ladder = [stage for stage, phase in record.stage_phases.items() if phase in LADDER]
    return tuple((record.stage_names[stage], _time(record, stage)) for stage in ladder)


def _time(record: Record, stage: str) -> str:
    """The middle of the times of five cases or more: below that it is a story, and of whom."""
    left = [e for e in record.entries if e.stage == stage and e.left_at is not None]
    if len({e.case_id for e in left}) < FEWEST:
        return f"fewer than {FEWEST} have left it"
    return _within((e.left_at - e.entered_at) / timedelta(days=1) for e in left)


def _within(times: Iterable[float]) -> str:
    days = round(median(times))
    return f"half within {days} {'day' if days == 1 else 'days'}"
