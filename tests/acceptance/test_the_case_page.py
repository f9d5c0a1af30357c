"""What a case page shows: who owns it, whose words stand where, and when something last happened."""

import re
from collections.abc import Callable
from html import unescape

from tests.acceptance.conftest import Visitor
from tests.acceptance.raised import raise_concern

Visit = Callable[[str], Visitor]
OWN = "I have read this and own it</button>"


def box(page: str, key: str) -> str:
    """The words in one of the two boxes of a case page."""
    found = re.search(rf'<section class="view[^"]*" aria-labelledby="{key}">(.*?)</section>', page, re.DOTALL)
    assert found, key
    return unescape(re.sub(r"<[^>]+>", "", found[1]))


def test_who_owns_a_case_reads_since_when_and_is_not_asked_again(visit: Visit) -> None:
    case = raise_concern(visit("amara.lewis"))
    manager = visit("sam.okafor")
    assert OWN in manager.opens(case)
    page = manager.presses(f"{case}/own", {})
    assert OWN not in page
    assert "Yours since" in page
    form = manager.opens(f"{case}/position")
    assert OWN not in form
    assert "Yours since" in form
    assert OWN in visit("ines.moreau").opens(case), "the deputy may still take it in hand"


def test_in_the_next_stage_it_can_be_owned_anew(visit: Visit, time_passes: Callable[..., None]) -> None:
    case = raise_concern(visit("amara.lewis"))
    manager = visit("sam.okafor")
    manager.opens(case)
    manager.presses(f"{case}/own", {})
    time_passes(days=9)
    page = manager.opens(case)
    assert "With heads of service" in page
    assert OWN in page


def test_each_box_holds_the_words_of_its_own_side(visit: Visit) -> None:
    gp, manager = visit("amara.lewis"), visit("sam.okafor")
    case = raise_concern(gp)
    gp.sends(f"{case}/tell_change", {"what_changed": "The father is back", "risk_rose": "no"})
    manager.sends(f"{case}/tell_change", {"what_changed": "The ward has looked again", "risk_rose": "no"})
    for reader in (gp, manager):
        page = reader.opens(case)
        concern, other = box(page, "concern"), box(page, "other-view")
        assert "Decision challenged: Called accidental" in concern
        assert "The father is back" in concern
        assert "The ward has looked again" not in concern
        assert "Called accidental" not in other
        assert "The father is back" not in other
        assert "The ward has looked again" in other
        assert "No reply yet" in other
    form = manager.opens(f"{case}/position")
    for words in ("Called accidental", "The father is back", "The ward has looked again"):
        assert words in form


def test_a_move_that_nobody_made_is_the_last_activity(visit: Visit, time_passes: Callable[..., None]) -> None:
    gp = visit("amara.lewis")
    case = raise_concern(gp)

    def last() -> tuple[str, str]:
        page = gp.opens(case)
        activity = re.search(r"<dt>Last activity</dt><dd>(.*?)</dd>", page)
        happened = re.search(r'<ol class="line">.*?<span class="quiet">(.*?)</span>', page, re.DOTALL)
        assert activity
        assert happened
        return activity[1], happened[1]

    before, _ = last()
    time_passes(days=9)
    activity, newest = last()
    assert activity == newest
    assert activity != before


def test_only_the_last_stages_are_certain(visit: Visit) -> None:
    gp = visit("amara.lewis")
    page = gp.opens(raise_concern(gp))
    notes = dict(
        re.findall(r'<strong>([^<]+)</strong><br><span class="quiet">([^<]+)</span></div></li>', page)
    )
    assert notes["Senior challenge"] == notes["Board arbitration"] == "Only if needed"
    assert notes["Follow-up"] == "Once it is settled or decided"
    assert notes["Closed"] == "At the end"
