"""Forgotten passwords: what is said must not tell whether an address is known here."""

import re

import pytest
from flask import Flask
from flask_security.utils import verify_hash
from passlib.hash import sha256_crypt

from escalation.config import Settings
from escalation.jobs import scheduler
from escalation.web.sign_in import set_up_link
from tests.integration.web.conftest import Visitor
from tests.support import northtown
from tests.support.mail_sink import MailSink, decoded

THREE_WORDS = "lantern gravel teapot"


@pytest.fixture
def asked(app: Flask) -> Flask:
    with app.app_context():
        northtown.lay_out()
    return app


def said_to(app: Flask, address: str) -> str:
    """The page after a new password was asked for, without what differs on every page."""
    page = Visitor(app.test_client()).sends("/password/reset", {"email": address}).text
    return re.sub(r'nonce="[^"]+"|name="csrf_token" value="[^"]+"', "", page)


def test_known_and_unknown_addresses_get_the_same_words(asked: Flask) -> None:
    known = said_to(asked, "amara.lewis@demo.invalid")
    assert "If this address has an account, instructions are on their way to it." in known
    assert "have been sent" not in known
    assert said_to(asked, "nobody.knows@demo.invalid") == known
    assert said_to(asked, "no address at all") == known


def test_nothing_is_on_its_way_before_somebody_asks(asked: Flask) -> None:
    page = Visitor(asked.test_client()).opens("/password/reset").text
    assert "on its way" not in page
    assert "on their way" not in page


def test_a_password_is_set_by_the_link_and_changed_by_whoever_knows_it(asked: Flask) -> None:
    with asked.app_context(), asked.test_request_context():
        link = set_up_link(northtown.accounts()["amara.lewis"])
    path = "/" + link.partition("://")[2].partition("/")[2]
    newcomer = Visitor(asked.test_client())
    page = newcomer.opens(path).text
    for name in ("password", "password_confirm"):
        assert f'name="{name}" type="password"' in page
    wrong = newcomer.sends(path, {"password": "short", "password_confirm": "short"}).text
    assert "<title>Error: Set your password" in wrong
    newcomer.sends(path, {"password": THREE_WORDS, "password_confirm": THREE_WORDS})

    member = Visitor(asked.test_client())
    member.sends("/sign-in", {"email": "amara.lewis@demo.invalid", "password": THREE_WORDS})
    elsewhere = Visitor(asked.test_client())
    elsewhere.sends("/sign-in", {"email": "amara.lewis@demo.invalid", "password": THREE_WORDS})
    page = member.opens("/password/change").text
    for name in ("password", "new_password", "new_password_confirm"):
        assert f'name="{name}" type="password"' in page
    assert 'autocomplete="current-password"' in page
    again = {"new_password": THREE_WORDS + " more", "new_password_confirm": THREE_WORDS + " more"}
    assert "Error: " in member.sends("/password/change", {"password": "not it", **again}).text
    assert member.sends("/password/change", {"password": THREE_WORDS, **again}).status_code == 200
    assert elsewhere.opens("/work").request.path == "/sign-in", "the old password opens nothing any more"
    signed_in = Visitor(asked.test_client())
    login = {"email": "amara.lewis@demo.invalid", "password": THREE_WORDS + " more"}
    assert "My work" in signed_in.sends("/sign-in", login).text


def test_a_forgotten_password_is_mended_by_mail_and_the_change_is_told(
    asked: Flask, settings: Settings, mail_sink: MailSink
) -> None:
    said_to(asked, "amara.lewis@demo.invalid")
    scheduler.run_once(asked, settings)
    link = re.search(r"http://localhost(/password/reset/\S+)", decoded(mail_sink.but_digests()[-1]))
    assert link
    new = {"password": THREE_WORDS, "password_confirm": THREE_WORDS}
    Visitor(asked.test_client()).sends(link[1], new)
    again = Visitor(asked.test_client()).sends(link[1], {"password": "x", "password_confirm": "x"})
    assert "Set your password" not in again.text, "the link is good once"
    scheduler.run_once(asked, settings)
    assert str(mail_sink.but_digests()[-1].message["Subject"]) == "Your password was changed"


def test_a_link_that_was_made_with_the_slow_hash_of_before_still_holds(app: Flask) -> None:
    of_before = sha256_crypt.using(rounds=1_000).hash("what it was made of")
    with app.app_context():
        assert verify_hash(of_before, "what it was made of")
        assert not verify_hash(of_before, "something else")
