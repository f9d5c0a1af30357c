"""In a real browser: measures with small numbers hidden, and a record that does not prove itself."""

from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import expect

from escalation.services import concerns, moving_clock, record_checks
from escalation.services.submissions import new_key
from tests.browser.conftest import OpenPage, looked_at
from tests.browser.hands import Pointer, sign_in
from tests.support import northtown as town
from tests.support.movable_clock import MovableClock
from tests.support.offices import appointed

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.mark.parametrize("width", [1280, 375])
def test_small_numbers_are_hidden_and_a_break_is_shown(
    app: Flask, open_page: OpenPage, northtown: str, clock: MovableClock, width: int
) -> None:
    clock.move(days=0)
    with app.app_context():
        gp = town.accounts()["amara.lewis"]
        for _ in range(6):
            concerns.raise_concern(gp, town.concern_to_hospital(gp, northtown), new_key())
        moving_clock.move(timedelta(days=31))
        record_checks.keep(northtown, "broken", 2)
        appointed("bo.member", "board_member")
    member = open_page(width=width)
    sign_in(Pointer(member), "bo.member")
    member.goto(f"/board/{northtown}/measures")
    expect(member.get_by_role("heading", name="6 challenges were raised")).to_be_visible()
    looked_at(member, f"suppressed-{width}")
    office = open_page(width=width)
    sign_in(Pointer(office), "kate.rowan")
    office.goto(f"/board/{northtown}")
    expect(office.get_by_role("heading", name="The record does not prove itself")).to_be_visible()
    looked_at(office, f"broken-{width}")
    office.goto(f"/board/{northtown}/measures")
    expect(office.get_by_role("heading", name="Newest seal of the record")).to_be_visible()
    looked_at(office, f"measures-with-seal-{width}")
