"""A length of time as people write it: `5 working_days`, `same_working_day until 16:00`, `next_sitting`,
`4 working_hours at most 24 hours`."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, replace
from datetime import time

from workflows.vocabulary import Unit

_COUNTED = re.compile(r"(?P<count>[1-9][0-9]{0,2}|1000) (?P<unit>[a-z_]+)")
_SAME_DAY = re.compile(r"same_working_day(?: until (?P<cut_off>([01][0-9]|2[0-3]):[0-5][0-9]))?")
_AT_MOST = " at most "
_LONGEST = 40
"""As many characters as a deadline's row keeps."""
_COUNTLESS = (Unit.SAME_WORKING_DAY, Unit.NEXT_SITTING)


@dataclass(frozen=True, slots=True)
class Amount:
    """A length of time, for example 5 working days. `count` is 0 for units that are not counted.

    `cut_off` belongs to the same working day: whoever is told later has until the next one closes.
    `at_most` is a second length, and whichever of the two ends first counts.
    """

    count: int
    unit: Unit
    cut_off: time | None = None
    at_most: Amount | None = None

    @property
    def parts(self) -> tuple[Amount, ...]:
        """The lengths of which the first to end counts: itself alone, or both."""
        return (replace(self, at_most=None), self.at_most) if self.at_most else (self,)

    @property
    def in_words(self) -> str:
        """As people say it: `1 working day`, `4 working hours, at most 24 hours`."""
        words = str(self.parts[0]).replace("_", " ")
        words = words.removesuffix("s") if self.count == 1 else words
        return f"{words}, at most {self.at_most.in_words}" if self.at_most else words

    def __str__(self) -> str:
        """As written in a protocol file, and read back by `parse`."""
        if self.at_most is not None:
            return f"{self.parts[0]}{_AT_MOST}{self.at_most}"
        if self.unit not in _COUNTLESS:
            return f"{self.count} {self.unit}"
        return f"{self.unit} until {self.cut_off:%H:%M}" if self.cut_off else str(self.unit)


def parse(words: str) -> Amount:
    """The amount that the words mean. Raises ValueError, which says what to write instead."""
    first, both, most = words.partition(_AT_MOST)
    if not both:
        return _one(words)
    one, other = _one(first), _one(most)
    if one.unit in _COUNTLESS or other.unit in _COUNTLESS or len(words) > _LONGEST:
        raise ValueError(f"{words!r} is not possible; write for example '4 working_hours at most 24 hours'")
    return replace(one, at_most=other)


def _one(words: str) -> Amount:
    if words == Unit.NEXT_SITTING:
        return Amount(0, Unit.NEXT_SITTING)
    if same := _SAME_DAY.fullmatch(words):
        cut_off = same["cut_off"]
        return Amount(0, Unit.SAME_WORKING_DAY, time.fromisoformat(cut_off) if cut_off else None)
    counted = _COUNTED.fullmatch(words)
    if counted is None:
        raise ValueError(f"{words!r} is not a length of time; write for example '5 working_days'")
    known = [str(unit) for unit in Unit if unit not in _COUNTLESS]
    if counted["unit"] not in known:
        close = difflib.get_close_matches(counted["unit"], known, n=1)
        remedy = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(known)}"
        raise ValueError(f"{counted['unit']!r} is not a unit, {remedy}")
    return Amount(int(counted["count"]), Unit(counted["unit"]))
