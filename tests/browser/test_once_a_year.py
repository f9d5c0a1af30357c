"""Once a year, in a real browser: no account, no password, a narrow screen, and hands that use the keyboard."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from escalation.config import Settings
from tests.acceptance.once_a_year import ADDRESS, DOMAIN, Post, known_domain
from tests.browser.conftest import OpenPage, looked_at
from tests.browser.hands import Hands, Keyboard, Pointer, sign_in
from tests.support.mail_sink import MailSink

pytestmark = [
    pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True),
    pytest.mark.usefixtures("northtown"),
    pytest.mark.timeout(240),
]


@pytest.fixture
def post(app: Flask, settings: Settings, mail_sink: MailSink) -> Post:
    return Post(app, settings, mail_sink)


def writes(person: Hands, look: str = "") -> None:
    """From the start page to the question who they are."""
    page = person.page
    page.goto("/")
    _look(page, look, "start")
    person.press("Raise a concern")
    _look(page, look, "begin")
    person.press("Start")
    person.fill("Who is it about?", "TOD-17")
    person.press("Save and continue")
    person.pick("Agency", "Northtown Hospitals")
    person.choose("Role", "A doctor")
    person.press("Save and continue")
    person.fill("What was decided, or not done?", "Consistent with the explanation given")
    person.press("Save and continue")
    person.fill("Why might this leave someone at risk?", "A sibling has told school three times.")
    _look(page, look, "risk")
    person.press("Save and continue")
    person.fill("What do you ask for?", "A second opinion before discharge")
    person.press("Save and continue")
    _look(page, look, "check")
    person.press("Continue")


def says_who(person: Hands, look: str = "") -> None:
    """The four things that somebody with an account is not asked."""
    _look(person.page, look, "who")
    person.fill("Your name", "Dr Chloe Marsh")
    person.fill("Your work e-mail", ADDRESS)
    person.pick("Where you work", "Riverside Surgery")
    person.fill("Your role", "GP")
    person.press("Send me a code")
    _look(person.page, look, "code")


def _look(page: Page, look: str, name: str) -> None:
    if look:
        looked_at(page, f"yearly-{name}-{look}")


def test_the_whole_route_by_keyboard_on_a_narrow_screen(app: Flask, post: Post, open_page: OpenPage) -> None:
    known_domain(app, DOMAIN, "Riverside Surgery")
    page = open_page(width=360)
    person = Keyboard(page)
    writes(person, "360")
    person.press("Send me a code")
    looked_at(page, "yearly-who-error-360")
    says_who(person, "360")
    person.fill("Code", "0000 0000")
    person.press("Send the concern")
    expect(page.get_by_role("alert")).to_contain_text("The code is not right, or it is too old")
    looked_at(page, "yearly-code-error-360")
    person.fill("Code", post.code(ADDRESS))
    person.press("Send the concern")
    expect(page.get_by_text("We have your concern")).to_be_visible()
    looked_at(page, "yearly-sent-360")
    person.press("See the case")
    looked_at(page, "yearly-case-360")
    person.press("My work")
    looked_at(page, "yearly-work-360")


@pytest.mark.parametrize("width", [1280, 360])
def test_who_waits_and_who_lets_them_in(northtown: str, post: Post, open_page: OpenPage, width: int) -> None:
    page = open_page(width=width)
    person = Pointer(page)
    writes(person)
    says_who(person)
    person.fill("Code", post.code(ADDRESS))
    person.press("Send the concern")
    expect(page.get_by_role("heading", name="the board office lets you in first")).to_be_visible()
    looked_at(page, f"yearly-waits-{width}")
    office = Pointer(open_page(width=width))
    sign_in(office, "kate.rowan")
    office.page.goto(f"/board/{northtown}")
    looked_at(office.page, f"yearly-worklist-{width}")
    office.press("1 person waits to be let in")
    looked_at(office.page, f"yearly-newcomers-{width}")
    office.press("Dr Chloe Marsh")
    office.press("Answer")
    looked_at(office.page, f"yearly-newcomer-error-{width}")
    office.choose("Your answer", "Let them in, and send their concern")
    office.page.get_by_label("From now on let in everybody").check()
    office.press("Answer")
    expect(office.page.get_by_text("Their concern was sent at once")).to_be_visible()
    office.press("Mail domains")
    looked_at(office.page, f"yearly-domains-{width}")
    page.goto("/work")
    expect(page.get_by_text("Northtown Hospitals").first).to_be_visible()


@pytest.mark.parametrize("width", [1280, 360])
def test_coming_back_with_a_code(app: Flask, post: Post, open_page: OpenPage, width: int) -> None:
    page = open_page(width=width)
    person = Pointer(page)
    page.goto("/sign-in")
    looked_at(page, f"yearly-sign-in-{width}")
    person.press("Sign in with a code")
    looked_at(page, f"yearly-sign-in-code-{width}")
    person.fill("Your work e-mail", "sam.okafor@demo.invalid")
    person.press("Send me a code")
    looked_at(page, f"yearly-code-sign-in-{width}")
    person.fill("Code", post.code("sam.okafor@demo.invalid"))
    person.press("Sign in")
    looked_at(page, f"yearly-work-by-code-{width}")
    page.goto("/password/change")
    looked_at(page, f"yearly-not-with-a-code-{width}")
    page.goto("/code")
    looked_at(page, f"yearly-no-code-{width}")
