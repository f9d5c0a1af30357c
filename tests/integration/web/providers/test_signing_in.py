"""Signing in with an identity provider: who gets in, as whom, and what the provider cannot give them."""

import pytest
from flask import Flask

from escalation.services import leaving
from tests.integration.web.providers.conftest import ADDRESS, GP, Browser, change, rows, way_there
from tests.support.issuer import Issuer
from tests.support.northtown import accounts

ALL_RECORDS = "SELECT what, how FROM sign_in_record WHERE what != 'signed_in' ORDER BY id"


def test_who_was_invited_comes_in_with_a_verified_address_and_from_then_on_by_issuer_and_subject(
    app: Flask, gp: Browser, issuer: Issuer
) -> None:
    issuer.person["amr"] = ["pwd", "mfa"]
    answer = gp.signs_in()
    assert (answer.status_code, answer.location) == (302, "/work")
    assert "My work" in gp.client.get("/work").text
    kept = gp.session()
    assert (kept["how"], kept["provider"], kept["second_factor"]) == ("provider", "mock", True)
    assert not [name for name in kept if name.startswith("_state_")], "a state is gone once it was used"
    [asked] = issuer.asked
    assert asked["scope"] == "openid email"
    assert len(asked["nonce"]) >= 20
    assert len(asked["state"]) >= 20
    assert rows(app, "SELECT issuer, subject FROM identity") == [(issuer.url, "s-1")]

    issuer.person = {"sub": "s-1", "email": "another.name@elsewhere.invalid", "email_verified": False}
    again = Browser(app, issuer)
    assert again.signs_in().location == "/work"
    assert again.session()["second_factor"] is False
    with app.app_context():
        assert again.session()["account"] == accounts()[GP]
    assert rows(app, ALL_RECORDS) == [("linked", "provider")]


def test_the_session_has_a_new_token_after_signing_in_and_goes_on_where_somebody_wanted_to_go(
    app: Flask, gp: Browser
) -> None:
    back = gp.begins(next="/raise")
    cookie = gp.client.get_cookie("session")
    assert cookie
    assert gp.comes_back(back).location == "/raise"
    after = gp.client.get_cookie("session")
    assert after
    assert after.value != cookie.value


def test_groups_roles_and_agencies_of_a_provider_give_nothing(
    app: Flask, gp: Browser, issuer: Issuer
) -> None:
    posts = "SELECT count(*) FROM holding"
    before = rows(app, posts), rows(app, "SELECT count(*) FROM account_role")
    issuer.person |= {
        "roles": ["administrator"], "groups": ["board-office"], "wids": ["admin"],
        "nationalrbacaccess": {"agency": "Board"}, "agency": "Northtown Hospitals", "name": "Somebody Else",
    }  # fmt: skip
    gp.signs_in()
    assert (rows(app, posts), rows(app, "SELECT count(*) FROM account_role")) == before
    page = gp.client.get("/account").text
    assert "Amara Lewis" in page
    assert "Worklist" not in page
    assert "Somebody Else" not in page


REFUSED = {
    "a stranger": {"sub": "s-9", "email": "nobody.here@demo.invalid"},
    "no address": {"sub": "s-9", "email": None},
    "an unverified address": {"email_verified": False},
    "an address of which nothing is said": {"email_verified": None},
    "a word that is not yes": {"email_verified": "yes"},
    "a domain that is not the provider's": {"email": "amara.lewis@sub.demo.invalid"},
    "an address that only looks alike": {"email": "аmara.lewis@demo.invalid"},
}


@pytest.mark.parametrize("who", REFUSED)
def test_others_do_not_come_in_and_are_told_how_to_be_invited(
    app: Flask, gp: Browser, issuer: Issuer, who: str
) -> None:
    issuer.person |= REFUSED[who]
    answer = gp.signs_in()
    assert answer.status_code == 403
    assert "ask the board office to invite you" in answer.text
    assert not gp.is_in
    assert rows(app, "SELECT * FROM identity") == []
    [(what, how)] = rows(app, ALL_RECORDS)
    assert what == "refused"
    assert how in ("provider:unknown", "provider:not_vouched_for")


def test_the_words_are_the_same_for_known_and_unknown_ended_and_lapsed(
    app: Flask, gp: Browser, issuer: Issuer
) -> None:
    def said() -> str:
        return "\n".join(
            line for line in Browser(app, issuer).signs_in().text.splitlines() if "nonce" not in line
        )

    issuer.person["sub"], issuer.person["email"] = "s-8", "nobody.here@demo.invalid"
    unknown = said()
    issuer.person["email"], issuer.person["email_verified"] = ADDRESS, False
    assert said() == unknown
    issuer.person["email_verified"] = True
    change(app, f"UPDATE account SET lapsed_at = created_at WHERE email = '{ADDRESS}'")
    assert said() == unknown
    change(app, f"UPDATE account SET lapsed_at = NULL, active = '0' WHERE email = '{ADDRESS}'")
    assert said() == unknown
    reasons = [how.partition(":")[2] for _, how in rows(app, ALL_RECORDS)]
    assert reasons == ["unknown", "not_vouched_for", "lapsed", "ended"]
    assert rows(app, "SELECT * FROM identity") == []


def test_another_subject_with_the_same_address_is_refused_and_recorded(
    app: Flask, gp: Browser, issuer: Issuer
) -> None:
    gp.signs_in()
    issuer.person["sub"] = "s-2"
    other = Browser(app, issuer)
    assert other.signs_in().status_code == 403
    assert rows(app, "SELECT subject FROM identity") == [("s-1",)]
    assert rows(app, ALL_RECORDS)[-1] == ("refused", "provider:other_subject")


def test_who_has_left_is_signed_out_and_does_not_come_in_again(app: Flask, gp: Browser) -> None:
    gp.signs_in()
    assert gp.is_in
    with app.app_context():
        leaving.end(ADDRESS)
    assert not gp.is_in
    assert gp.signs_in().status_code == 403
    assert rows(app, ALL_RECORDS)[-1] == ("refused", "provider:ended")


def test_a_lapsed_account_does_not_come_in(app: Flask, gp: Browser, issuer: Issuer) -> None:
    gp.signs_in()
    change(app, f"UPDATE account SET lapsed_at = created_at WHERE email = '{ADDRESS}'")
    assert Browser(app, issuer).signs_in().status_code == 403


def test_signing_out_ends_the_session_here_and_says_how_to_sign_out_there(
    app: Flask, gp: Browser, issuer: Issuer
) -> None:
    gp.signs_in()
    answer = gp.presses("/sign-out", on="/account")
    assert answer.location == "/signed-out/mock"
    assert not gp.is_in
    page = gp.client.get(answer.location).text
    assert f"{issuer.url}/out?" in page
    assert "post_logout_redirect_uri=http%3A%2F%2Flocalhost%2F" in page
    assert not {"how", "provider", "second_factor"} & set(gp.session())


def test_a_password_goes_on_working_and_its_sign_out_says_nothing_of_providers(gp: Browser) -> None:
    gp.with_password()
    assert gp.is_in
    assert gp.presses("/sign-out", on="/account").location == "/"


@pytest.mark.parametrize(
    "settings", [{"acr_values": "AAL3_ANY", "claims": '{"id_token": {}}'}], indirect=True
)
def test_a_provider_is_asked_for_what_its_settings_say(gp: Browser, issuer: Issuer) -> None:
    issuer.person["acr"] = "strong"
    gp.signs_in()
    assert issuer.asked[0]["acr_values"] == "AAL3_ANY"
    assert issuer.asked[0]["claims"] == '{"id_token": {}}'
    assert gp.session()["second_factor"] is True


def test_the_address_to_come_back_to_is_the_settings_and_never_the_hosts(gp: Browser, issuer: Issuer) -> None:
    forged = {
        "X-Forwarded-Host": "evil.invalid",
        "X-Forwarded-Proto": "https",
        "Forwarded": "host=evil.invalid",
    }
    token = gp.client.get("/sign-in").text.split('name="csrf_token" value="')[1].split('"')[0]
    page = gp.client.post("/sign-in/with/mock", data={"csrf_token": token}, headers=forged)
    issuer.lets_in(way_there(page))
    assert issuer.asked[-1]["redirect_uri"] == "http://localhost/sign-in/with/mock/callback"
    stranger = gp.client.post(
        "/sign-in/with/mock", data={"csrf_token": token}, headers={"Host": "evil.invalid"}
    )
    assert stranger.status_code == 400
    assert "evil" not in stranger.text


def test_without_a_provider_there_is_no_button(gp: Browser) -> None:
    assert "Northtown Council" in gp.client.get("/sign-in").text
    gp.app.extensions["providers"].clear()
    assert "Or sign in with your organisation" not in gp.client.get("/sign-in").text


def test_a_provider_with_a_secret_publishes_no_key(gp: Browser) -> None:
    assert gp.client.get("/sign-in/with/mock/keys").status_code == 404
