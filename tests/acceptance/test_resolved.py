"""What was decided or settled stands at the top of the case, for both sides, without a search in the history."""

import re
from collections.abc import Callable
from html import unescape

from tests.acceptance.conftest import Visitor
from tests.acceptance.raised import raise_concern

DECISION = {
    "decision": "A second opinion is sought",
    "reasons": "The hospital did not have what the school knew",
    "alternatives": "Waiting",
    "dissent": "The medical director",
    "changed": "partly",
    "outcome": "Both children stay with the grandmother",
    "actions": "The hospital, by Friday",
}


def block(page: str, key: str) -> list[tuple[str, str]]:
    """Labels and texts of a block at the top of a case page; it stands before the stages."""
    top = page.partition("Where it is")[0]
    found = re.search(rf'<section class="resolved" aria-labelledby="{key}">(.*?)</section>', top, re.DOTALL)
    assert found, f"no block {key!r} at the top"
    return [
        (unescape(label), unescape(text))
        for label, text in re.findall(r"<dt>(.*?)</dt><dd[^>]*>(.*?)</dd>", found[1], re.DOTALL)
    ]


def test_the_boards_decision_stands_in_full_at_the_top_in_the_order_of_its_form(
    visit: Callable[[str], Visitor], time_passes: Callable[..., None]
) -> None:
    gp = visit("amara.lewis")
    case = raise_concern(gp)
    time_passes(days=9)
    time_passes(days=7)
    assert 'aria-labelledby="decision"' not in gp.opens(case)
    visit("alan.meredith").sends_checked(f"{case}/record_decision", DECISION)

    for reader in (gp, visit("sam.okafor")):
        rows = block(reader.opens(case), "decision")
        assert [label for label, _ in rows] == [
            "Decided by",
            "Decided on",
            "The decision that was challenged",
            "Decision",
            "Reasons",
            "Alternatives considered",
            "Who sees it differently",
            "Outcome for the child or adult",
            "Who acts, by when",
        ]
        said = dict(rows)
        assert said["Decided by"].startswith("Professor Alan Meredith")
        assert said["The decision that was challenged"] == "Decision changed in part"
        for name in ("decision", "reasons", "alternatives", "dissent", "outcome", "actions"):
            assert DECISION[name] in said.values()


def test_what_was_agreed_and_what_the_follow_up_found_stand_at_the_top_of_a_closed_case(
    visit: Callable[[str], Visitor], time_passes: Callable[..., None]
) -> None:
    gp, manager = visit("amara.lewis"), visit("sam.okafor")
    case = raise_concern(gp)
    manager.sends_checked(f"{case}/propose_settlement", {"outcome": "A second opinion is booked."})
    gp.sends_checked(f"{case}/agree_settlement", {"outcome": ""})
    time_passes(days=31)
    answers = {"safer": "partly", "how_known": "I saw them", "still_open": "Housing", "safe_to_raise": "no"}
    gp.sends_checked(f"{case}/answer_follow_up", answers)

    page = gp.opens(case)
    assert dict(block(page, "settlement"))["Outcome for the child or adult"] == "A second opinion is booked."
    assert dict(block(page, "settlement"))["Agreed by"].startswith("Dr Amara Lewis")
    found = dict(block(page, "followed"))
    assert found["Is the person safer?"] == "Partly"
    assert found["How this is known"] == "I saw them"
    assert found["Still open"] == "Housing"
    assert found["Was it safe to raise this?"] == "No"

    seen_by_others = dict(block(manager.opens(case), "followed"))
    assert "Was it safe to raise this?" not in seen_by_others, (
        "the private answer is the raiser's and the board's"
    )
