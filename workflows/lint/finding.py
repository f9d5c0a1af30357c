"""One thing that a rule found, and where in the file it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from workflows.layers import Layered, Origin
from workflows.positions import Path

Place = tuple[str, ...]
"""Kinds and names from the outside in: ("stage", "1a", "clock", "reply", "waits_for")."""


class Weight(StrEnum):
    """An ERROR must not be published; a WARNING should be looked at."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: by which rule, where, and what to do."""

    rule: str
    place: Place
    words: str
    weight: Weight = Weight.ERROR

    def origin(self, layered: Layered) -> Origin:
        """The file and line at which it stands."""
        return layered.origin(path_of(self.place, layered.values))

    @property
    def key(self) -> str:
        """The place in words: `stage 1a, clock reply, waits_for`."""
        pairs = [" ".join(self.place[i : i + 2]) for i in range(0, len(self.place), 2)]
        return ", ".join(pairs)


def path_of(place: Place, values: Mapping[str, Any]) -> Path:
    """The path with positions in lists instead of names. What is not found is left out."""
    path: list[str | int] = []
    here: Any = values
    steps = list(place)
    while steps and isinstance(here, Mapping):
        kind = _as_written(steps.pop(0), here)
        if kind not in here:
            return path_of(place[2:], values) if _of_many(place, kind) else tuple(path)
        path.append(kind)
        here = here[kind]
        if steps and isinstance(here, Sequence) and not isinstance(here, str):
            index = _index(here, steps.pop(0))
            if index is None:
                # A move of many stages stands at the top of the file and not in the stage.
                return path_of(place[place.index("move") :], values) if _of_many(place, kind) else tuple(path)
            path.append(index)
            here = here[index]
    return tuple(path)


def _as_written(kind: str, here: Mapping[str, Any]) -> str:
    """The short form of a key, where the file has that one: `reminder` for `reminders`."""
    short = kind.removesuffix("s")
    return short if kind in ("budgets", "reminders") and kind not in here and short in here else kind


def _of_many(place: Place, kind: str) -> bool:
    return kind == "move" and place[0] == "stage"


def _index(entries: Sequence[Any], name: str) -> int | None:
    named = ((i, e) for i, e in enumerate(entries) if isinstance(e, Mapping))
    by_name = {str(entry.get("id", entry.get("do", index))): index for index, entry in named}
    return by_name.get(name)
