"""What the procedure sends elsewhere: its author hears where to go and loses nothing, and the board counts it."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from tests.acceptance.conftest import Visit, Visitor
from tests.support import beyond, richer
from tests.support.movable_clock import MovableClock
from tests.support.pages import hidden_fields, option

WHERE = "Your own agency&#39;s procedure"
TYPED = "They share one login and nobody checks it"


@pytest.fixture
def own_agency_goes_elsewhere(app: Flask, northtown: str) -> str:
    """A procedure under which colleagues of one agency go elsewhere; gives the partnership's public id."""
    with app.app_context():
        richer.publish(northtown)
    return northtown


@pytest.fixture
def gp(own_agency_goes_elsewhere: str, visit: Visit) -> Visitor:
    """The GP, under that procedure."""
    return visit("amara.lewis")


def to_the_check_page(gp: Visitor, agency: str = "Riverside Surgery") -> str:
    """Answers the five questions about an agency, and gives the address of the page before sending."""
    gp.sends("/raise", {"start": "1"})
    draft = gp.path.rsplit("/", 1)[0]
    whom = gp.sends(f"{draft}/1", {"person_reference": "TOD-17"})
    listed = whom[whom.index("<select") :]
    gp.sends(f"{draft}/2", {"agency": option(listed, agency), "role": "doctor"})
    gp.sends(f"{draft}/3", {"decision": TYPED})
    gp.sends(f"{draft}/4", {"risk": "Records may be read by anybody"})
    gp.sends(f"{draft}/5", {"request": "One login each"})
    return f"{draft}/check"


def rows(app: Flask, table: str) -> list[dict[str, Any]]:
    """All rows of a table."""
    with app.app_context(), beyond.engine().connect() as connection:
        found = connection.execute(text(f'SELECT * FROM "{table}" ORDER BY id')).mappings()
        return [dict(row) for row in found]


def test_the_page_says_where_to_go_and_nothing_typed_is_lost(app: Flask, gp: Visitor) -> None:
    check = to_the_check_page(gp)
    assert WHERE in gp.opens(check), "said before sending"
    assert rows(app, "diversion") == [], "looking counts nothing"
    page = gp.sends(check, {"urgency": "not_sure"})
    assert gp.path.startswith("/raise/elsewhere/")
    assert f"<strong>{WHERE}</strong>" in page
    assert "One agency settles it by itself." in page
    assert "Nobody was told, and no case was opened" in page
    assert TYPED in page
    assert TYPED in gp.opens(gp.path), "the page can be opened again"
    assert [rows(app, table) for table in ("case", "outbox")] == [[], []]


def test_what_is_kept_is_codes_and_no_word_of_it(app: Flask, gp: Visitor) -> None:
    gp.sends(to_the_check_page(gp), {"urgency": "today", "subject": "child"})
    (kept,) = rows(app, "diversion")
    codes = ("reason", "urgency", "within", "raising", "challenged", "topic", "forum", "subject")
    assert [kept[name] for name in codes] == [
        "other_procedure", "today", "agency", "general_practice", "general_practice", "", "", "child",
    ]  # fmt: skip
    assert not [v for v in kept.values() if isinstance(v, str) and " " in v and v != str(kept["at"])]


def test_pressed_twice_it_counts_once_and_leads_to_the_same_page(app: Flask, gp: Visitor) -> None:
    check = to_the_check_page(gp)
    gp.opens(check)
    gp.sends(check, {"urgency": "not_sure"})
    there = gp.path
    assert WHERE in gp.presses(check, {"urgency": "not_sure"})
    assert gp.path == there
    assert len(rows(app, "diversion")) == 1
    lost = gp.presses(check, {"urgency": "not_sure", "safety": "Typed in another window"}, expect=409)
    assert "Typed in another window" in lost
    gp.opens(there)
    gp.presses(f"/raise/{there.rsplit('/', 1)[1]}/discard", {})
    assert "you threw it away" in gp.opens(there)


def test_changed_answers_are_sent_anew_and_may_become_a_case(app: Flask, gp: Visitor) -> None:
    gp.sends(to_the_check_page(gp), {"urgency": "not_sure"})
    again = gp.path.replace("/elsewhere", "") + "/check"
    draft = again.removesuffix("/check")
    whom = gp.opens(f"{draft}/2")
    gp.sends(f"{draft}/2", {"agency": option(whom, "Northtown Hospitals"), "role": "doctor"})
    sent = gp.sends(again, {"urgency": "not_sure"})
    assert "We have your concern" in sent
    assert (len(rows(app, "diversion")), len(rows(app, "case"))) == (1, 1)


def test_nobody_else_opens_the_page(gp: Visitor, visit: Visit) -> None:
    gp.sends(to_the_check_page(gp), {"urgency": "not_sure"})
    for other in ("priya.nair", "kate.rowan"):
        visit(other).opens(gp.path, expect=404)


def test_the_board_sees_how_many_went_where(
    app: Flask, gp: Visitor, visit: Visit, own_agency_goes_elsewhere: str, clock: MovableClock
) -> None:
    for _ in range(2):
        gp.sends(to_the_check_page(gp), {"urgency": "not_sure"})
    office, measures = visit("kate.rowan"), f"/board/{own_agency_goes_elsewhere}/measures"
    page = office.opens(measures)
    assert "Sent elsewhere" in page
    assert WHERE in page
    file = office.opens(f"{measures}.csv").splitlines()
    assert "Sent elsewhere,Your own agency's procedure,2,2" in file
    assert "sent elsewhere,,2," in file
    whole = json.loads(office.opens(f"{measures}.json"))
    assert (whole["raised"], whole["diverted"]) == (0, 2)
    assert whole["elsewhere"]["rows"][0]["label"] == "Your own agency's procedure"
    gp.opens(f"{measures}.json", expect=403)
    clock.move(days=400)
    later = json.loads(visit("kate.rowan").opens(f"{measures}.json"))
    assert later["diverted"] == 0, "not of this period"


def test_two_presses_at_the_same_moment_count_once(app: Flask, gp: Visitor) -> None:
    check = to_the_check_page(gp)
    page = gp.opens(check)
    cookie = gp.client.get_cookie("session")
    assert cookie is not None
    form = {**hidden_fields(page), "urgency": "not_sure"}

    def press(_: int) -> str:
        other = app.test_client(use_cookies=False)
        answer = other.post(check, data=form, headers={"Cookie": f"session={cookie.value}"})
        return answer.headers.get("Location", answer.text)

    with ThreadPoolExecutor(4) as pool:
        led_to = set(pool.map(press, range(4)))
    assert len(rows(app, "diversion")) == 1
    assert led_to == {f"/raise/elsewhere/{rows(app, 'diversion')[0]['public_id']}"}
