"""Guessing at sign-in: whoever guesses waits, nobody else does, and a mail always opens the way again."""

import re

import pytest
from flask import Flask
from sqlalchemy import text

from escalation.extensions import db
from escalation.web.sign_in import set_up_link
from tests.integration.web.conftest import Visitor
from tests.support import northtown
from tests.support.northtown import PASSWORD

AMARA = "amara.lewis@demo.invalid"
NEW = "lantern gravel teapot"


@pytest.fixture
def town_of_people(app: Flask) -> Flask:
    with app.app_context():
        northtown.lay_out()
    return app


def browser(app: Flask, address: str = "10.0.0.1") -> Visitor:
    """Somebody's browser, from a network address."""
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = address
    return Visitor(client)


def guesses(app: Flask, email: str, times: int, address: str = "10.0.0.1") -> list[int]:
    """The answers to wrong passwords."""
    visitor = browser(app, address)
    wrong = {"email": email, "password": "guessed wrongly"}
    return [visitor.sends("/sign-in", wrong).status_code for _ in range(times)]


def test_five_wrong_ones_from_one_place_and_then_a_page_with_words(town_of_people: Flask) -> None:
    assert guesses(town_of_people, AMARA, 7) == [200] * 5 + [429] * 2
    page = browser(town_of_people).sends("/sign-in", {"email": AMARA, "password": PASSWORD})
    assert page.status_code == 429
    assert "That was tried too often" in page.text
    assert "a new password by e-mail is always possible" in page.text
    assert 1 <= int(page.headers["Retry-After"]) <= 900


def test_an_address_that_is_not_known_here_is_answered_alike(town_of_people: Flask) -> None:
    def said(email: str) -> list[str]:
        visitor = browser(town_of_people, "10.0.0.2")
        answers = [visitor.sends("/sign-in", {"email": email, "password": "x" * 12}) for _ in range(6)]
        return [
            re.sub(r'nonce="[^"]+"|name="csrf_token" value="[^"]+"', "", page.text).replace(email, "")
            for page in answers
        ]

    assert said("nobody.knows@demo.invalid") == said(AMARA)


def test_the_right_person_elsewhere_and_everybody_else_come_in(town_of_people: Flask) -> None:
    guesses(town_of_people, AMARA, 8)
    for email, address in ((AMARA, "10.0.0.9"), ("sam.okafor@demo.invalid", "10.0.0.1")):
        page = browser(town_of_people, address).sends("/sign-in", {"email": email, "password": PASSWORD})
        assert "My work" in page.text


def test_right_ones_are_not_counted(town_of_people: Flask) -> None:
    for _ in range(12):
        page = browser(town_of_people).sends("/sign-in", {"email": AMARA, "password": PASSWORD})
        assert "My work" in page.text


def test_a_new_password_by_mail_opens_the_way_at_once(town_of_people: Flask) -> None:
    for number in range(10):
        guesses(town_of_people, AMARA, 5, f"10.0.1.{number}")
    with town_of_people.app_context(), town_of_people.test_request_context():
        link = set_up_link(northtown.accounts()["amara.lewis"])
    path = "/" + link.partition("://")[2].partition("/")[2]
    visitor = browser(town_of_people, "10.0.1.1")
    assert visitor.sends("/sign-in", {"email": AMARA, "password": PASSWORD}).status_code == 429
    visitor.sends(path, {"password": NEW, "password_confirm": NEW})
    assert "My work" in visitor.sends("/sign-in", {"email": AMARA, "password": NEW}).text


def test_a_mailbox_is_not_flooded_with_links(town_of_people: Flask) -> None:
    said = set()
    for number in range(9):
        visitor = browser(town_of_people, f"10.0.2.{number}")
        page = visitor.sends("/password/reset", {"email": AMARA})
        said.add("instructions are on their way" in page.text)
    assert said == {True}
    with town_of_people.app_context(), db.engine.connect() as connection:
        links = connection.execute(text("SELECT count(*) FROM outbox WHERE name = 'password_reset'"))
        assert links.scalar_one() == 5


def test_no_network_address_is_kept(town_of_people: Flask) -> None:
    guesses(town_of_people, AMARA, 2, "192.0.2.77")
    with town_of_people.app_context(), db.engine.connect() as connection:
        for table in ("attempts", "sign_in_record", "web_session"):
            rows = connection.execute(text(f"SELECT * FROM {table}")).all()
            assert "192.0.2.77" not in str(rows)
            assert AMARA not in str(rows)


def test_common_and_near_passwords_are_refused_with_words(town_of_people: Flask) -> None:
    with town_of_people.app_context(), town_of_people.test_request_context():
        link = set_up_link(northtown.accounts()["amara.lewis"])
    path = "/" + link.partition("://")[2].partition("/")[2]
    visitor = browser(town_of_people)

    def tried(password: str) -> str:
        return visitor.sends(path, {"password": password, "password_confirm": password}).text

    assert "has 12 characters or more" in tried("gravel")
    assert "one that many people use" in tried("liverpool2024!")
    assert "are guessed first" in tried("AmaraLewis-1984")
    assert "256 characters at most" in tried("gravel teapot lantern " * 20)
    long = "gravel teapot lantern sideways umbrella kettle drum " * 2 + "and so on, until it is 128 long"
    assert len(long) > 128
    tried(long)
    assert "My work" in visitor.sends("/sign-in", {"email": AMARA, "password": long}).text


def test_for_an_unknown_address_a_hash_is_worked_out_too(
    town_of_people: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What makes both take as long: seen here by count, and measured by `benchmarks/sign_in.py`."""
    from flask_security import forms

    worked: list[str] = []
    monkeypatch.setattr(forms, "hash_password", lambda password: worked.append(password) or "!")
    browser(town_of_people).sends("/sign-in", {"email": "nobody@demo.invalid", "password": "guessed"})
    assert worked == ["guessed"]
