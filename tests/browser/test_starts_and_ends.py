"""In a real browser: the warning before a session ends, and other ways to start than the first question."""

import re

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.acceptance.conftest import Visitor
from tests.acceptance.test_raising_again import followed_up
from tests.browser.conftest import OpenPage, looked_at
from tests.browser.hands import Pointer, sign_in, sign_in_here
from tests.support.movable_clock import TimePasses
from tests.support.northtown import PASSWORD
from tests.support.sessions import unused_for

pytestmark = [
    pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True),
    pytest.mark.usefixtures("northtown"),
]


def writing(page: Page) -> Page:
    """Somebody who is in the middle of a sentence; the browser's clock is in the test's hands."""
    page.clock.install()
    sign_in(Pointer(page), "amara.lewis")
    page.goto("/raise")
    page.get_by_role("button", name="I have tried to settle this").click()
    page.get_by_label("Who is it about?").fill("TOD-17")
    page.get_by_label("What have you tried so far?").fill("Two calls to the ward")
    return page


@pytest.mark.parametrize("width", [1280, 360])
def test_five_minutes_before_the_end_a_page_says_so_beside_the_field_and_staying_keeps_the_text(
    app: Flask, open_page: OpenPage, width: int
) -> None:
    page = writing(open_page(width=width))
    page.clock.fast_forward("08:30")
    expect(page.get_by_role("alert")).to_have_count(0)
    page.clock.fast_forward("01:30")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("You will be signed out at")
    assert alert.evaluate("e => e.nextElementSibling.querySelector('#attempts') !== null")
    expect(page).to_have_title(re.compile("^Signed out soon"))
    assert page.evaluate("document.activeElement.id") == "attempts", "the focus is not taken away"
    looked_at(page, f"session-soon-{width}")

    unused_for(app, 10)
    page.get_by_role("button", name="Stay signed in").click()
    expect(alert).to_contain_text("You stay signed in until")
    assert not page.title().startswith("Signed out")
    assert page.evaluate("document.activeElement.id") == "attempts"
    expect(page.get_by_label("What have you tried so far?")).to_have_value("Two calls to the ward")
    looked_at(page, f"session-stays-{width}")
    page.clock.fast_forward("09:30")
    expect(alert).to_contain_text("You stay signed in until")
    page.clock.fast_forward("01:00")
    expect(alert).to_contain_text("You will be signed out at")


def test_after_the_end_the_text_is_still_there_and_again_after_signing_in(
    app: Flask, open_page: OpenPage
) -> None:
    page = writing(open_page())
    page.clock.fast_forward("16:00")
    unused_for(app, 16)
    expect(page.get_by_role("alert")).to_contain_text("You have been signed out")
    expect(page.get_by_role("button", name="Stay signed in")).to_have_count(0)
    looked_at(page, "session-ended")
    page.get_by_role("button", name="Save and continue").click()
    sign_in_here(Pointer(page), "amara.lewis")
    expect(page.get_by_label("What have you tried so far?")).to_have_value("Two calls to the ward")


def test_staying_too_late_says_that_it_is_over(app: Flask, open_page: OpenPage) -> None:
    page = writing(open_page())
    page.clock.fast_forward("10:30")
    unused_for(app, 16)
    page.get_by_role("button", name="Stay signed in").click()
    expect(page.get_by_role("alert")).to_contain_text("You have been signed out")


def test_a_second_page_of_the_same_person_puts_the_warning_off(open_page: OpenPage) -> None:
    page = writing(open_page())
    page.clock.fast_forward("10:30")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("You will be signed out at")
    other = page.context.new_page()
    other.clock.install()
    other.clock.fast_forward("10:30")
    other.goto("/work")
    expect(alert).to_contain_text("You stay signed in until")


def test_by_keyboard_the_button_is_reached_and_the_focus_goes_back(app: Flask, open_page: OpenPage) -> None:
    page = writing(open_page())
    page.clock.fast_forward("10:30")
    expect(page.get_by_role("alert")).to_be_visible()
    unused_for(app, 10)
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.innerText") == "Stay signed in"
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("You stay signed in until")
    assert page.evaluate("document.activeElement.id") == "attempts"


def test_without_javascript_the_page_states_when_the_session_ends(open_page: OpenPage) -> None:
    page = open_page(width=360, javascript=False)
    sign_in(Pointer(page), "amara.lewis")
    expect(page.get_by_text("If you do nothing, you are signed out at")).to_be_visible()
    assert page.get_by_role("alert").count() == 0


@pytest.mark.parametrize("width", [1280, 360])
def test_the_other_starts_are_free_of_faults(open_page: OpenPage, width: int) -> None:
    page = open_page(width=width)
    sign_in(Pointer(page), "amara.lewis")
    page.goto("/raise")
    looked_at(page, f"raise-begin-{width}")
    page.get_by_role("link", name="I want advice first").click()
    looked_at(page, f"raise-advice-{width}")
    page.goto("/raise")
    page.get_by_role("button", name="I have tried to settle this").click()
    looked_at(page, f"raise-tried-{width}")


@pytest.mark.parametrize("width", [1280, 360])
def test_a_new_concern_from_one_whose_follow_up_says_no(
    app: Flask, time_passes: TimePasses, open_page: OpenPage, width: int
) -> None:
    def visit(name: str) -> Visitor:
        visitor = Visitor(app.test_client(), name=name)
        visitor.sends("/sign-in", {"email": f"{name}@demo.invalid", "password": PASSWORD})
        return visitor

    case = followed_up(visit, time_passes, "no")
    page = open_page(width=width)
    sign_in(Pointer(page), "amara.lewis")
    page.goto(case)
    looked_at(page, f"case-not-safer-{width}")
    page.get_by_role("button", name="Raise a new concern from this one").click()
    expect(page.get_by_role("heading", name="Check your answers, then send")).to_be_visible()
    looked_at(page, f"raise-anew-{width}")
    page.get_by_role("button", name="Send the concern").click()
    expect(page.get_by_text("We have your concern")).to_be_visible()
