"""Case rows, and whether they are what the events of the case made of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from escalation.reporting.proof.findings import Broken
from escalation.reporting.proof.rows import Table, instant, stream
from escalation.security.case_facts import AFTER, OPENED
from escalation.security.chain import text_digest
from workflows.events import EventKind

_COLUMNS = ("id", "reference", "event_seq", "head", "entry_seq", "named_at", *AFTER, *OPENED)
_INSTANTS = frozenset(name for name in _COLUMNS if name.endswith("_at"))
_CASES = Table("case", _COLUMNS, "id", _INSTANTS, case_column="id")


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case row: what names it, the head of its chain, and all columns by name."""

    id: int
    reference: str
    event_seq: int
    head: str
    columns: dict[str, Any]


def case_rows(connection: Connection, partnership: int, case: int | None) -> Iterator[CaseRow]:
    """The rows of a partnership's cases, or one of them, by id."""
    for row in stream(connection, _CASES, partnership, case):
        columns = dict(zip(_COLUMNS, row, strict=True))
        yield CaseRow(row[0], row[1], row[2], row[3], columns)


@dataclass(slots=True)
class Replayed:
    """What the events of a case say of its row, so far. Events of the first form say nothing of it."""

    opened: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    entry: int | None = None
    named_at: int | None = None

    def note(self, body: dict[str, Any]) -> None:
        """One event more."""
        self.opened = body.get("opened", self.opened)
        self.after = body.get("after", self.after)
        self.entry = body.get("entry", self.entry)
        if body["kind"] == EventKind.RAISER_NAMED:
            self.named_at = body["at_us"]

    def differences(self, row: CaseRow) -> Iterator[str]:
        """A sentence for each column in which the row is not what the events made of it."""
        expected = {**self.opened, **self.after, "named_at": self.named_at}
        if self.entry is not None:
            expected["entry_seq"] = self.entry
        for name, value in expected.items():
            try:
                found = _as_said(name, row.columns[name])
            except Broken as error:
                yield f"{name}: {error}"
                continue
            if found != value:
                yield f"{name} is {found!r}, and the events say {value!r}"


def _as_said(name: str, value: Any) -> Any:
    if name == "terms":
        return text_digest(value)
    return instant(value) if name in _INSTANTS else value
