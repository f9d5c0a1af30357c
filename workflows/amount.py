"""A length of time as people write it: `5 working_days`, `same_working_day until 16:00`, `next_sitting`."""

import difflib
import re
from dataclasses import dataclass
from datetime import time

from workflows.vocabulary import Unit

_COUNTED = re.compile(r"(?P<count>[1-9][0-9]{0,2}|1000) (?P<unit>[a-z_]+)")
_SAME_DAY = re.compile(r"same_working_day(?: until (?P<cut_off>([01][0-9]|2[0-3]):[0-5][0-9]))?")
_COUNTLESS = (Unit.SAME_WORKING_DAY, Unit.NEXT_SITTING)


@dataclass(frozen=True, slots=True)
class Amount:
    """A length of time, for example 5 working days. `count` is 0 for units that are not counted.

    `cut_off` belongs to the same working day: whoever is told later has until the next one closes.
    """

    count: int
    unit: Unit
    cut_off: time | None = None

    def __str__(self) -> str:
        """As written in a protocol file, and read back by `parse`."""
        if self.unit not in _COUNTLESS:
            return f"{self.count} {self.unit}"
        return f"{self.unit} until {self.cut_off:%H:%M}" if self.cut_off else str(self.unit)


def parse(words: str) -> Amount:
    """The amount that the words mean. Raises ValueError, which says what to write instead."""
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
