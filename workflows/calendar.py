"""Working days of an agency. (Contract only; see the functions' docstrings.)"""

from dataclasses import dataclass
from datetime import date, time


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """When an agency works: its nation's bank holidays, its week, its hours, its zone.

    `nation` is one of ENG, WLS, SCT, NIR. `weekdays` counts Monday as 0. `closures` are local extra
    days off. `opens`/`closes` are local wall times.
    """

    nation: str
    zone: str = "Europe/London"
    weekdays: frozenset[int] = frozenset({0, 1, 2, 3, 4})
    opens: time = time(9, 0)
    closes: time = time(17, 0)
    closures: frozenset[date] = frozenset()
