"""In a real browser: what is asked about while writing, what is refused on opening, and how a case page sits."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, looked_at
from tests.browser.hands import Pointer, sign_in
from tests.browser.test_one_challenge import raise_concern, save

pytestmark = [
    pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True),
    pytest.mark.usefixtures("northtown"),
]


def not_looked_at(page: Page, name: str) -> None:
    """For pages that another test looks at."""


@pytest.mark.parametrize("width", [1280, 360])
def test_a_question_about_an_answer_is_free_of_faults_and_has_the_focus(
    open_page: OpenPage, width: int
) -> None:
    page = open_page(width=width)
    sign_in(Pointer(page), "amara.lewis")
    page.goto("/raise")
    page.get_by_role("button", name="Start").click()
    page.get_by_label("Who is it about?").fill("Tom Hadley")
    save(page)
    expect(page.get_by_role("alert")).to_contain_text("looks like a person’s name")
    expect(page.get_by_role("alert")).to_be_focused()
    looked_at(page, f"raise-1-asked-{width}")
    page.get_by_role("button", name="Keep it as it is and continue").click()
    expect(page.get_by_role("heading", name="Whose decision do you challenge?")).to_be_visible()


def test_a_limit_is_said_without_javascript_and_counted_with_it(open_page: OpenPage) -> None:
    for javascript, said in (
        (False, "You can enter up to 1,000 characters"),
        (True, "You have 40 characters"),
    ):
        page = open_page(javascript=javascript)
        sign_in(Pointer(page), "amara.lewis")
        page.goto("/raise")
        page.get_by_role("button", name="Start").click()
        page.goto(page.url.rsplit("/", 1)[0] + "/3")
        page.get_by_label("What was decided, or not done?").fill("x" * 960)
        expect(page.get_by_text(said).first).to_be_visible()


@pytest.mark.parametrize("width", [1280, 360])
def test_a_form_of_others_is_refused_and_a_case_page_sits_straight(open_page: OpenPage, width: int) -> None:
    gp = open_page(width=width)
    sign_in(Pointer(gp), "amara.lewis")
    case = raise_concern(gp, not_looked_at)
    gp.goto(f"{case}/position")
    expect(gp.get_by_role("heading", name="This is not possible now")).to_be_visible()
    looked_at(gp, f"refused-{width}")

    manager = open_page(width=width)
    sign_in(Pointer(manager), "sam.okafor")
    manager.goto(case)
    tops = [
        manager.get_by_role(role, name=name).bounding_box()
        for role, name in (("button", "Give your position"), ("button", "I have read this and own it"))
    ]
    one, two = tops
    assert one
    assert two
    assert one["height"] == two["height"]
    assert one["y"] == two["y"] if width == 1280 else one["x"] == two["x"]
    assert manager.locator(".reference").first.evaluate("e => e.getClientRects().length") == 1


def test_pages_of_the_board_fit_the_narrowest_screen(northtown: str, open_page: OpenPage) -> None:
    page = open_page(width=320)
    sign_in(Pointer(page), "kate.rowan")
    board = f"/board/{northtown}"
    for part in ("procedures", "procedures/four-stage-2026.1", "measures", "directory", "offices", "access"):
        page.goto(f"{board}/{part}")
        looked_at(page, f"board-{part.replace('/', '-')}-320")
