"""In a real browser: a board's forms, its own words and its Welsh, on a telephone, a wide screen, and without script."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, looked_at
from tests.browser.hands import Pointer, sign_in
from tests.support import richer

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def spoken(app: Flask, northtown: str) -> str:
    """Northtown under a procedure with forms, own words and Welsh. Gives its public id."""
    with app.app_context():
        richer.publish(northtown, richer.SPOKEN)
    return northtown


def raise_with_a_form(page: Page, width: int) -> str:
    """Five questions, and the form of the procedure on the last page; gives the address of the case."""
    page.goto("/raise")
    page.get_by_role("button", name="Start").click()
    page.get_by_label("Who is it about?").fill("TOD-17")
    page.get_by_role("button", name="Save and continue").click()
    page.get_by_label("Agency").select_option(label="Northtown Hospitals")
    page.get_by_label("A doctor").check()
    page.get_by_role("button", name="Save and continue").click()
    for question in (
        "What was decided, or not done?",
        "Why might this leave someone at risk?",
        "What do you ask for?",
    ):
        page.get_by_label(question).fill("Words of the GP")
        page.get_by_role("button", name="Save and continue").click()
    page.get_by_role("button", name="Send the concern").click()
    page.get_by_role("link", name="Answer: Who has been told already").click()
    expect(page.get_by_label("Who has been told already")).to_be_focused()
    looked_at(page, f"form-raise-error-{width}")
    page.get_by_label("Who has been told already").fill("The school nurse")
    page.get_by_role("button", name="Send the concern").click()
    page.get_by_role("button", name="See the case").click()
    return page.url


@pytest.mark.parametrize(("width", "javascript"), [(1280, True), (360, False)])
def test_forms_of_both_sides_are_filled_in_and_stand_beside_one_another(
    open_page: OpenPage, spoken: str, width: int, javascript: bool
) -> None:
    gp = open_page(width=width)
    sign_in(Pointer(gp), "amara.lewis")
    case = raise_with_a_form(gp, width)

    manager = open_page(width=width, javascript=javascript)
    sign_in(Pointer(manager), "sam.okafor")
    manager.goto(f"{case}/position")
    manager.get_by_label("We keep the decision").check()
    manager.get_by_label("Your reasons").fill("Two of us agree")
    manager.get_by_label("What new fact would change your mind?").fill("A new picture")
    manager.get_by_role("button", name="Check before sending").click()
    expect(manager.get_by_role("heading", name="We keep the decision")).to_be_visible()
    if javascript:
        looked_at(manager, f"form-more-{width}")
    manager.get_by_label("What was known at the time").fill("The X-ray of Monday")
    manager.get_by_role("button", name="Check before sending").click()
    expect(manager.get_by_text("The X-ray of Monday")).to_be_visible()
    manager.get_by_role("button", name="Send our position").click()

    gp.goto(f"{case}/escalate")
    gp.get_by_label("Why should it move up now?").fill("It is not settled")
    gp.get_by_role("button", name="Check before sending").click()
    gp.get_by_role("link", name="Answer: What is still open").click()
    expect(gp.locator("[id='step/open']")).to_be_focused()
    looked_at(gp, f"form-error-{width}")
    gp.locator("[id='step/open']").fill("Where she sleeps tonight")
    gp.get_by_role("button", name="Check before sending").click()
    looked_at(gp, f"form-check-{width}")
    gp.get_by_role("button", name="Move it up").click()

    manager.goto(f"{case}/tell_change")
    manager.get_by_label("What has changed since last time?").fill("We met")
    manager.get_by_label("What we answer").fill("A place with the grandmother is found")
    manager.get_by_role("button", name="Tell them").click()

    gp.goto(case)
    shown = gp.get_by_role("region", name="Record of this step")
    expect(shown.get_by_text("Where she sleeps tonight")).to_be_visible()
    expect(shown.get_by_text("A place with the grandmother is found")).to_be_visible()
    assert gp.locator("[lang=cy]").count() > 2
    looked_at(gp, f"form-case-{width}")
    gp.goto(f"{case}/procedure")
    looked_at(gp, f"form-procedure-{width}")
    gp.goto("/work")
    looked_at(gp, f"form-work-{width}")

    office = open_page(width=width)
    sign_in(Pointer(office), "kate.rowan")
    office.goto(f"/board/{spoken}")
    looked_at(office, f"form-worklist-{width}")
