"""The story in a real browser, on a wide screen and a phone. Every page that is visited must be free of faults."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page

from escalation.config import Settings
from escalation.jobs import scheduler
from tests.browser.conftest import PASSWORD
from tests.support.browsing import axe, picture
from tests.support.movable_clock import MovableClock


def sign_in(page: Page, name: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(f"{name}@demo.invalid")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="My work").wait_for()


def looked_at(page: Page, name: str) -> None:
    """A page that a person sees: no fault that axe knows, and it does not scroll sideways."""
    assert axe(page) == [], name
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    picture(page, name)


def save(page: Page) -> None:
    page.get_by_role("button", name="Save and continue").click()


def raise_concern(page: Page, look: Callable[[Page, str], None] = looked_at) -> str:
    """Five questions and a press on Send; gives the address of the case."""
    page.goto("/raise")
    look(page, "raise-begin")
    page.get_by_role("button", name="Start").click()
    look(page, "raise-1")
    save(page)
    assert page.title().startswith("Error: ")
    look(page, "raise-1-error")
    page.get_by_label("Who is it about?").fill("TOD-17")
    save(page)
    look(page, "raise-2")
    page.get_by_label("Agency").select_option(label="Northtown Hospitals")
    page.get_by_label("A doctor").check()
    save(page)
    page.get_by_label("What was decided, or not done?").fill("Consistent with the explanation given")
    save(page)
    page.get_by_label("Why might this leave someone at risk?").fill("A sibling has told school three times.")
    look(page, "raise-4")
    save(page)
    page.get_by_label("What do you ask for?").fill("A second opinion before discharge")
    save(page)
    look(page, "raise-check")
    page.get_by_role("button", name="Send the concern").click()
    look(page, "raise-sent")
    page.get_by_role("button", name="See the case").click()
    look(page, "case")
    return page.url


@pytest.mark.timeout(240)
@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_from_raise_to_decision(
    northtown: str,
    app: Flask,
    settings: Settings,
    clock: MovableClock,
    open_page: Callable[..., Page],
    width: int,
) -> None:
    gp = open_page(width=width)
    gp.goto("/")
    looked_at(gp, f"start-{width}")
    sign_in(gp, "amara.lewis")
    looked_at(gp, f"work-empty-{width}")
    case = raise_concern(gp, lambda page, name: looked_at(page, f"{name}-{width}"))

    manager = open_page(width=width)
    sign_in(manager, "sam.okafor")
    looked_at(manager, f"work-{width}")
    manager.goto(f"{case}/position")
    looked_at(manager, f"position-{width}")
    manager.get_by_role("button", name="I have read this and own it").click()
    looked_at(manager, f"owned-{width}")

    for days in (9, 7):
        clock.move(days=days)
        scheduler.run_once(app, settings)
    gp.goto(case)
    gp.get_by_text("With the independent chair").first.wait_for()
    looked_at(gp, f"case-arbitration-{width}")

    chair = open_page(width=width)
    sign_in(chair, "alan.meredith")
    chair.goto(f"{case}/record_decision")
    looked_at(chair, f"decision-{width}")
    for label in (
        "The decision",
        "Your reasons",
        "Which alternatives were considered?",
        "Who sees it differently, and why?",
        "What is the outcome for the child or adult?",
    ):
        chair.get_by_label(label, exact=True).fill("Words")
    chair.get_by_label("Partly").check()
    chair.get_by_role("button", name="Check before sending").click()
    looked_at(chair, f"decision-check-{width}")
    chair.get_by_role("button", name="Record the decision").click()
    chair.get_by_text("Settled for now").first.wait_for()
    looked_at(chair, f"decided-{width}")

    office = open_page(width=width)
    sign_in(office, "kate.rowan")
    for part in ("", "/measures", "/directory"):
        office.goto(f"/board/{northtown}{part}")
        looked_at(office, f"board{part.replace('/', '-')}-{width}")
    for path in ("/help", "/accessibility", "/privacy", "/cookies", "/account", "/nothing-here"):
        office.goto(path)
        looked_at(office, f"page{path.replace('/', '-')}-{width}")
