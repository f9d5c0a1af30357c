"""Small numbers are hidden, and nothing that is shown lets anybody work them out. Pure.

    counts of one question, whose sum everybody may know
      -> those below FEWEST are hidden ("fewer than 5")
      -> and as many others as it takes, the smallest first ("not shown"), so that each hidden small one could
         be any of 0 to 4 for whoever subtracts what is shown from the sum
      -> or, where there are not enough others, the whole table

The argument. Let `rest` be the sum less what is shown, with `others` hidden ones of FEWEST or more. They can
take whatever is left over, down to FEWEST each. So a small one can be as large as FEWEST - 1 (all other
small ones nought) exactly when rest >= FEWEST * others + FEWEST - 1, and then as small as nought as well.
In a table of which nothing is shown each line can be anything up to the sum. A test tries all tables that fit
what is shown, and knows nothing of this argument (`tests/unit/reporting/test_suppression.py`).

Two tables of the same cases say more together only where a case cannot be in two of their lines at once. The
one such pair that is published, who raised and who was challenged, is treated in `both_sides`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

FEWEST = 5
"""Counts below it are hidden, nought as well: that nobody did something is told, too, by a small number."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A count as it may be shown. Hidden it is None: `few` when it is below FEWEST, else so that others stay
    hidden."""

    count: int | None
    few: bool = False

    @property
    def words(self) -> str:
        """As it stands on a page."""
        if self.count is not None:
            return str(self.count)
        return f"fewer than {FEWEST}" if self.few else "not shown"


NOT_SHOWN = Cell(None)


def single(count: int) -> Cell:
    """A count that is part of no sum."""
    return Cell(count) if count >= FEWEST else Cell(None, few=True)


def partition(counts: Sequence[int]) -> tuple[Cell, ...]:
    """The lines of a table in which each case stands once, so that their sum may be known."""
    small = [n for n, count in enumerate(counts) if count < FEWEST]
    if not small:
        return tuple(Cell(count) for count in counts)
    if sum(counts) < FEWEST:
        return (NOT_SHOWN,) * len(counts)
    larger = sorted((n for n in range(len(counts)) if n not in small), key=lambda n: (counts[n], n))
    for others in range(1, len(larger) + 1):
        hidden = {*small, *larger[:others]}
        if sum(counts[n] for n in hidden) >= FEWEST * others + FEWEST - 1:
            return tuple(_cell(count, n in hidden) for n, count in enumerate(counts))
    return (NOT_SHOWN,) * len(counts)


def both_sides(raised: Sequence[int], received: Sequence[int]) -> tuple[tuple[Cell, ...], tuple[Cell, ...]]:
    """How many cases each agency raised, and how many it received, of the same cases and in the same order.

    No agency challenges itself, so what it raised is at most the sum less what it received, and the other
    way round: side by side they tell more than each does. So the second is shown only where neither hides
    anything. With the first alone, what was received can be anything that leaves each agency room for what
    it raised.
    """
    first, second = partition(raised), partition(received)
    return first, second if is_shown(first) and is_shown(second) else (NOT_SHOWN,) * len(received)


def is_shown(cells: Sequence[Cell]) -> bool:
    """Whether nothing of a table is hidden."""
    return all(cell.count is not None for cell in cells)


def _cell(count: int, hidden: bool) -> Cell:
    return Cell(None, few=count < FEWEST) if hidden else Cell(count)
