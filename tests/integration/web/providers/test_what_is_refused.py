"""What a provider, or somebody who plays one, may get wrong: each ends on a page of 400, and nobody is signed in."""

import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from flask import Flask
from structlog.testing import capture_logs

from escalation.web import provider_client
from tests.integration.web.providers.conftest import Browser, rows
from tests.support.issuer import Issuer

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
SECRETS = ("code=", "eyJ", "demo.invalid")


def nobody_came_in(browser: Browser) -> None:
    assert not browser.is_in
    assert rows(browser.app, "SELECT * FROM identity") == []
    assert rows(browser.app, "SELECT * FROM sign_in_record") == []


TWISTS = {
    "a wrong nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "a wrong issuer": {"iss": "https://evil.example"},
    "no issuer": {"iss": None},
    "a wrong audience": {"aud": "another-client"},
    "a wrong audience that names us as the party": {"aud": "another-client", "azp": "escalation-here"},
    "us among others, and another party": {"aud": ["escalation-here", "x"], "azp": "x"},
    "us among others, and no party": {"aud": ["escalation-here", "x"]},
    "no audience": {"aud": None},
    "an expired token": {"exp": int(time.time()) - 120},
    "no expiry": {"exp": None},
    "a token of tomorrow": {"iat": int(time.time()) + 86_400},
    "a token not good yet": {"nbf": int(time.time()) + 86_400},
    "no subject": {"sub": None},
    "an empty subject": {"sub": ""},
    "a subject that is a number": {"sub": 17},
    "a subject that is too long": {"sub": "s" * 256},
    "a subject with a line break": {"sub": "s\n1"},
}


@pytest.mark.parametrize("twist", TWISTS)
def test_an_id_token_with(gp: Browser, issuer: Issuer, twist: str) -> None:
    issuer.twisted = TWISTS[twist]
    answer = gp.signs_in()
    assert answer.status_code == 400
    assert "could not be trusted" in answer.text
    nobody_came_in(gp)


@pytest.mark.parametrize("signed", ["none", "HS256 with the public key"])
def test_a_token_that_anybody_could_have_made(gp: Browser, issuer: Issuer, signed: str) -> None:
    """Though the issuer's own discovery document says that it signs like that."""
    issuer.signed = signed
    assert gp.signs_in().status_code == 400
    nobody_came_in(gp)


def test_a_state_that_this_browser_did_not_make(app: Flask, gp: Browser, issuer: Issuer) -> None:
    stolen = Browser(app, issuer).begins()
    answer = gp.comes_back(stolen)
    assert answer.status_code == 400
    assert "Please start again" in answer.text
    for address in ("", "?state=&code=", "?state=x&code=y", "?code=y", "?state=a&state=b"):
        assert gp.client.get(f"/sign-in/with/mock/callback{address}").status_code == 400
    nobody_came_in(gp)


def test_a_code_that_was_used_already(app: Flask, gp: Browser, issuer: Issuer) -> None:
    back = gp.begins()
    assert gp.comes_back(back).status_code == 302
    assert "Please start again" in gp.comes_back(back).text, "its state is gone"
    code = urlsplit(back).query.split("&")[0]
    thief = Browser(app, issuer)
    state = urlsplit(thief.begins()).query.split("&")[1]
    answer = thief.comes_back(f"{urlsplit(back).path}?{code}&{state}")
    assert answer.status_code == 400
    assert not thief.is_in


def test_a_code_that_another_browser_earned(app: Flask, gp: Browser, issuer: Issuer) -> None:
    """Put into a flow of one's own it buys nothing: the verifier is another."""
    code = urlsplit(Browser(app, issuer).begins()).query.split("&")[0]
    own = urlsplit(gp.begins())
    answer = gp.comes_back(f"{own.path}?{code}&{own.query.split('&')[1]}")
    assert answer.status_code == 400
    nobody_came_in(gp)


def test_an_answer_that_says_it_is_of_another_issuer(gp: Browser) -> None:
    answer = gp.comes_back(f"{gp.begins()}&iss=https%3A%2F%2Fevil.example")
    assert answer.status_code == 400
    nobody_came_in(gp)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("access_denied", "did not let you through"),
        ("server_error", "could not be trusted"),
        ("<b>x", "not be trusted"),
    ],
)
def test_a_provider_that_refuses(gp: Browser, error: str, words: str) -> None:
    state = urlsplit(gp.begins()).query.split("&")[1]
    said = f"{state}&error={error}&error_description=amara.lewis%40demo.invalid+eyJ"
    with capture_logs() as logged:
        answer = gp.client.get("/sign-in/with/mock/callback", query_string=said)
    assert answer.status_code == 400
    assert words in answer.text
    assert "eyJ" not in answer.text
    [line] = logged
    assert line["event"] == "a provider did not work out"
    assert not [secret for secret in SECRETS if secret in str(line)]
    assert not [name for name in gp.session() if name.startswith("_state_")]
    nobody_came_in(gp)


DISCOVERIES: dict[str, Callable[[Issuer], dict[str, object]]] = {
    "of another issuer": lambda i: {"issuer": "https://evil.example"},
    "of an issuer that differs by a slash": lambda i: {"issuer": f"{i.url}/"},
    "with keys without https": lambda i: {"jwks_uri": "http://evil.example/keys"},
    "with a file for a key": lambda i: {"jwks_uri": "file:///etc/passwd"},
    "without a place for codes": lambda i: {"token_endpoint": None},
    "with no signature that we trust": lambda i: {"id_token_signing_alg_values_supported": ["none", "HS256"]},
    "with numbers for lists": lambda i: {"id_token_signing_alg_values_supported": 7},
}


@pytest.mark.parametrize("what", DISCOVERIES)
def test_a_discovery_document(gp: Browser, issuer: Issuer, what: str) -> None:
    issuer.says = DISCOVERIES[what](issuer)
    assert gp.presses("/sign-in/with/mock").status_code == 400
    issuer.says = {}
    assert gp.signs_in().status_code == 302, "what was wrong is not remembered"


def test_a_discovery_document_cannot_turn_off_checks_of_ours(gp: Browser, issuer: Issuer) -> None:
    issuer.says = {
        "verify": False,
        "proxies": {"http": "http://evil.example"},
        "code_challenge_method": "plain",
    }
    assert gp.signs_in().status_code == 302
    assert issuer.asked[0]["code_challenge_method"] == "S256"


def test_keys_that_changed_are_asked_for_again(gp: Browser, issuer: Issuer) -> None:
    assert gp.signs_in().status_code == 302
    client = gp.app.extensions["providers"]["mock"]
    client.server_metadata["jwks"]["keys"][0]["kid"] = "an-older-one"
    assert Browser(gp.app, issuer).signs_in().status_code == 302


def test_a_provider_that_is_away_does_not_keep_anybody_from_signing_in(
    gp: Browser, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider_client, "WAIT", (0.2, 0.2))
    client = gp.app.extensions["providers"]["mock"]
    client.client_kwargs["default_timeout"] = provider_client.WAIT
    issuer.stalls = threading.Event()
    began = time.monotonic()
    answer = gp.presses("/sign-in/with/mock")
    assert time.monotonic() - began < 5
    issuer.stalls.set()
    assert answer.status_code == 400
    assert "Northtown Council cannot be reached now" in answer.text
    gp.with_password()
    assert gp.is_in


def test_a_provider_that_goes_away_halfway(gp: Browser, issuer: Issuer) -> None:
    client = gp.app.extensions["providers"]["mock"]
    back = gp.begins()
    client.server_metadata["token_endpoint"] = "http://127.0.0.1:9/token"
    answer = gp.comes_back(back)
    assert answer.status_code == 400
    assert "cannot be reached now" in answer.text
    nobody_came_in(gp)


def test_a_provider_that_sends_somewhere_else_is_not_followed(gp: Browser, issuer: Issuer) -> None:
    client = gp.app.extensions["providers"]["mock"]
    issuer.says = {"issuer": f"{issuer.url}/moved"}
    object.__setattr__(client.provider, "issuer", f"{issuer.url}/moved")
    assert gp.presses("/sign-in/with/mock").status_code == 400


def test_it_is_begun_by_a_post_with_its_token_and_for_a_page_of_ours(gp: Browser) -> None:
    assert gp.client.get("/sign-in/with/mock").status_code == 405
    assert gp.client.post("/sign-in/with/mock").location == "/sign-in", "a page that was open too long"
    assert not [name for name in gp.session() if name.startswith("_state_")]
    for target in ("https://evil.example", "//evil.example", "/\\evil.example", "/no/such/page"):
        assert gp.presses("/sign-in/with/mock", next=target).status_code == 400
    assert gp.presses("/sign-in/with/nobody").status_code == 404
    assert gp.client.get("/sign-in/with/nobody/callback").status_code == 404


def test_a_browser_keeps_three_states_and_no_more(gp: Browser) -> None:
    backs = [gp.begins() for _ in range(5)]
    assert len([name for name in gp.session() if name.startswith("_state_")]) == 3
    assert gp.comes_back(backs[0]).status_code == 400
    assert gp.comes_back(backs[2]).status_code == 302
