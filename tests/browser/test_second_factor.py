"""In a real browser: an app for codes and a passkey are set up and used, on a telephone and on a desk.

The passkey is kept by Chromium's virtual authenticator, over its own protocol; on http only localhost will do.
"""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, looked_at
from tests.browser.hands import Pointer, sign_in
from tests.support.factors import App
from tests.support.northtown import PASSWORD
from tests.support.sessions import proved_earlier

pytestmark = [
    pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True),
    pytest.mark.usefixtures("northtown"),
]
_AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def with_authenticator(page: Page) -> Page:
    """A device that keeps passkeys, whose owner touches it at once."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": _AUTHENTICATOR})
    return page


def makes_a_passkey(page: Page) -> None:
    """From the account page, in four presses."""
    page.goto("/account")
    page.get_by_role("link", name="Second factor").click()
    page.get_by_role("link", name="Set up passkeys").click()
    page.get_by_label("A name for a new one").fill("my telephone")
    page.get_by_role("button", name="Set up a passkey").click()
    page.wait_for_url("**/account/second-factor")


@pytest.mark.parametrize("width", [1280, 360])
def test_an_app_for_codes_is_set_up_and_asked_for(open_page: OpenPage, width: int) -> None:
    page = open_page(width=width)
    sign_in(Pointer(page), "sam.okafor")
    page.goto("/account/second-factor")
    looked_at(page, f"second-factor-{width}")
    page.get_by_role("link", name="Set up an app for codes").click()
    looked_at(page, f"app-begin-{width}")
    page.get_by_role("button", name="Show the picture").click()
    expect(page.get_by_role("img", name="The picture for your app")).to_be_visible()
    looked_at(page, f"app-picture-{width}")
    app = App.reads(page.content())
    page.get_by_label("The 6-digit code from your app").fill("000000")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("alert")).to_contain_text("This code is not right")
    looked_at(page, f"app-wrong-{width}")
    page.get_by_label("The 6-digit code from your app").fill(app.code())
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Make recovery codes").click()
    expect(page.locator(".codes li")).to_have_count(8)
    looked_at(page, f"recovery-codes-{width}")

    again = open_page(width=width)
    again.goto("/sign-in")
    again.get_by_label("E-mail").fill("sam.okafor@demo.invalid")
    again.get_by_label("Password").fill(PASSWORD)
    again.get_by_role("button", name="Sign in").click()
    looked_at(again, f"code-{width}")
    again.get_by_label("The 6-digit code from your app").fill(app.code())
    again.get_by_role("button", name="Go on").click()
    expect(again.get_by_role("heading", name="My work")).to_be_visible()
    again.goto("/account")
    looked_at(again, f"account-{width}")
    again.goto("/account/sessions")
    looked_at(again, f"sessions-{width}")


@pytest.mark.parametrize("width", [1280, 360])
def test_a_passkey_is_made_signs_in_alone_and_proves_it_anew(
    app: Flask, open_page: OpenPage, width: int
) -> None:
    page = with_authenticator(open_page(width=width))
    sign_in(Pointer(page), "sam.okafor")
    makes_a_passkey(page)
    expect(page.get_by_role("main")).to_contain_text("my telephone")
    page.get_by_role("link", name="Change passkeys").click()
    looked_at(page, f"passkeys-{width}")
    page.goto("/account")
    page.get_by_role("button", name="Sign out").click()

    page.goto("/account/sessions")
    page.get_by_role("link", name="Sign in with a passkey").click()
    looked_at(page, f"passkey-{width}")
    page.get_by_role("button", name="Use my passkey").click()
    page.wait_for_url("**/account/sessions")
    expect(page.get_by_role("main")).to_contain_text("by passkey")

    proved_earlier(app, 16)
    page.goto("/account/recovery-codes")
    looked_at(page, f"prove-{width}")
    page.get_by_role("button", name="Use my passkey").click()
    page.wait_for_url("**/account/recovery-codes")
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()


def test_after_a_password_the_passkey_is_asked_for(open_page: OpenPage) -> None:
    page = with_authenticator(open_page())
    sign_in(Pointer(page), "sam.okafor")
    makes_a_passkey(page)
    page.goto("/account")
    page.get_by_role("button", name="Sign out").click()
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill("sam.okafor@demo.invalid")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("main")).to_contain_text("Your password was right. Now your passkey.")
    page.goto("/work")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.get_by_label("E-mail").fill("sam.okafor@demo.invalid")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Use my passkey").click()
    expect(page.get_by_role("heading", name="My work")).to_be_visible()


def test_a_browser_without_a_passkey_says_so_and_offers_another_way(open_page: OpenPage) -> None:
    page = with_authenticator(open_page(width=360))
    page.goto("/sign-in/passkey")
    page.get_by_role("button", name="Use my passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was done")
    looked_at(page, "passkey-none-360")
    page.get_by_role("link", name="Sign in another way").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
