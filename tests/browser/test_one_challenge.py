"""The story in a real browser: with JavaScript and axe on every page, by keyboard alone, and without
JavaScript. Every page that is visited must be free of faults."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page

from escalation.config import Settings
from escalation.demo import data
from escalation.jobs import scheduler
from escalation.web.sign_in import password_hash
from tests.support.browsing import axe, picture
from tests.support.movable_clock import MovableClock

PASSWORD = "a password of northtown"


@pytest.fixture
def northtown(app: Flask) -> str:
    with app.app_context():
        return data.load(password_hash(PASSWORD), history=False)


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


@pytest.mark.timeout(120)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_without_javascript(northtown: str, open_page: Callable[..., Page]) -> None:
    gp = open_page(width=360, javascript=False)
    sign_in(gp, "amara.lewis")
    case = raise_concern(gp, lambda page, name: None)
    lead = open_page(width=360, javascript=False)
    sign_in(lead, "priya.nair")
    lead.goto(f"{case}/view")
    lead.get_by_label("I support it", exact=True).check()
    lead.get_by_role("button", name="Check before sending").click()
    lead.get_by_role("button", name="Send my view").click()
    lead.get_by_text("You support the challenge").first.wait_for()


@pytest.mark.timeout(120)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_concern_is_raised_by_keyboard_alone(northtown: str, page: Page) -> None:
    """Tab, typing, arrow keys and Enter: the mouse is never used."""

    def to(name: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            if (
                page.evaluate(
                    "document.activeElement && (document.activeElement.id || document.activeElement.innerText.trim())"
                )
                == name
            ):
                return
        raise AssertionError(f"{name} cannot be reached by keyboard on {page.url}")

    page.goto("/sign-in")
    to("email")
    page.keyboard.type("amara.lewis@demo.invalid")
    to("password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="My work").wait_for()
    for name in ("Raise a concern", "Start"):
        to(name)
        with page.expect_navigation():
            page.keyboard.press("Enter")
    for name, words in (
        ("person_reference", "TOD-17"),
        ("agency", ""),
        ("decision", "Accidental"),
        ("risk", "Three disclosures"),
        ("request", "A second opinion"),
    ):
        to(name)
        if name == "agency":
            page.keyboard.type("Northtown Hosp")
            to("role")
            page.keyboard.press("Space")
        else:
            page.keyboard.type(words)
        to("Save and continue")
        with page.expect_navigation():
            page.keyboard.press("Enter")
    to("Send the concern")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.get_by_text("We have your concern").is_visible()
