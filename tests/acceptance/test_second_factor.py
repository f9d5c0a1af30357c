"""Whoever decides needs a second factor, and is led to set one up; a code is good once; codes for bad days."""

import re
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from escalation.config import Settings
from escalation.errors import NotFound
from escalation.extensions import db
from escalation.models import Account
from escalation.services import second_factors
from tests.acceptance.conftest import Visitor
from tests.support.factors import App
from tests.support.northtown import PASSWORD
from tests.support.sessions import codes_of_earlier, proved_earlier

LEADER = "sam.okafor@demo.invalid"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """As in a real installation: whoever holds a post above practitioner needs a second factor."""
    return replace(settings, second_factor="required")


def signs_in(app: Flask, name: str) -> Visitor:
    """By password, as far as that goes."""
    visitor = Visitor(app.test_client())
    visitor.sends("/sign-in", {"email": f"{name}@demo.invalid", "password": PASSWORD})
    return visitor


def sets_up_an_app(leader: Visitor) -> App:
    """The picture, the key, a code."""
    leader.opens("/account/app")
    app = App.reads(leader.presses("/account/app", {"setup": "authenticator"}))
    leader.presses("/sign-in/code", {"code": app.code()})
    return app


def makes_recovery_codes(leader: Visitor) -> list[str]:
    """The list of them, shown once."""
    page = leader.sends("/account/recovery-codes", {"generate_new_codes": "1"})
    return re.findall(r'<li class="reference">([0-9a-f-]+)</li>', page)


def test_a_leader_is_led_to_set_one_up_and_can_do_nothing_before(app: Flask, northtown: str) -> None:
    leader = signs_in(app, "sam.okafor")
    for path in ("/work", "/raise", "/account", "/account/sessions"):
        assert "One more step: a second factor" in leader.opens(path)
        assert leader.path == "/account/second-factor"
    assert "set one up" in leader.client.get("/api/v1/cases").get_json()["detail"]
    assert "How it works" in leader.opens("/help") or leader.path == "/help"
    sets_up_an_app(leader)
    assert leader.path == "/account/recovery-codes"
    assert "My work" in leader.opens("/work")
    assert leader.path == "/work"


def test_a_practitioner_is_asked_for_nothing_more(app: Flask, northtown: str) -> None:
    assert "My work" in signs_in(app, "amara.lewis").opens("/work")


def test_the_picture_is_in_the_page_and_nothing_of_it_in_clear_in_the_database(
    app: Flask, northtown: str
) -> None:
    leader = signs_in(app, "sam.okafor")
    leader.opens("/account/app")
    page = leader.presses("/account/app", {"setup": "authenticator"})
    assert '<svg class="qr" role="img"' in page
    assert "data:image" not in page
    authenticator = App.reads(page)
    leader.presses("/sign-in/code", {"code": authenticator.code()})
    codes = makes_recovery_codes(leader)
    with app.app_context():
        kept = db.session.scalars(select(Account).where(Account.email == LEADER)).one()
        said = f"{kept.tf_totp_secret} {kept.mf_recovery_codes}"
    assert authenticator.key not in said
    assert len(codes) == 8
    assert not [code for code in codes if code in said]


def test_after_a_wrong_code_the_picture_that_was_read_is_still_good(app: Flask, northtown: str) -> None:
    leader = signs_in(app, "sam.okafor")
    leader.opens("/account/app")
    authenticator = App.reads(leader.presses("/account/app", {"setup": "authenticator"}))
    wrong = leader.presses("/sign-in/code", {"code": "000000"})
    assert "This code is not right" in wrong
    leader.presses("/sign-in/code", {"code": authenticator.code()})
    assert "My work" in leader.opens("/work")


def test_a_code_is_asked_for_and_is_good_once(app: Flask, northtown: str) -> None:
    authenticator = sets_up_an_app(signs_in(app, "sam.okafor"))
    leader = signs_in(app, "sam.okafor")
    assert leader.path == "/sign-in/code"
    assert leader.client.get("/work").status_code == 302
    code = authenticator.code()
    leader.presses("/sign-in/code", {"code": code})
    assert "My work" in leader.opens("/work")
    again = signs_in(app, "sam.okafor")
    assert "was used before" in again.presses("/sign-in/code", {"code": code})
    assert again.client.get("/work").status_code == 302
    codes_of_earlier(app)
    authenticator.used.clear()
    again.presses("/sign-in/code", {"code": authenticator.code()})
    assert "My work" in again.opens("/work")


def test_the_code_leads_where_the_mail_meant(app: Flask, northtown: str) -> None:
    authenticator = sets_up_an_app(signs_in(app, "sam.okafor"))
    leader = Visitor(app.test_client())
    leader.opens("/account/sessions")
    leader.presses("/sign-in", {"email": LEADER, "password": PASSWORD})
    leader.presses("/sign-in/code", {"code": authenticator.code()})
    assert leader.path == "/account/sessions"


def test_a_recovery_code_lets_in_once(app: Flask, northtown: str) -> None:
    first = signs_in(app, "sam.okafor")
    sets_up_an_app(first)
    code, *rest = makes_recovery_codes(first)
    assert len(rest) == 7
    leader = signs_in(app, "sam.okafor")
    leader.opens("/sign-in/recovery-code")
    leader.presses("/sign-in/recovery-code", {"code": code})
    assert "My work" in leader.opens("/work")
    assert "7 left" in leader.opens("/account/second-factor")
    again = signs_in(app, "sam.okafor")
    again.opens("/sign-in/recovery-code")
    assert "was used before" in again.presses("/sign-in/recovery-code", {"code": code})


def test_nobody_gets_to_the_code_without_a_password(app: Flask, northtown: str) -> None:
    stranger = Visitor(app.test_client())
    for path in ("/sign-in/code", "/sign-in/recovery-code", "/sign-in/choose"):
        stranger.opens(path)
        assert stranger.path == "/sign-in"
    for path in ("/prove/password", "/sign-in/rescue", "/account/app/token"):
        assert stranger.client.get(path).status_code in (302, 404, 405)


def test_what_changes_how_one_signs_in_is_asked_for_anew(app: Flask, northtown: str) -> None:
    leader = signs_in(app, "sam.okafor")
    authenticator = sets_up_an_app(leader)
    proved_earlier(app, 16)
    for path in ("/account/app", "/account/recovery-codes", "/account/passkeys"):
        assert "Show that it is you" in leader.opens(path)
    assert "The 6-digit code" in leader.opens("/account/recovery-codes")
    assert "Show that it is you" in leader.presses("/prove", {"code": "123"}, expect=422)
    leader.presses("/prove", {"code": authenticator.code()})
    assert leader.path == "/account/recovery-codes"


def test_everywhere_else_is_signed_out_when_a_factor_changes(app: Flask, northtown: str) -> None:
    practitioner, elsewhere = signs_in(app, "amara.lewis"), signs_in(app, "amara.lewis")
    assert "My work" in elsewhere.opens("/work")
    sets_up_an_app(practitioner)
    assert "My work" in practitioner.opens("/work")
    elsewhere.opens("/work")
    assert elsewhere.path == "/sign-in"
    practitioner.opens("/account/app")
    practitioner.presses("/account/app", {"setup": "disable"})
    assert "Not set up" in practitioner.opens("/account/second-factor")
    assert "My work" in signs_in(app, "amara.lewis").opens("/work")


def test_an_operator_helps_somebody_who_has_lost_everything(app: Flask, northtown: str) -> None:
    leader = signs_in(app, "sam.okafor")
    sets_up_an_app(leader)
    makes_recovery_codes(leader)
    with app.app_context():
        assert second_factors.take_away("Sam.Okafor@demo.invalid") == "Dr Sam Okafor"
        with pytest.raises(NotFound):
            second_factors.take_away("nobody@demo.invalid")
    leader.opens("/work")
    assert leader.path == "/sign-in"
    assert "One more step: a second factor" in signs_in(app, "sam.okafor").opens("/work")
