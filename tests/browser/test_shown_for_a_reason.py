"""In a real browser: what is shown for a reason only, on a telephone and on a wide screen."""

import pytest
from flask import Flask
from playwright.sync_api import expect

from escalation.services import cases, concerns
from escalation.services.submissions import new_key
from tests.browser.conftest import OpenPage, looked_at
from tests.browser.hands import Pointer, sign_in
from tests.support import northtown as town
from tests.support.offices import appointed
from workflows.commands import RaiseConcern

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
WHY = "The duty team asks about a child who may be the same"


@pytest.fixture
def reference(app: Flask, northtown: str) -> str:
    """The reference of a concern that the GP raised through her lead; two privacy officers are there."""
    with app.app_context():
        appointed("pat.privacy", "privacy_officer")
        appointed("quinn.privacy", "privacy_officer")
        gp = town.accounts()["amara.lewis"]
        hospital = town.agencies(gp, northtown)["Northtown Hospitals"]
        command = RaiseConcern(person_reference="TOD-17", decision="d", risk="r", request="q")
        new = concerns.NewConcern(northtown, hospital, "doctor", command, quiet=True)
        made = concerns.raise_concern(gp, new, new_key())
        return cases.as_seen(made.public_id, gp).reference


@pytest.mark.parametrize("width", [1280, 360])
def test_a_case_is_opened_without_a_seat_and_reviewed(
    open_page: OpenPage, reference: str, width: int
) -> None:
    officer = open_page(width=width)
    sign_in(Pointer(officer), "pat.privacy")
    officer.get_by_role("link", name="Open a case in which you take no part").click()
    looked_at(officer, f"glass-asked-{width}")
    officer.get_by_role("button", name="Put it on record").click()
    looked_at(officer, f"glass-missing-{width}")
    officer.get_by_label("Which case?").fill(reference)
    officer.get_by_label("Somebody may come to harm").check()
    officer.get_by_label("Why must you see it?").fill(WHY)
    officer.get_by_role("button", name="Put it on record").click()
    expect(officer.get_by_text("Opened by Pat Privacy until")).to_be_visible()
    looked_at(officer, f"glass-opened-{width}")

    reviewer = open_page(width=width)
    sign_in(Pointer(reviewer), "quinn.privacy")
    reviewer.get_by_role("link", name="Review cases that were opened").click()
    looked_at(reviewer, f"glass-review-{width}")
    reviewer.get_by_label("Yes, it was right").check()
    reviewer.get_by_label("How did you come to it?").fill("The duty team says so, too")
    reviewer.get_by_role("button", name="Put my finding on record").click()
    expect(reviewer.get_by_text("It was right")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 360])
def test_the_office_sees_the_reference_for_a_reason(open_page: OpenPage, reference: str, width: int) -> None:
    office = open_page(width=width)
    sign_in(Pointer(office), "kate.rowan")
    office.goto(f"/c/{reference}")
    office.get_by_role("link", name="reference for the person").click()
    looked_at(office, f"reference-why-{width}")
    office.get_by_label("Why do you need it?").fill("Two cases look as if they were one")
    office.get_by_role("button", name="Show it once").click()
    expect(office.get_by_text("TOD-17")).to_be_visible()
    looked_at(office, f"reference-shown-{width}")
