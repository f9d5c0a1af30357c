"""An attacker who subtracts: every table that fits what is shown is tried, and no hidden count is determined.

The attacker knows the sum of each table, that "fewer than 5" is 0 to 4 and that "not shown" beside such a line is
5 or more; in a table of which nothing is shown, only that the lines are no less than nought.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escalation.reporting.suppression import FEWEST, NOT_SHOWN, Cell, both_sides, is_shown, partition, single

counts = st.lists(st.integers(0, 14) | st.integers(0, 5), min_size=2, max_size=6)


def bounds(cells: Sequence[Cell], total: int) -> list[range]:
    """What each line can be by its own words."""
    withheld = all(cell == NOT_SHOWN for cell in cells)
    return [
        range(cell.count, cell.count + 1)
        if cell.count is not None
        else range(FEWEST)
        if cell.few
        else range(0 if withheld else FEWEST, total + 1)
        for cell in cells
    ]


def fitting(lines: list[range], total: int) -> Iterator[tuple[int, ...]]:
    """All tables with these lines and this sum."""
    if not lines:
        if total == 0:
            yield ()
        return
    least = sum(line.start for line in lines[1:])
    for first in lines[0]:
        if first + least > total:
            return
        for rest in fitting(lines[1:], total - first):
            yield (first, *rest)


def values(lines: list[range], total: int) -> list[set[int]]:
    """What each line can be, of all tables that fit: by the sums that the other lines can come to."""
    return [
        {value for value in line if total - value in sums_of(lines[:n] + lines[n + 1 :], total)}
        for n, line in enumerate(lines)
    ]


def sums_of(lines: list[range], most: int) -> set[int]:
    sums = {0}
    for line in lines:
        sums = {a + b for a in sums for b in line if a + b <= most}
    return sums


@settings(max_examples=400)
@given(counts)
def test_no_hidden_line_is_determined_by_subtracting(counted: list[int]) -> None:
    cells, total = partition(counted), sum(counted)
    can = values(bounds(cells, total), total)
    for count, cell, possible in zip(counted, cells, can, strict=True):
        assert count in possible, "what is shown is true"
        if cell.few:
            assert possible == set(range(FEWEST)), "it could be any of them"
        elif cell.count is None and total:
            assert len(possible) >= min(FEWEST, total + 1)


@settings(max_examples=400)
@given(counts)
def test_no_small_number_is_shown_and_nothing_is_hidden_without_one(counted: list[int]) -> None:
    cells = partition(counted)
    assert all(
        cell.count is None or cell.count == n >= FEWEST for cell, n in zip(cells, counted, strict=True)
    )
    assert is_shown(cells) is all(n >= FEWEST for n in counted)
    assert all(cell.few is (n < FEWEST) for cell, n in zip(cells, counted, strict=True)) or not any(
        cell.few or cell.count is not None for cell in cells
    ), "either each small one says so, or nothing is shown at all"


@settings(max_examples=400)
@given(counts)
def test_what_is_left_over_is_no_small_number_either(counted: list[int]) -> None:
    cells = partition(counted)
    hidden = sum(n for n, cell in zip(counted, cells, strict=True) if cell.count is None)
    assert hidden == 0 or hidden >= FEWEST or sum(counted) < FEWEST


AGENCIES = 3
challenges = st.lists(
    st.tuples(st.integers(0, AGENCIES - 1), st.integers(0, AGENCIES - 1)).filter(lambda p: p[0] != p[1]),
    min_size=FEWEST,
    max_size=26,
)


def room(mine: list[range], others: list[range], total: int) -> list[set[int]]:
    """What each line of one table can be, where no agency may have more in both than there are cases."""
    can: list[set[int]] = [set() for _ in mine]
    other_tables = list(fitting(others, total))
    for table in fitting(mine, total):
        if any(all(a + b <= total for a, b in zip(table, other, strict=True)) for other in other_tables):
            for possible, value in zip(can, table, strict=True):
                possible.add(value)
    return can


@settings(max_examples=200, deadline=None)
@given(challenges)
def test_raised_and_received_together_determine_nothing(cases: list[tuple[int, int]]) -> None:
    by, to = (Counter(case[side] for case in cases) for side in (0, 1))
    raised, received = ([of[a] for a in range(AGENCIES)] for of in (by, to))
    first, second = both_sides(raised, received)
    total = len(cases)
    lines = [bounds(cells, total) for cells in (first, second)]
    for cells, mine, others in ((first, lines[0], lines[1]), (second, lines[1], lines[0])):
        for cell, possible in zip(cells, room(mine, others, total), strict=True):
            if cell.few:
                assert possible == set(range(FEWEST))
            elif cell.count is None:
                assert len(possible) > 1, "it is no small one, and not told either"


@pytest.mark.parametrize(
    ("counted", "shown"),
    [
        ([12, 9, 5], ["12", "9", "5"]),
        ([12, 9, 3], ["12", "not shown", "fewer than 5"]),
        ([12, 5, 3], ["not shown", "not shown", "fewer than 5"]),
        ([20, 0], ["not shown", "fewer than 5"]),
        ([5, 3], ["not shown", "not shown"]),
        ([4, 4], ["not shown", "not shown"]),
        ([0, 0], ["not shown", "not shown"]),
        ([2, 1], ["not shown", "not shown"]),
        ([], []),
    ],
)
def test_by_hand(counted: list[int], shown: list[str]) -> None:
    assert [cell.words for cell in partition(counted)] == shown


def test_a_count_by_itself() -> None:
    assert [single(n).words for n in (0, 4, 5)] == ["fewer than 5", "fewer than 5", "5"]


def test_an_attacker_would_have_found_what_is_hidden_too_little() -> None:
    """The oracle can fail: the usual mistake, hiding the small one alone, is determined by the sum."""
    naive = [Cell(12), Cell(9), Cell(None, few=True)]
    assert values(bounds(naive, 24), 24)[2] == {3}
    next_smallest = [Cell(12), Cell(None), Cell(None, few=True)]
    assert values(bounds(next_smallest, 20), 20)[2] == {0, 1, 2, 3}, (
        "5 hidden beside 3 tells that it is not 4"
    )
