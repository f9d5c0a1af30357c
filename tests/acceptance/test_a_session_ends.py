"""A page says when its session ends; staying signed in is one request; nothing typed is lost."""

import re

from flask import Flask
from flask.testing import FlaskClient

from tests.acceptance.conftest import Visit, Visitor
from tests.acceptance.raised import raise_concern
from tests.support.movable_clock import TimePasses
from tests.support.northtown import PASSWORD
from tests.support.pages import option
from tests.support.sessions import begun_earlier, unused_for


def left(page: str) -> int:
    """How many seconds the page gives its session."""
    found = re.search(r'id="session" data-left="(\d+)"', page)
    assert found, page
    return int(found[1])


def stay(visitor: Visitor) -> int:
    """Asks to stay as the page's script does, and gives the seconds that are left then."""
    assert visitor.page is not None
    found = re.search(r'data-csrf="([^"]+)"', visitor.page.text)
    assert found
    headers = {"X-CSRFToken": found[1]}
    answer = visitor.client.post("/session/stay", headers=headers)
    assert answer.status_code == 200, answer.text
    assert re.fullmatch(r"\d{1,2}(:\d\d)?[ap]m", answer.get_json()["at"])
    return int(answer.get_json()["left"])


def test_every_page_says_when_the_session_ends(visit: Visit) -> None:
    gp = visit("amara.lewis")
    for path in ("/work", "/raise", "/raise/advice", "/account", "/help"):
        page = gp.opens(path)
        assert 14 * 60 <= left(page) <= 15 * 60
        assert re.search(r"you are signed out at <strong data-at>\d{1,2}(:\d\d)?[ap]m</strong>", page)
        assert re.search(r'<script type="module" nonce="[^"]+" src="/static/session.js', page)


def test_who_is_not_signed_in_is_told_nothing_of_it(client: FlaskClient) -> None:
    assert 'id="session"' not in client.get("/").text
    assert "session.js" not in client.get("/").text


def test_asking_for_a_page_begins_the_time_again(app: Flask, visit: Visit) -> None:
    gp = visit("amara.lewis")
    unused_for(app, 0.5)
    assert left(gp.opens("/work")) <= 14.5 * 60, "its last use is written down once a minute at most"
    unused_for(app, 13)
    assert left(gp.opens("/work")) > 14.9 * 60


def test_staying_signed_in_is_one_request(app: Flask, visit: Visit) -> None:
    gp = visit("amara.lewis")
    gp.opens("/work")
    unused_for(app, 13)
    assert stay(gp) > 14.9 * 60
    unused_for(app, 13)
    assert "My work" in gp.opens("/work")
    assert gp.path == "/work"


def test_the_longest_time_is_not_put_off(app: Flask, visit: Visit) -> None:
    gp = visit("amara.lewis")
    begun_earlier(app, 11.95)
    assert left(gp.opens("/work")) <= 3 * 60
    assert stay(gp) <= 3 * 60


def test_after_the_end_staying_is_too_late(app: Flask, visit: Visit) -> None:
    gp = visit("amara.lewis")
    unused_for(app, 16)
    answer = gp.client.post("/session/stay", headers={"X-CSRFToken": "any"})
    assert answer.status_code == 302
    assert "/sign-in" in answer.headers["Location"]


def test_another_site_cannot_keep_a_session_alive(visit: Visit) -> None:
    gp = visit("amara.lewis")
    assert gp.client.post("/session/stay").status_code == 400
    assert gp.client.get("/session/stay").status_code == 405


def test_the_moved_clock_of_a_demo_ends_no_session(visit: Visit, time_passes: TimePasses) -> None:
    gp = visit("amara.lewis")
    time_passes(days=3)
    assert 14 * 60 <= left(gp.opens("/work")) <= 15 * 60


def test_a_draft_and_what_was_typed_outlive_the_session(app: Flask, visit: Visit) -> None:
    gp = visit("amara.lewis")
    gp.sends("/raise", {"start": "1"})
    draft = gp.path.rsplit("/", 1)[0]
    gp.sends(f"{draft}/1", {"person_reference": "TOD-17"})
    gp.opens(f"{draft}/4")
    unused_for(app, 16)
    assert "what you typed is there again" in gp.sends(f"{draft}/4", {"risk": "Typed past the end"})
    back = gp.sends("/sign-in", {"email": "amara.lewis@demo.invalid", "password": PASSWORD})
    assert gp.path == f"{draft}/4"
    assert "Typed past the end" in back
    assert "TOD-17" in gp.opens(f"{draft}/check")


def test_a_second_press_on_pass_it_on_gets_the_same_answer(visit: Visit) -> None:
    case = raise_concern(visit("amara.lewis"))
    manager = visit("sam.okafor")
    form = manager.opens(f"{case}/readdress")
    answers = {
        "agency": option(form, "Police"),
        "reasons": "They closed it.",
        "confirm": "1",
        "submission": "the-key",
    }
    for _ in range(2):
        manager.opens("/account")
        assert "It is on record" in manager.presses(f"{case}/readdress", answers)
    manager.opens("/account")
    manager.presses(f"{case}/readdress", {**answers, "submission": "another"}, expect=404)
