"""Forgotten passwords: what is said must not tell whether an address is known here."""

import re

import pytest
from flask import Flask

from escalation.demo import data
from escalation.web.sign_in import password_hash
from tests.integration.web.conftest import Visitor


@pytest.fixture
def asked(app: Flask) -> Flask:
    with app.app_context():
        data.load(password_hash("a password of northtown"), history=False)
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
