"""In a real browser: two people destroy what was written in a case, and what the case looks like afterwards."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from escalation.services import cases, concerns, erasure, moves
from escalation.services.erasure import ErasureRule
from escalation.services.submissions import new_key
from tests.browser.conftest import OpenPage, looked_at
from tests.browser.hands import Pointer, sign_in
from tests.support import northtown as town
from tests.support.offices import appointed
from workflows import commands as c

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def closed_case(partnership: str) -> tuple[str, str]:
    """A concern that was withdrawn: public id and reference."""
    gp = town.accounts()["amara.lewis"]
    case = concerns.raise_concern(gp, town.concern_to_hospital(gp, partnership), new_key()).public_id
    moves.make_move(case, gp, c.Withdraw(reasons="r", freely=True), new_key())
    return case, cases.open_case(case, gp).reference


@pytest.mark.parametrize("width", [1280, 375])
def test_two_people_look_and_it_is_gone(app: Flask, northtown: str, open_page: OpenPage, width: int) -> None:
    with app.app_context():
        appointed("pat.privacy", "privacy_officer")
        case, reference = closed_case(northtown)
    page = open_page(width=width)
    sign_in(Pointer(page), "kate.rowan")
    page.goto(f"/cases/{case}")
    page.get_by_role("link", name="Ask that what was written here be destroyed").click()
    page.get_by_role("button", name="Ask for it").click()
    expect(page.get_by_role("alert")).to_contain_text("Select on which rule it rests")
    looked_at(page, f"erasure-ask-wrong-{width}")
    page.get_by_label("The time for which the board keeps it is over").check()
    page.get_by_role("button", name="Ask for it").click()
    expect(page.get_by_text("Waits for a second person")).to_be_visible()
    looked_at(page, f"erasure-list-{width}")
    page.get_by_role("link", name="take it back, or wait").click()
    looked_at(page, f"erasure-mine-{width}")
    the_second(open_page(width=width), northtown, case, reference, width)


def the_second(page: Page, partnership: str, case: str, reference: str, width: int) -> None:
    sign_in(Pointer(page), "pat.privacy")
    page.goto(f"/board/{partnership}/erasures")
    page.get_by_role("link", name="look at it and answer").click()
    page.get_by_role("button", name="Put my answer on record").click()
    expect(page.get_by_role("alert")).to_contain_text("Select whether")
    looked_at(page, f"erasure-answer-{width}")
    page.get_by_label("Yes: destroy it for good").check()
    page.get_by_label("If yes, type the reference").fill(reference)
    page.get_by_role("button", name="Put my answer on record").click()
    expect(page.get_by_text("is destroyed. That it was")).to_be_visible()
    page.goto(f"/board/{partnership}/holds")
    looked_at(page, f"erasure-hold-{width}")


@pytest.mark.parametrize("width", [1280, 375])
def test_a_case_afterwards(app: Flask, northtown: str, open_page: OpenPage, width: int) -> None:
    with app.app_context():
        officer = appointed("pat.privacy", "privacy_officer")
        case, reference = closed_case(northtown)
        office = town.accounts()["kate.rowan"]
        erasure.ask(northtown, office, reference, ErasureRule.PERSON)
        seq = cases.open_case(case, office).version
        erasure.agree(northtown, officer, case, seq)
    page = open_page(width=width)
    sign_in(Pointer(page), "amara.lewis")
    page.goto(f"/cases/{case}")
    expect(page.get_by_text("was destroyed on")).to_be_visible()
    looked_at(page, f"erased-case-{width}")
