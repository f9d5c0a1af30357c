"""The whole story, from a GP's first page to the answered follow-up, without JavaScript on a phone and
by keyboard alone. A page is opened by its address only where the link stands in a mail."""

import pytest

from tests.browser.conftest import OpenPage
from tests.browser.hands import Hands, Keyboard, Pointer, sign_in
from tests.support.movable_clock import TimePasses

pytestmark = [
    pytest.mark.timeout(240),
    pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True),
]


def raises(gp: Hands) -> str:
    gp.press("Raise a concern")
    gp.press("Start")
    gp.fill("Who is it about?", "TOD-17")
    gp.press("Save and continue")
    gp.pick("Agency", "Northtown Hospitals")
    gp.choose("Role", "A doctor")
    gp.press("Save and continue")
    for label, words in (
        ("What was decided, or not done?", "Consistent with the explanation given"),
        ("Why might this leave someone at risk?", "A sibling has told school three times."),
        ("What do you ask for?", "A second opinion before discharge"),
    ):
        gp.fill(label, words)
        gp.press("Save and continue")
    gp.press("Send the concern")
    assert gp.page.get_by_text("We have your concern").is_visible()
    gp.press("See the case")
    return gp.page.url


def lead_supports(lead: Hands, case: str) -> None:
    lead.page.goto(case)
    lead.press("Say whether you support it")
    lead.choose("What is your view?", "I support it")
    lead.press("Check before sending")
    lead.press("Send my view")
    lead.page.get_by_text("You support the challenge").first.wait_for()


def decides(chair: Hands, case: str) -> None:
    chair.page.goto(case)
    chair.press("Record the decision")
    chair.fill("The decision", "A second opinion is sought")
    chair.fill("Your reasons", "The hospital did not have what the school knew")
    chair.fill("Which alternatives were considered?", "Waiting")
    chair.fill("Who sees it differently, and why?", "The medical director")
    chair.choose("Did the decision that was challenged change?", "Partly")
    chair.fill("What is the outcome for the child or adult?", "Both children stay with the grandmother")
    chair.press("Check before sending")
    chair.press("Record the decision")
    chair.page.get_by_text("Settled for now").first.wait_for()


def answers_follow_up(gp: Hands, case: str) -> None:
    gp.page.goto(case)
    gp.press("Answer the follow-up")
    gp.choose("Is the person safer?", "Yes")
    gp.fill("How do you know, and who asked them?", "I saw them both")
    gp.choose("Was it safe for you to raise this?", "Yes")
    gp.press("Check before sending")
    gp.press("Save and close")
    gp.page.get_by_text("Closed: the outcome is on record").first.wait_for()


@pytest.mark.parametrize("hand", ["pointer without JavaScript", "keyboard"])
def test_from_the_first_page_to_the_follow_up(
    northtown: str, time_passes: TimePasses, open_page: OpenPage, hand: str
) -> None:
    def person(name: str) -> Hands:
        keyboard = hand == "keyboard"
        page = open_page(width=1280 if keyboard else 360, javascript=keyboard)
        hands: Hands = Keyboard(page) if keyboard else Pointer(page)
        sign_in(hands, name)
        return hands

    gp = person("amara.lewis")
    case = raises(gp)
    lead_supports(person("priya.nair"), case)
    for days in (9, 7):
        time_passes(days=days)
    gp.page.goto(case)
    gp.page.get_by_text("With the independent chair").first.wait_for()
    decides(person("alan.meredith"), case)
    time_passes(days=25)
    answers_follow_up(gp, case)
