"""Whose time runs: somebody who owes a view is shown their own time, not that of the other side."""

import re
from collections.abc import Callable

from tests.acceptance.conftest import Visitor
from tests.acceptance.raised import raise_concern

_LEFT = re.compile(r"(\d+) working days? left")


def test_the_lead_sees_their_own_two_days_and_not_the_five_of_the_other_side(
    visit: Callable[[str], Visitor],
) -> None:
    case = raise_concern(visit("amara.lewis"))
    lead = visit("priya.nair")
    page = lead.opens(case)
    part = page[page.index("Your part") :]
    assert "View of the raiser&#39;s lead" in part[:300]
    assert _LEFT.findall(part)[0] == "2"
    form = lead.opens(f"{case}/view")
    assert _LEFT.findall(form)[0] == "2"
    assert "Without your view the challenge goes on." in form


def test_the_manager_who_owes_the_reply_has_no_other_part(visit: Callable[[str], Visitor]) -> None:
    case = raise_concern(visit("amara.lewis"))
    page = visit("sam.okafor").opens(case)
    assert "Your part" not in page
    assert _LEFT.findall(page)[0] == "5"


def test_my_work_puts_the_time_that_is_mine(visit: Callable[[str], Visitor]) -> None:
    raise_concern(visit("amara.lewis"))
    due = [
        re.search(r"(?:Monday|Tuesday|Wednesday|Thursday|Friday) \d+ \w+ \d{4}", visit(name).opens("/work"))
        for name in ("priya.nair", "sam.okafor")
    ]
    assert all(due), "each has a date"
    assert due[0].group() != due[1].group()
