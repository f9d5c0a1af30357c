"""The measures of the board: are challenges made, answered and worth it? Silence is counted too.

Every figure is of the cases raised in the period, from events and stage entries, and says how it is
counted. A case that is still open is counted as open, never left out.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from statistics import median

from escalation.reporting import newest_seal
from escalation.reporting.figures import AgencyRow, BoardMeasures, Period, Row, StageTime, Table
from escalation.reporting.reading import Record, partnership_for, record_of, session
from escalation.security.permissions import BoardAct
from workflows.events import EventKind
from workflows.vocabulary import Phase

TOO_FEW = 5
"""Below this many, single values are shown and no median: a median of two is a story, not a figure."""
_FIRST_DAY = date(2000, 1, 1)
LADDER = (Phase.INFORMAL, Phase.MANAGER, Phase.SENIOR, Phase.ARBITRATION)
"""The phases on the way up, in their order."""


def periods(today: date) -> tuple[Period, ...]:
    """The periods a board lead may choose, the usual one first."""
    year = today - timedelta(days=364)
    tomorrow = today + timedelta(days=1)
    financial = date(today.year if today.month > 3 else today.year - 1, 4, 1)
    return (
        Period("year", "The last 12 months", year, tomorrow),
        Period("financial", f"Since 1 April {financial.year}", financial, tomorrow),
        Period("all", "Everything on record", _FIRST_DAY, tomorrow),
    )


def board_measures(account: int, partnership: str, period: str = "") -> BoardMeasures:
    """The measures of a partnership for a period's key (the usual one when unknown).

    Raises NotFound for a stranger, NotAllowed for whoever is neither its board's office nor its chair.
    """
    with session() as (opened, now):
        place = partnership_for(opened, account, partnership, now, BoardAct.READ_ALL_MEASURES)
        choices = periods(now.date())
        chosen = next((p for p in choices if p.key == period), choices[0])
        start, end = (datetime.combine(d, datetime.min.time(), UTC) for d in (chosen.start, chosen.end))
        record = record_of(opened, place, start, end, now)
        seal = newest_seal.of(opened, place)
    return replace(measures_of(record, chosen, choices), seal=seal)


def measures_of(record: Record, period: Period, choices: tuple[Period, ...] = ()) -> BoardMeasures:
    """The measures of a record. Pure."""
    finished = [c for c in record.cases if c.phase in (Phase.PROVISIONAL, Phase.CLOSED)]
    changed = changed_in(record)
    silence, chosen = (moved_by(record, cause) for cause in ("silence", "chosen"))
    raised_by, received_by = (Counter(sides[i] for sides in record.sides.values()) for i in (0, 1))
    silent = tuple(a for a in record.agencies if not raised_by[a])
    open_now = [c for c in record.cases if c.phase != Phase.CLOSED]
    following = sum(c.phase == Phase.PROVISIONAL for c in record.cases)
    late = _late(record)
    withdrawals = [record.codes[e.case_id, e.seq] for e in record.events if e.kind == EventKind.WITHDRAWN]
    done = len([c for c in finished if c.id in changed])
    return BoardMeasures(
        period=period,
        periods=choices or (period,),
        headline=_headline(len(record.cases), done, len(finished)),
        sentence=_sentence(len(record.cases), len(open_now), following, silence, silent),
        raised=len(record.cases),
        finished=len(finished),
        changed=done,
        by_silence=silence,
        chosen=chosen,
        open_now=len(open_now),
        in_follow_up=following,
        past_time=len(late),
        declines=_count(record, EventKind.LEAD_DECLINED),
        withdrawn=len(withdrawals),
        not_freely=sum(not w.get("freely", True) for w in withdrawals),
        diverted=len(record.diverted),
        stages=_stages(record),
        moves=_move_table(silence, chosen),
        pairs=_pairs(record),
        outcomes=_outcomes(record),
        elsewhere=_elsewhere(record),
        agencies=tuple(AgencyRow(a, raised_by[a], received_by[a]) for a in record.agencies),
        silent=silent,
        times=_times(record),
    )


def _headline(raised: int, changed: int, finished: int) -> str:
    if not raised:
        return "No challenge was raised. That is not proof that all is well."
    if not finished:
        return "No challenge is settled yet"
    return f"{changed} of {finished} settled {_plural(finished, 'challenge')} changed a decision"


def _sentence(raised: int, open_now: int, following: int, silence: int, silent: tuple[str, ...]) -> str:
    if not raised:
        return f"{len(silent)} {_plural(len(silent), 'agency', 'agencies')} raised none."
    times = _plural(silence, "time")
    was, still = _plural(raised, "was", "were"), _plural(open_now, "is", "are")
    return (
        f"{raised} {was} raised and {open_now} {still} still open{_of_these(following)}. "
        f"{silence} {times} nobody answered and a case moved up by itself. "
        f"{len(silent)} {_plural(len(silent), 'agency', 'agencies')} raised none."
    )


def _of_these(following: int) -> str:
    return f", of these {following} settled and waiting for the follow-up" if following else ""


def _plural(count: int, one: str, many: str | None = None) -> str:
    return one if count == 1 else many or f"{one}s"


def _count(record: Record, kind: EventKind) -> int:
    return sum(e.kind == kind for e in record.events)


def moved_by(record: Record, cause: str) -> int:
    """How often a case moved up for this cause: silence or chosen."""
    moved = (e for e in record.events if e.kind == EventKind.MOVED_UP)
    return sum(record.codes[e.case_id, e.seq].get("cause") == cause for e in moved)


def changed_in(record: Record) -> set[int]:
    """Cases in which the decision changed: by the challenged side itself, or by the board."""
    changed = {e.case_id for e in record.events if e.kind == EventKind.DECISION_CHANGED}
    decided = (e for e in record.events if e.kind == EventKind.BOARD_DECIDED)
    return changed | {
        e.case_id for e in decided if record.codes[e.case_id, e.seq]["changed"] in ("yes", "partly")
    }


def furthest(record: Record) -> dict[int, str]:
    """The furthest stage on the way up that each case entered, by case. Follow-up is not on the way up."""
    found: dict[int, str] = {}
    for entry in record.entries:
        if entry.phase in LADDER:
            reached = (found.get(entry.case_id, entry.stage), entry.stage)
            found[entry.case_id] = max(reached, key=lambda s: _rank(record, s, list(LADDER)))
    return found


def _stages(record: Record) -> Table:
    ordered = sorted(furthest(record).values(), key=lambda stage: _place(record, stage))
    counts = Counter(record.stage_names.get(s, s) for s in ordered)
    return _table(
        "How far they went", "The furthest stage that each challenge reached, in the order of the procedure.",
        counts,
        "Each challenge once, at the furthest stage it entered. Follow-up is not a stage on the way up. "
        "A challenge that was withdrawn counts at the stage it had reached.",
        ranked=False,
    )  # fmt: skip


def _rank(record: Record, stage: str, order: list[Phase]) -> tuple[int, int]:
    """How high a stage stands: by its phase, and among stages of one phase by its place in the procedure."""
    phases = {e.stage: e.phase for e in record.entries}
    phase = order.index(Phase(phases[stage])) if phases.get(stage) in order else -1
    return phase, _place(record, stage)


def _place(record: Record, stage: str) -> int:
    """Where a stage stands in the order of the procedure; unknown ones come last."""
    known = list(record.stage_names)
    return known.index(stage) if stage in known else len(known)


def _move_table(silence: int, chosen: int) -> Table:
    rows = (
        Row("A person chose to", chosen),
        Row("Nobody answered in time", silence, remark="silence"),
    )
    how = "Each move to a higher stage, by whether a person made it or a deadline ran out."
    return Table("Why they moved up", "Chosen moves and moves by silence.", rows, how, max(silence, chosen))


def _pairs(record: Record) -> Table:
    counts = Counter(f"{raising} to {challenged}" for raising, challenged in record.sides.values())
    return _table(
        "Who challenged whom", "From the raising to the challenged agency.", counts,
        "Each challenge once, by the agency it was first addressed to.",
    )  # fmt: skip


def _outcomes(record: Record) -> Table:
    words = {"yes": "Safer", "partly": "Partly safer", "no": "Not safer", "not_known": "Not known"}
    answered = (e for e in record.events if e.kind == EventKind.FOLLOW_UP_ANSWERED)
    counts = Counter(words[record.codes[e.case_id, e.seq]["safer"]] for e in answered)
    return _table(
        "Did it make a difference?", "Answers to the follow-up.", counts,
        "Each answered follow-up once. “Not known” is an answer.",
    )  # fmt: skip


def _elsewhere(record: Record) -> Table:
    return _table(
        "Sent elsewhere", "Concerns that are for another process, by where they were sent.",
        Counter(record.diverted),
        "Each sending once, by the words of the procedure then in force; pressed twice, it counts once. Who "
        "changes an answer and is sent elsewhere again counts again. They are not among those raised.",
    )  # fmt: skip


def _table(heading: str, sentence: str, counts: Counter[str], how: str, *, ranked: bool = True) -> Table:
    """The counts as lines: the highest first, or as they are counted where their order says something."""
    total = sum(counts.values())
    lines = sorted(counts.items(), key=lambda item: (-item[1], item[0])) if ranked else counts.items()
    rows = tuple(Row(label, count, total) for label, count in lines)
    return Table(heading, sentence, rows, how, max(counts.values(), default=0))


def _times(record: Record) -> tuple[StageTime, ...]:
    phases = {e.stage: e.phase for e in record.entries if e.phase not in (Phase.CLOSED, Phase.PROVISIONAL)}
    ladder = sorted(
        phases, key=lambda stage: (list(Phase).index(Phase(phases[stage])), _place(record, stage), stage)
    )
    return tuple(_time(record, stage) for stage in ladder)


def _time(record: Record, stage: str) -> StageTime:
    entries = [e for e in record.entries if e.stage == stage]
    keys = {(e.case_id, e.seq) for e in entries}
    ran = [d for d in record.deadlines if (d.case_id, d.entry_seq) in keys]
    days = sorted((e.left_at - e.entered_at) / timedelta(days=1) for e in entries if e.left_at is not None)
    running = sum(e.left_at is None for e in entries)
    words = _days(days) + (f"; {running} still there" if running else "")
    return StageTime(
        record.stage_names.get(stage, stage), words, sum(d.state == "lapsed" for d in ran), len(ran)
    )


def _late(record: Record) -> set[int]:
    """Cases with a clock that is past its time, or has run out before and was started again."""
    lapsed = {(d.case_id, d.entry_seq, d.clock) for d in record.deadlines if d.state == "lapsed"}
    return {
        d.case_id
        for d in record.deadlines
        if d.state == "open" and (d.due_at < record.now or (d.case_id, d.entry_seq, d.clock) in lapsed)
    }


def _days(days: Iterable[float]) -> str:
    values = list(days)
    if not values:
        return "none has left it"
    if len(values) < TOO_FEW:
        return f"{', '.join(f'{v:.0f}' for v in values)} {_unit(values[-1])}, too few for a middle"
    return f"half within {median(values):.0f} {_unit(median(values))}"


def _unit(days: float) -> str:
    return "day" if round(days) == 1 else "days"
