"""In a real browser: the list of who has access is signed on a telephone, and with the keyboard."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, looked_at
from tests.browser.hands import Pointer, sign_in
from tests.support.movable_clock import MovableClock, TimePasses

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def lists(northtown: str, clock: MovableClock, time_passes: TimePasses) -> str:
    """A new quarter has begun. Gives the address of the lists."""
    clock.move(to=datetime(2027, 1, 4, 9, tzinfo=UTC))
    time_passes(minutes=1)
    return f"/board/{northtown}/access"


def opened(open_page: OpenPage, lists: str, width: int) -> Page:
    page = open_page(width=width)
    sign_in(Pointer(page), "sam.okafor")
    page.goto(lists)
    looked_at(page, f"access-lists-{width}")
    page.get_by_role("link", name="Northtown Hospitals").click()
    return page


@pytest.mark.parametrize("width", [1280, 360])
def test_a_list_is_signed_and_what_is_missing_is_said(open_page: OpenPage, lists: str, width: int) -> None:
    page = opened(open_page, lists, width)
    looked_at(page, f"access-review-{width}")
    page.get_by_role("button", name="Sign this list").click()
    expect(page.get_by_role("alert")).to_contain_text("whether it is still right or ends")
    looked_at(page, f"access-review-missing-{width}")
    for group in page.get_by_role("group").all():
        group.get_by_label("Still right").check()
    page.get_by_role("button", name="Sign this list").click()
    expect(page.get_by_text("What you ended has ended")).to_be_visible()
    looked_at(page, f"access-signed-{width}")
    page.get_by_role("link", name="Northtown Hospitals").click()
    expect(page.get_by_text("the board office signs this")).to_be_visible()
