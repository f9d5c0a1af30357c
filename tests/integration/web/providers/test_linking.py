"""Linking an identity to one's account, unlinking it, and proving anew who is there."""

from datetime import UTC, datetime

import pytest
from flask import Flask

from escalation.services import identities
from escalation.web import providers
from tests.integration.web.providers.conftest import Browser, change, rows, way_there
from tests.support import sessions
from tests.support.issuer import Issuer

LINK = "/account/identities/mock"


def linked(browser: Browser) -> None:
    browser.with_password()
    assert browser.comes_back(browser.begins(LINK, on="/account")).location == "/account"


def test_somebody_who_is_signed_in_links_an_identity_whatever_its_address(
    app: Flask, gp: Browser, issuer: Issuer
) -> None:
    issuer.person = {"sub": "s-1"}
    linked(gp)
    page = gp.client.get("/account").text
    assert "Linked. You can sign in with Northtown Council from now on." in page
    assert "Unlink Northtown Council" in page
    assert Browser(app, issuer).signs_in().location == "/work"
    assert gp.comes_back(gp.begins(LINK, on="/account")).location == "/account", "twice changes nothing"
    assert rows(app, "SELECT subject FROM identity") == [("s-1",)]


def test_what_is_unlinked_opens_nothing(app: Flask, gp: Browser, issuer: Issuer) -> None:
    issuer.person = {"sub": "s-1"}
    linked(gp)
    assert gp.presses(f"{LINK}/unlink", on="/account").location == "/account"
    assert "Unlinked." in gp.client.get("/account").text
    assert gp.presses(f"{LINK}/unlink", on="/account").status_code == 302
    assert Browser(app, issuer).signs_in().status_code == 403
    assert rows(
        app, "SELECT what FROM sign_in_record WHERE how LIKE 'provider%' AND what != 'signed_in' ORDER BY id"
    ) == [
        ("linked",),
        ("unlinked",),
        ("refused",),
    ]


def test_an_identity_of_somebody_else_and_a_second_one_are_refused(
    app: Flask, gp: Browser, issuer: Issuer
) -> None:
    issuer.person = {"sub": "s-1"}
    linked(gp)
    issuer.person = {"sub": "s-2"}
    second = gp.comes_back(gp.begins(LINK, on="/account"))
    assert second.status_code == 409
    assert "belongs to another account here, or" in second.text
    issuer.person = {"sub": "s-1"}
    other = Browser(app, issuer)
    other.with_password("sam.okafor")
    taken = other.comes_back(other.begins(LINK, on="/account"))
    assert taken.status_code == 409
    assert rows(app, "SELECT subject FROM identity") == [("s-1",)]
    refusals = rows(app, "SELECT count(*) FROM sign_in_record WHERE what = 'link_refused'")
    assert refusals == [(2,)]


def test_a_link_begun_by_one_person_is_not_finished_by_another(gp: Browser) -> None:
    gp.with_password()
    back = gp.begins(LINK, on="/account")
    gp.presses("/sign-out", on="/account")
    assert gp.comes_back(back).status_code == 400
    gp.with_password("sam.okafor")
    assert gp.comes_back(back).status_code == 400
    assert rows(gp.app, "SELECT * FROM identity") == []


def test_linking_needs_somebody_who_is_signed_in(gp: Browser) -> None:
    for path in (LINK, f"{LINK}/unlink"):
        assert gp.presses(path).location.startswith("/sign-in")
        assert gp.client.get(path).status_code == 405


@pytest.fixture
def proving(app: Flask, gp: Browser) -> Browser:
    """Somebody who came by the provider, and a page that asks them to prove it again."""
    app.add_url_rule("/prove-there", "prove", lambda: providers.prove_again("/account"), methods=["POST"])
    gp.signs_in()
    return gp


def test_who_proves_anew_is_asked_at_the_provider_and_the_time_is_checked(
    proving: Browser, issuer: Issuer
) -> None:
    token = proving.client.get_cookie("session")
    answer = proving.comes_back(proving.begins("/prove-there", on="/account"))
    assert answer.location == "/account"
    assert (issuer.asked[-1]["prompt"], issuer.asked[-1]["max_age"]) == ("login", "0")
    assert proving.session()["proved"]
    after = proving.client.get_cookie("session")
    assert token
    assert after
    assert token.value != after.value
    assert proving.is_in


STALE = {"an hour ago": 3600.0, "a good minute before it was asked": 75.0}


@pytest.mark.parametrize("ago", STALE)
def test_a_provider_that_asked_nobody_proves_nothing(proving: Browser, issuer: Issuer, ago: str) -> None:
    before = proving.session()["proved"]
    issuer.twisted = {"auth_time": datetime.now(UTC).timestamp() - STALE[ago]}
    assert proving.comes_back(proving.begins("/prove-there", on="/account")).status_code == 400
    issuer.twisted = {"auth_time": None}
    assert proving.comes_back(proving.begins("/prove-there", on="/account")).status_code == 400
    assert proving.session()["proved"] == before


def test_somebody_else_at_the_provider_proves_nothing(proving: Browser, issuer: Issuer) -> None:
    before = proving.session()["proved"]
    issuer.person["sub"] = "s-2"
    assert proving.comes_back(proving.begins("/prove-there", on="/account")).status_code == 400
    assert proving.session()["proved"] == before
    last = rows(proving.app, "SELECT what, how FROM sign_in_record ORDER BY id DESC LIMIT 1")
    assert last == [("refused", "provider:somebody_else")]


def test_who_is_linked_nowhere_cannot_prove_it_there(app: Flask, gp: Browser) -> None:
    app.add_url_rule("/prove-there", "prove", lambda: providers.prove_again("/account"), methods=["POST"])
    gp.with_password()
    assert gp.presses("/prove-there", on="/account").status_code == 400


def test_two_first_sign_ins_at_once_tie_one_identity(app: Flask, gp: Browser, issuer: Issuer) -> None:
    said = identities.Asserted(issuer.url, "s-1", "amara.lewis@demo.invalid")
    other = identities.Asserted(issuer.url, "s-2", "amara.lewis@demo.invalid")
    with app.app_context():
        found = together(app, [said, said, other, other])
    assert len(rows(app, "SELECT * FROM identity")) == 1
    assert len([account for account in found if account is not None]) == 2


def together(app: Flask, said: list[identities.Asserted]) -> list[int | None]:
    """Each asks at the same time."""
    from concurrent.futures import ThreadPoolExecutor

    def one(asserted: identities.Asserted) -> int | None:
        with app.app_context():
            return identities.come_in(asserted)

    with ThreadPoolExecutor(len(said)) as pool:
        return list(pool.map(one, said))


def test_an_unlinked_identity_may_be_linked_again(app: Flask, gp: Browser, issuer: Issuer) -> None:
    gp.signs_in()
    change(app, "DELETE FROM identity")
    assert Browser(app, issuer).signs_in().location == "/work"


def test_the_page_between_is_no_redirect(gp: Browser) -> None:
    page = gp.presses("/sign-in/with/mock")
    assert page.status_code == 200
    assert 'http-equiv="refresh"' in page.text
    assert way_there(page).startswith(gp.issuer.url)


@pytest.mark.parametrize("door", [LINK, f"{LINK}/unlink"])
def test_whoever_finds_an_open_session_must_prove_who_they_are_first(
    app: Flask, gp: Browser, door: str
) -> None:
    gp.with_password()
    sessions.proved_earlier(app, minutes=16)
    answer = gp.presses(door, on="/account")
    assert answer.location == "/prove?next=/account"
    assert rows(app, "SELECT count(*) FROM identity") == [(0,)]
