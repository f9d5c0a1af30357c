"""The chains of a partnership's cases, and what each event binds: columns, statements, heads, the row.

Four streams in the order of case and number are merged: events lead, statements and sealed heads follow, the
case rows close each case.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from escalation.reporting.proof.case_rows import CaseRow, Replayed
from escalation.reporting.proof.erasures import Erasures, Said
from escalation.reporting.proof.findings import Broken, Report
from escalation.reporting.proof.rows import Ahead, instant
from escalation.reporting.proof.times import Times
from escalation.security.chain import GENESIS, event_hash, text_digest


@dataclass(frozen=True, slots=True)
class Streams:
    """What is merged: rows of events, statements and sealed heads, and the case rows."""

    events: Ahead[Any]
    statements: Ahead[Any]
    heads: Ahead[Any]
    cases: Iterator[CaseRow]


@dataclass(slots=True)
class _Chain:
    """One case while its events go by."""

    row: CaseRow
    where: str
    seq: int = 0
    head: str = GENESIS
    sealed: int = 0
    oldest_unsealed: int | None = None
    whole: bool = True
    replayed: Replayed = field(default_factory=Replayed)
    said: Said = field(default_factory=Said)


class Chains:
    """Checks every case of a partnership and counts into a report."""

    def __init__(
        self,
        partnership: int,
        streams: Streams,
        erasures: Erasures,
        report: Report,
        times: Times,
        *,
        replay: bool,
    ) -> None:
        self._partnership, self._streams, self._report = partnership, streams, report
        self._erasures, self._times, self._replay = erasures, times, replay

    def check(self) -> None:
        """All of them, in the order of their ids."""
        for row in self._streams.cases:
            self._strays(row.id)
            self._case(row)
        self._strays(None)

    def _case(self, row: CaseRow) -> None:
        chain = _Chain(row, row.reference)
        events = self._streams.events
        while events.next is not None and events.next[0] == row.id:
            self._event(chain, next(events))
        self._left_over(chain)
        self._end(chain)
        self._report.cases += 1

    def _event(self, chain: _Chain, event: Any) -> None:
        self._report.events += 1
        where = f"{chain.where}, event {event[1]}"
        try:
            body = self._link(chain, event)
            _columns(event, body)
            self._statements(chain, event[1], body)
            chain.replayed.note(body)
            chain.said.note(event[1], body)
        except (ValueError, KeyError, TypeError) as error:
            self._report.broken("event", where, _words(error))
            self._take_statements(chain, event[1])
        self._sealed_head(chain, event, where)

    def _link(self, chain: _Chain, event: Any) -> dict[str, Any]:
        """The event is the next of its chain, and its hash is that of its content."""
        case, seq, body, previous, digest = event[0], event[1], event[7], event[8], event[9]
        expected, head = chain.seq + 1, chain.head
        chain.seq, chain.head = seq, digest
        if seq != expected:
            raise Broken(f"event {expected} should come here")
        if previous != head:
            raise Broken("it does not follow the event before it")
        if event_hash(self._partnership, case, seq, previous, body) != digest:
            raise Broken("its hash is not that of its content")
        parsed: dict[str, Any] = json.loads(body)
        return parsed

    def _statements(self, chain: _Chain, seq: int, body: dict[str, Any]) -> None:
        rows = self._take_statements(chain, seq)
        if "v" in body:
            _words_as_bound(rows, body.get("said", {}))
        else:
            self._report.of_the_first_form += 1

    def _take_statements(self, chain: _Chain, seq: int) -> list[Any]:
        rows, taken = self._streams.statements, []
        while rows.next is not None and (rows.next[0], rows.next[1]) <= (chain.row.id, seq):
            row = next(rows)
            self._report.statements += 1
            if (row[0], row[1]) == (chain.row.id, seq):
                taken.append(row)
            else:
                self._report.broken("statement", f"{chain.where}, event {row[1]}", "it belongs to no event")
        return taken

    def _sealed_head(self, chain: _Chain, event: Any, where: str) -> None:
        heads, sealed = self._streams.heads, False
        while heads.next is not None and (heads.next[0], heads.next[1]) <= (event[0], event[1]):
            head = next(heads)
            if (head[0], head[1]) != (event[0], event[1]):
                self._gone(chain, head)
                continue
            sealed = True
            if not _is_same(head, event):
                self._report.broken("sealed_event", where, f"it is not the event that seal {head[2]} covers")
        if sealed:
            chain.sealed, chain.oldest_unsealed = event[1], None
        elif chain.oldest_unsealed is None:
            chain.oldest_unsealed = _time_of(event)

    def _left_over(self, chain: _Chain) -> None:
        """What hangs on events of this case that are not there."""
        heads = self._streams.heads
        self._take_statements(chain, 2**62)
        while heads.next is not None and heads.next[0] == chain.row.id:
            self._gone(chain, next(heads))

    def _gone(self, chain: _Chain, head: Any) -> None:
        where, words = f"{chain.where}, event {head[1]}", f"seal {head[2]} covers it, and it is gone"
        self._report.broken("sealed_event_gone", where, words)

    def _end(self, chain: _Chain) -> None:
        row, where = chain.row, chain.where
        if (row.event_seq, row.head) != (chain.seq, chain.head):
            self._report.broken("head", where, "the case row names another last event than its chain has")
        if self._replay:
            for words in (*chain.replayed.differences(row), *self._erasures.differences(row.id, chain.said)):
                self._report.broken("row", where, words)
        if chain.seq > chain.sealed:
            self._report.unsealed += chain.seq - chain.sealed
            self._times.check_unsealed(chain.oldest_unsealed, f"{where}, event {chain.sealed + 1}")

    def _strays(self, until: int | None) -> None:
        """Rows of cases that have no row of their own."""
        streams = self._streams
        named = (("event", streams.events), ("statement", streams.statements), ("sealed head", streams.heads))
        for name, rows in named:
            while rows.next is not None and (until is None or rows.next[0] < until):
                row = next(rows)
                self._report.broken("case_gone", f"case number {row[0]}", f"its row is gone: {name} is left")


def _words_as_bound(rows: list[Any], said: dict[str, list[str]]) -> None:
    """Exactly the fields that the event binds, each of its class and with its text."""
    found = {row[2]: [row[3], text_digest(row[4])] for row in rows}
    if found != said:
        differs = sorted(name for name in found.keys() | said.keys() if found.get(name) != said.get(name))
        raise Broken(f"what was written is not what the event binds: {', '.join(differs)}")


def _is_same(head: Any, event: Any) -> bool:
    """A sealed head is still the event that it was."""
    return bool(head[3] == event[9])


def _columns(event: Any, body: dict[str, Any]) -> None:
    """What stands beside the body says the same."""
    beside = {"kind": event[4], "at_us": instant(event[3]), "actor": event[5], "slot": event[6]}
    if "v" in body:
        beside["entry"] = event[2]
    wrong = [name for name, value in beside.items() if body[name] != value]
    if wrong:
        raise Broken(f"its columns differ from its body: {', '.join(wrong)}")


def _time_of(event: Any) -> int | None:
    try:
        return int(instant(event[3]))
    except ValueError:
        return None


def _words(error: Exception) -> str:
    return str(error) if isinstance(error, Broken) else "its body cannot be read"
