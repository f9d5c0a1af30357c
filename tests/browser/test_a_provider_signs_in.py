"""In a real browser: off to an identity provider and back, linking it, and signing out there too."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from escalation.config import Settings
from tests.browser.conftest import OpenPage, looked_at
from tests.browser.hands import Pointer, sign_in
from tests.support import browsing
from tests.support.issuer import Issuer, in_file, issuing
from tests.support.live_server import Address

pytestmark = [
    pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True),
    pytest.mark.usefixtures("northtown"),
]


@pytest.fixture
def issuer(address: Address) -> Iterator[Issuer]:
    with issuing() as made:
        made.home = address.url
        made.person = {"sub": "s-1", "email": "amara.lewis@demo.invalid", "email_verified": True}
        yield made


@pytest.fixture
def settings(settings: Settings, issuer: Issuer, tmp_path: Path) -> Settings:
    """With the file of providers."""
    file = tmp_path / "providers.toml"
    file.write_text(in_file(issuer))
    return dataclasses.replace(settings, providers=str(file))


@pytest.fixture
def only_the_issuer(watch: browsing.Watch, issuer: Issuer) -> Iterator[None]:
    """The one stranger that a browser is sent to."""
    yield
    issuers = f"a request to a stranger: {issuer.url}/"
    watch.troubles[:] = [trouble for trouble in watch.troubles if not trouble.startswith(issuers)]


def goes_there(page: Page) -> None:
    """The page between goes on by itself, with or without JavaScript."""
    page.get_by_role("button", name="Northtown Council").click()
    expect(page.get_by_role("heading", name="Provider", exact=True)).to_be_visible()
    page.get_by_role("link", name="Go on").click()


@pytest.mark.usefixtures("only_the_issuer")
@pytest.mark.parametrize(("width", "javascript"), [(1280, True), (360, False)])
def test_somebody_signs_in_with_their_organisation_and_out_again(
    open_page: OpenPage, width: int, javascript: bool
) -> None:
    page = open_page(width=width, javascript=javascript)
    page.goto("/work")
    if javascript:
        looked_at(page, f"sign-in-with-provider-{width}")
    goes_there(page)
    page.wait_for_url("**/work")
    expect(page.get_by_text("Signed in as Dr Amara Lewis")).to_be_visible()
    page.goto("/account")
    expect(page.get_by_role("button", name="Unlink Northtown Council")).to_be_visible()
    if javascript:
        looked_at(page, f"account-with-provider-{width}")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    if javascript:
        looked_at(page, f"signed-out-of-provider-{width}")
    page.get_by_role("link", name="Sign out of Northtown Council").click()
    expect(page.get_by_text("Out", exact=True)).to_be_visible()


@pytest.mark.usefixtures("only_the_issuer")
def test_somebody_whom_nobody_invited_reads_what_to_do(open_page: OpenPage, issuer: Issuer) -> None:
    page = open_page(width=360)
    issuer.person["email"] = "nobody.here@demo.invalid"
    page.goto("/sign-in")
    goes_there(page)
    expect(page.get_by_role("heading", name="You cannot come in with this yet")).to_be_visible()
    looked_at(page, "not-known-to-us-360")
    page.go_back()
    page.goto("/sign-in/with/mock/callback?state=x&code=y")
    expect(page.get_by_role("heading", name="Please start again")).to_be_visible()
    looked_at(page, "provider-failed-360")


@pytest.mark.usefixtures("only_the_issuer")
def test_somebody_links_their_organisation_on_the_account_page(open_page: OpenPage, issuer: Issuer) -> None:
    page = open_page()
    issuer.person = {"sub": "s-2"}
    sign_in(Pointer(page), "amara.lewis")
    page.goto("/account")
    page.get_by_role("button", name="Link Northtown Council").click()
    page.get_by_role("link", name="Go on").click()
    expect(page.get_by_role("alert")).to_contain_text("Linked.")
    page.get_by_role("button", name="Unlink Northtown Council").click()
    expect(page.get_by_role("button", name="Link Northtown Council", exact=True)).to_be_visible()
