"""The story in a real browser, on a wide screen and a phone. Every page that is visited must be free of faults."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, looked_at
from tests.browser.hands import Pointer, sign_in
from tests.support.movable_clock import TimePasses

Look = Callable[[Page, str], None]
"""Looks at a page, which has a name in this story."""


@pytest.mark.timeout(240)
@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_from_raise_to_decision(
    northtown: str, time_passes: TimePasses, open_page: OpenPage, width: int
) -> None:
    def look(page: Page, name: str) -> None:
        looked_at(page, f"{name}-{width}")

    gp = open_page(width=width)
    case = gp_raises(gp, look)
    manager_owns(open_page(width=width), case, look)
    for days in (9, 7):
        time_passes(days=days)
    gp.goto(case)
    gp.get_by_text("With the independent chair").first.wait_for()
    look(gp, "case-arbitration")
    chair_decides(open_page(width=width), case, look)
    office_reads(open_page(width=width), northtown, look)


def gp_raises(gp: Page, look: Look) -> str:
    """From the start page to the case; gives its address."""
    gp.goto("/")
    look(gp, "start")
    sign_in(Pointer(gp), "amara.lewis")
    look(gp, "work-empty")
    return raise_concern(gp, look)


def raise_concern(page: Page, look: Look) -> str:
    """Five questions and a press on Send; gives the address of the case."""
    page.goto("/raise")
    look(page, "raise-begin")
    page.get_by_role("button", name="Start").click()
    look(page, "raise-1")
    save(page)
    expect(page).to_have_title(re.compile("^Error: "))
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


def save(page: Page) -> None:
    page.get_by_role("button", name="Save and continue").click()


def manager_owns(manager: Page, case: str, look: Look) -> None:
    sign_in(Pointer(manager), "sam.okafor")
    look(manager, "work")
    manager.goto(f"{case}/position")
    look(manager, "position")
    manager.get_by_role("button", name="I have read this and own it").click()
    look(manager, "owned")


def chair_decides(chair: Page, case: str, look: Look) -> None:
    sign_in(Pointer(chair), "alan.meredith")
    chair.goto(f"{case}/record_decision")
    look(chair, "decision")
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
    look(chair, "decision-check")
    chair.get_by_role("button", name="Record the decision").click()
    chair.get_by_text("Settled for now").first.wait_for()
    look(chair, "decided")


def office_reads(office: Page, partnership: str, look: Look) -> None:
    """The board's pages, and those that everybody can read."""
    sign_in(Pointer(office), "kate.rowan")
    for part in ("", "/measures", "/directory"):
        office.goto(f"/board/{partnership}{part}")
        look(office, f"board{part.replace('/', '-')}")
    for path in ("/help", "/accessibility", "/privacy", "/cookies", "/account", "/nothing-here"):
        office.goto(path)
        look(office, f"page{path.replace('/', '-')}")
