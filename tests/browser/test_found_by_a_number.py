"""In a real browser: a case is found by a number, by keyboard and by finger, on a telephone and a wide screen."""

import pytest
from flask import Flask
from playwright.sync_api import expect

from escalation.services import concerns
from escalation.services.submissions import new_key
from tests.browser.conftest import OpenPage, looked_at
from tests.browser.hands import Keyboard, Pointer, sign_in
from tests.support import northtown as town
from tests.support.offices import appointed

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.mark.parametrize("width", [1280, 375])
def test_a_case_is_found_by_its_number(app: Flask, open_page: OpenPage, northtown: str, width: int) -> None:
    with app.app_context():
        gp = town.accounts()["amara.lewis"]
        concerns.raise_concern(gp, town.concern_to_hospital(gp, northtown), new_key())
        appointed("pia.privacy", "privacy_officer")
    page = open_page(width=width)
    hands = Keyboard(page) if width > 1000 else Pointer(page)
    sign_in(hands, "amara.lewis")
    hands.press("Find a case by a number")
    looked_at(page, f"find-asked-{width}")
    hands.press("Find cases")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    looked_at(page, f"find-missing-{width}")
    hands.choose("What kind of number is it?", "A number or reference of an agency’s own")
    hands.fill("The number", "T-2")
    hands.press("Find cases")
    expect(page.get_by_text("No case of yours carries this number")).to_be_visible()
    looked_at(page, f"find-none-{width}")
    page.get_by_label("The number", exact=True).clear()
    hands.fill("The number", "t 1")
    hands.press("Find cases")
    expect(page.get_by_text("1 case carries this number")).to_be_visible()
    looked_at(page, f"find-found-{width}")

    officer = open_page(width=width)
    sign_in(Pointer(officer), "pia.privacy")
    officer.goto(f"/board/{northtown}/lookups")
    expect(officer.get_by_text("2 times, 0 by an NHS number, 1 found nothing")).to_be_visible()
    looked_at(officer, f"find-look-ups-{width}")
