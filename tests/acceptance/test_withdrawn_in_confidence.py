"""Somebody withdraws because they do not feel safe: what they write is for the board office."""

from collections.abc import Callable

import pytest

from tests.acceptance.conftest import Visitor
from tests.acceptance.raised import raise_concern

WHY = "My consultant told me to drop it."


@pytest.mark.parametrize(("freely", "seen"), [("no", False), ("yes", True)])
def test_the_other_side_reads_the_reasons_only_when_it_was_free(
    visit: Callable[[str], Visitor], freely: str, seen: bool
) -> None:
    gp = visit("amara.lewis")
    case = raise_concern(gp)
    visit("sam.okafor").opens(case)
    gp.sends_checked(f"{case}/withdraw", {"reasons": WHY, "freely": freely})
    for name, reads in (
        ("amara.lewis", True),
        ("kate.rowan", True),
        ("sam.okafor", seen),
        ("priya.nair", seen),
    ):
        who = visit(name)
        for page in (case, f"{case}/history"):
            text = who.opens(page)
            assert "withdrew" in text or "withdraw" in text.lower()
            if page.endswith("history"):
                assert (WHY in text) is reads, name
