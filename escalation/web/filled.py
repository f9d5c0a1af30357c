"""What was filled in of the procedure's forms, both sides beside one another. Pure functions of views."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from escalation.services.views import CaseView, WrittenView


@dataclass(frozen=True, slots=True)
class Part:
    """What one agency filled in at one time: labels, their Welsh, and texts."""

    agency: str
    author: str
    at: datetime
    rows: tuple[WrittenView, ...]


@dataclass(frozen=True, slots=True)
class Filled:
    """A form with all its parts, the oldest first."""

    title: str
    parts: tuple[Part, ...]


def forms_of(case: CaseView) -> tuple[Filled, ...]:
    """Every form of which the reader may see something, in the order in which they were first filled in."""
    found: dict[str, list[Part]] = {}
    for title, part in _parts(case):
        found.setdefault(title, []).append(part)
    return tuple(Filled(title, tuple(parts)) for title, parts in found.items())


def _parts(case: CaseView) -> Iterator[tuple[str, Part]]:
    for event in reversed(case.events):
        for title in dict.fromkeys(w.form for w in event.written if w.form):
            rows = tuple(w for w in event.written if w.form == title)
            yield title, Part(event.actor_agency, event.actor, event.at, rows)
