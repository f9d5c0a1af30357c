"""In a real browser: the pages of offices, of declared lines, of look-ups and of a closed account."""

import re

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import text

from escalation.extensions import db
from tests.browser.conftest import OpenPage, looked_at
from tests.browser.hands import Pointer, sign_in
from tests.support.offices import appointed

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.mark.parametrize("width", [1280, 360])
def test_offices_are_given_and_asked_for(app: Flask, northtown: str, open_page: OpenPage, width: int) -> None:
    with app.app_context():
        appointed("ada.admin", "administrator")
    page = open_page(width=width)
    sign_in(Pointer(page), "ada.admin")
    page.goto(f"/board/{northtown}/offices")
    page.get_by_role("button", name="Appoint").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter the e-mail address")
    looked_at(page, f"offices-wrong-{width}")
    page.get_by_label("Their e-mail here").fill("ada.admin@demo.invalid")
    page.get_by_label("Office", exact=True).select_option("inspector")
    page.get_by_role("button", name="Appoint").click()
    expect(page.get_by_text("asked for it themselves")).to_be_visible()
    looked_at(page, f"offices-{width}")
    page.get_by_role("button", name=re.compile("End it.*Kate Rowan")).click()
    expect(page.get_by_text("It ends at once, and Kate Rowan is signed out")).to_be_visible()
    looked_at(page, f"offices-end-{width}")
    page.goto(f"/board/{northtown}/directory")
    looked_at(page, f"offices-directory-{width}")


@pytest.mark.parametrize("width", [1280, 360])
def test_a_line_is_declared_and_ended(northtown: str, open_page: OpenPage, width: int) -> None:
    page = open_page(width=width)
    sign_in(Pointer(page), "amara.lewis")
    page.goto("/account")
    page.get_by_role("link", name="Say that you have a line").click()
    page.get_by_role("button", name="Declare it").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose an agency")
    page.get_by_label("I have a line to").select_option(label="Northtown Hospitals")
    page.get_by_role("button", name="Declare it").click()
    looked_at(page, f"lines-{width}")
    page.get_by_role("button", name="It has ended").click()
    expect(page.get_by_text("You have declared none")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 360])
def test_look_ups_and_a_closed_account(app: Flask, northtown: str, open_page: OpenPage, width: int) -> None:
    with app.app_context():
        account = appointed("pia.privacy", "privacy_officer")
    page = open_page(width=width)
    sign_in(Pointer(page), "pia.privacy")
    page.goto(f"/board/{northtown}/lookups")
    looked_at(page, f"lookups-{width}")
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("UPDATE account SET lapsed_at = created_at WHERE id = :it"), {"it": account})
    page.goto("/work")
    looked_at(page, f"lapsed-{width}")
    page.get_by_role("button", name="Send me the link").click()
    expect(page.get_by_text("on its way to your address")).to_be_visible()
