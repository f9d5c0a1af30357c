"""The measures as a file. A cell that a spreadsheet would run as a formula is made plain text."""

import csv
import io
import json
from dataclasses import asdict

from escalation.reporting.figures import BoardMeasures, NewestSeal

_RUNS = ("=", "+", "-", "@", "\t", "\r")


def as_csv(measures: BoardMeasures) -> str:
    """Every figure of the page: measure, line, count, of how many."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("measure", "line", "count", "of"))
    for row in _lines(measures):
        writer.writerow([plain(str(cell)) for cell in row])
    return out.getvalue()


def as_json(measures: BoardMeasures) -> str:
    """The same figures, whole, for machines. Days are ISO dates."""
    return json.dumps(asdict(measures), default=lambda day: day.isoformat(), ensure_ascii=False)


def plain(cell: str) -> str:
    """The cell as text that no spreadsheet runs, also behind spaces and quotes."""
    return f"'{cell}" if cell.lstrip(" \"'").startswith(_RUNS) or cell.startswith(_RUNS) else cell


def _lines(m: BoardMeasures) -> list[tuple[object, ...]]:
    lines: list[tuple[object, ...]] = [
        ("period", m.period.words, "", ""),
        ("raised", "", m.raised, ""),
        ("decisions changed", "", m.changed, m.finished),
        ("moved up because nobody answered", "", m.by_silence, m.by_silence + m.chosen),
        ("open now", "", m.open_now, m.raised),
        ("past its time", "", m.past_time, m.open_now),
        ("lead did not support it", "", m.declines, m.raised),
        ("withdrawn", "", m.withdrawn, m.raised),
        ("withdrawn, not freely", "", m.not_freely, m.withdrawn),
        ("sent elsewhere", "", m.diverted, ""),
    ]
    for table in (m.stages, m.moves, m.pairs, m.outcomes, m.elsewhere):
        lines += [(table.heading, row.label, row.count, row.of or "") for row in table.rows]
    lines += [("raised by agency", a.agency, a.raised, m.raised) for a in m.agencies]
    lines += [("received by agency", a.agency, a.received, m.raised) for a in m.agencies]
    lines += [("deadlines lapsed in stage", t.stage, t.lapsed, t.ran) for t in m.times]
    return lines + _seal(m.seal)


def _seal(seal: NewestSeal | None) -> list[tuple[object, ...]]:
    """What the record was when the figures were counted, so that nobody can rewrite it behind them."""
    name = "newest seal of the record"
    if seal is None:
        return [(name, "nothing is sealed yet", "", "")]
    at = seal.at.isoformat(timespec="seconds")
    return [
        (name, "number", seal.n, ""),
        (name, "root", seal.root, ""),
        (name, "made at", at, ""),
        (name, "line to check it by", seal.anchor, ""),
    ]
