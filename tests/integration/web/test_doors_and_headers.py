"""What a browser is told with every answer, and that no `next` leads out of the service."""

from dataclasses import replace
from itertools import product

import pytest
from flask import Flask
from flask.testing import FlaskClient

from escalation.app import create_app
from escalation.config import Settings
from escalation.extensions import db
from escalation.web.sign_in import is_own_path
from tests.integration.web.conftest import Visitor
from tests.support import northtown

HOSTS = (
    "evil.invalid",
    "localhost.evil.invalid",
    "localhost@evil.invalid",
    "user:pw@evil.invalid",
    "2130706433",
)
BEFORE = (
    *("//", "///", "////", "/////", "\\\\", "\\/", "/\\", "/\\/", "\\\\\\", "/\t/", "/\n/", "/\r/", "/%09/"),
    *("/%2f", "/%2f/", "/%5c", "/%5c/", "http://", "https://", "HTTP://", "https:", "https:/", "https:///"),
    *("http:\\\\", "hTTps:\\/", " //", "\t//", "\n//", "\x00//", "/ /", "/.//", "/..//", "/;//", "/@", "//@"),
    *(
        "ftp://",
        "data:text/html,",
        "javascript:",
        "javascript://",
        "vbscript:",
        "file:///",
        "blob:",
        "//[::1]",
    ),
    # /work is a page of the service.
    *("/work//", "/work/../..//", "/work?x=\n//", "/\u2215\u2215", "/\u2044", "\uff0f\uff0f", "/\u200b/"),
)
HOSTILE = [
    *(f"{before}{host}" for before, host in product(BEFORE, HOSTS)),
    *(
        "",
        " ",
        "work",
        "?next=/work",
        "#",
        "//",
        "///",
        "/\\",
        ".",
        "..",
        "/..",
        "/../work",
        "/work#@evil.invalid",
    ),
    *("/nowhere", "/cases", "/sign-out", "/work\x00", "/work\n", "/wörk", "/%77ork%00", "/work;jsessionid=1"),
]
OWN = (
    "/work",
    "/",
    "/account",
    "/account/sessions",
    "/c/NC-26-7KD4Q",
    "/raise",
    "/help",
    "/cases/abc-_1/position",
)


def test_there_are_hundreds_of_hostile_forms_and_none_is_ours(app: Flask) -> None:
    assert len(set(HOSTILE)) >= 200
    with app.test_request_context():
        assert [form for form in HOSTILE if is_own_path(form)] == []
        assert [path for path in OWN if not is_own_path(path)] == []


def test_no_form_of_next_leads_out_of_sign_in(app: Flask) -> None:
    with app.app_context():
        northtown.lay_out()
    visitor = Visitor(app.test_client())
    visitor.opens("/sign-in")
    for form in HOSTILE:
        if not form.strip() or form == "?next=/work":
            continue
        answer = visitor.client.get("/sign-in", query_string={"next": form})
        assert answer.status_code == 400, form
    answers = {"email": "amara.lewis@demo.invalid", "password": northtown.PASSWORD, "next": "//evil.invalid"}
    sent = visitor.client.post("/sign-in", data={**visitor.hidden, **answers})
    assert sent.status_code == 400


def test_every_answer_says_that_nothing_is_kept_framed_or_loaded_from_elsewhere(client: FlaskClient) -> None:
    nonces = set()
    for path in ("/", "/sign-in", "/sign-in/passkey", "/help", "/nowhere", "/work"):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "img-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "data:" not in policy
        nonces.add(policy.partition("'nonce-")[2].partition("'")[0])
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Content-Type-Options"] == "nosniff"
    assert len(nonces) == 6, "each answer has a nonce of its own"


def test_an_installation_has_a_host_cookie_over_https_only(settings: Settings) -> None:
    real = replace(
        settings, public_base_url="https://board.invalid", trusted_hosts=("board.invalid",), testing=False
    )
    installed = create_app(real)
    answer = installed.test_client().get("/sign-in", base_url="https://board.invalid")
    with installed.app_context():
        db.engine.dispose()
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    for part in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert part in cookie
    assert "Domain" not in cookie
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_signing_out_empties_the_browser(app: Flask) -> None:
    with app.app_context():
        northtown.lay_out()
    visitor = Visitor(app.test_client())
    visitor.sends("/sign-in", {"email": "amara.lewis@demo.invalid", "password": northtown.PASSWORD})
    visitor.opens("/account")
    out = visitor.client.post("/sign-out", data=visitor.hidden)
    assert out.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.invalid"},
        {"Host": "localhost.evil.invalid"},
        {"Host": "localhost", "X-Forwarded-Host": "evil.invalid"},
        {"Host": "localhost", "Forwarded": "host=evil.invalid"},
    ],
)
def test_no_forged_host_gets_into_a_page(app: Flask, headers: dict[str, str]) -> None:
    answer = app.test_client().get("/sign-in", headers=headers)
    assert answer.status_code == (200 if headers["Host"] == "localhost" else 400)
    assert "evil.invalid" not in answer.text
    assert "evil.invalid" not in str(answer.headers)


def test_nothing_is_changed_by_a_get_or_without_a_token(app: Flask) -> None:
    with app.app_context():
        northtown.lay_out()
    visitor = Visitor(app.test_client())
    visitor.sends("/sign-in", {"email": "amara.lewis@demo.invalid", "password": northtown.PASSWORD})
    changing = [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    plain = [rule for rule in changing if not rule.arguments and not rule.rule.startswith("/api")]
    assert len(plain) > 15
    for rule in plain:
        assert visitor.client.post(rule.rule).status_code in (400, 404), rule.rule
    for path in ("/sign-out", "/account/sessions/end", "/account/sessions/end-others", "/session/stay"):
        assert visitor.client.get(path).status_code == 405
