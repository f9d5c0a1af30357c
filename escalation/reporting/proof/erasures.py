"""Holds, requests to destroy, and keys that are gone: whether they are what the events of the case say.

The tables are lists for pages. Whoever takes a row away from them, or writes one, has changed no event.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from escalation.reporting.proof.rows import Table, instant, stream
from escalation.security.chain import microseconds
from workflows.events import EventKind

_HOLDS = Table(
    "legal_hold",
    ("case_id", "event_seq", "ground", "set_by_id", "set_at", "lifted_by_id", "lifted_at"),
    "case_id, event_seq",
    frozenset({"set_at", "lifted_at"}),
)
_REQUESTS = Table(
    "erasure",
    ("case_id", "event_seq", "rule", "asked_by_id", "asked_at", "answer_by", "state", "ended_by_id",
     "ended_at"),
    "case_id, event_seq",
    frozenset({"asked_at", "answer_by", "ended_at"}),
)  # fmt: skip
_KEYS = Table("case_key", ("case_id", "version", "wrapped"), "case_id, version")
_Rows = dict[int, tuple[Any, ...]]
"""By the number of the event with which each began."""


@dataclass(slots=True)
class Said:
    """What the events of one case say, so far."""

    holds: _Rows = field(default_factory=dict)
    requests: _Rows = field(default_factory=dict)
    destroyed: bool = False

    def note(self, seq: int, body: dict[str, Any]) -> None:
        """One event more. Raises KeyError for an end of what has not begun."""
        kind, codes, by = body["kind"], body.get("codes", {}), (body["actor"], body["at_us"])
        if kind == EventKind.HOLD_SET:
            self.holds[seq] = (codes["ground"], *by, None, None)
        elif kind == EventKind.HOLD_LIFTED:
            self.holds[codes["set"]] = (*self.holds[codes["set"]][:3], *by)
        elif kind == EventKind.ERASURE_ASKED:
            answer_by = microseconds(datetime.fromisoformat(codes["answer_by"]))
            self.requests[seq] = (codes["rule"], *by, answer_by, "waiting", None, None)
        elif kind == EventKind.ERASURE_ENDED:
            self._ended(codes["asked"], codes["how"], by)
        elif kind == EventKind.CONTENT_DESTROYED:
            self._ended(codes["asked"], "agreed", by)
            self.destroyed = True

    def _ended(self, asked: int, how: str, by: tuple[Any, Any]) -> None:
        self.requests[asked] = (*self.requests[asked][:4], how, *by)


class Erasures:
    """What the tables of a partnership hold, or of one of its cases."""

    def __init__(self, connection: Connection, partnership: int, case: int | None) -> None:
        self._holds = _by_case(stream(connection, _HOLDS, partnership, case))
        self._requests = _by_case(stream(connection, _REQUESTS, partnership, case))
        self._readable: dict[int, bool] = {}
        for row in stream(connection, _KEYS, partnership, case):
            self._readable[row[0]] = self._readable.get(row[0], False) or row[2] is not None

    def differences(self, case: int, said: Said) -> Iterator[str]:
        """A sentence for each thing that is not as the events of this case say."""
        if self._holds[case] != said.holds:
            yield "its legal holds are not those that the events say"
        if self._requests[case] != said.requests:
            yield "what was asked about its erasure is not what the events say"
        readable = self._readable.get(case)
        if said.destroyed and readable:
            yield "its content was destroyed, and a key of it is there again"
        if readable is False and not said.destroyed:
            yield "its keys are gone, and no event says that its content was destroyed"


def _by_case(rows: Iterator[Any]) -> dict[int, _Rows]:
    found: dict[int, _Rows] = defaultdict(dict)
    for row in rows:
        found[row[0]][row[1]] = tuple(row[2:4]) + tuple(map(_plain, row[4:]))
    return found


def _plain(value: Any) -> Any:
    """An instant as microseconds; the name of a state as it is."""
    return instant(value) if isinstance(value, str) and value[:1].isdigit() else value
