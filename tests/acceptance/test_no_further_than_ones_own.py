"""Whoever has proved an address alone goes no further than the challenges that they raised themselves."""

import pytest
from flask import Flask

from escalation.config import Settings
from escalation.web.policy import POLICY, Need
from tests.acceptance.conftest import Visit, Visitor
from tests.acceptance.once_a_year import Post
from tests.acceptance.raised import raise_concern
from tests.support.mail_sink import MailSink
from tests.support.northtown import PASSWORD
from tests.support.pages import without_tokens


@pytest.fixture
def post(app: Flask, settings: Settings, mail_sink: MailSink) -> Post:
    return Post(app, settings, mail_sink)


def by_code(app: Flask, post: Post, name: str) -> Visitor:
    """Somebody of Northtown who signs in with a code, whatever posts they hold."""
    visitor, address = Visitor(app.test_client()), f"{name}@demo.invalid"
    visitor.sends("/sign-in/by-code", {"email": address})
    assert "My work" in visitor.sends("/code", {"code": post.code(address)})
    return visitor


@pytest.mark.parametrize("name", ["sam.okafor", "priya.nair", "kate.rowan"])
def test_a_case_in_which_they_hold_a_seat_is_not_there_for_them(
    app: Flask, visit: Visit, post: Post, name: str
) -> None:
    case = raise_concern(visit("amara.lewis"))
    reference = visit("amara.lewis").opens(case).split('class="reference">')[1].split("<")[0]
    seated = by_code(app, post, name)
    foreign = seated.opens(case, expect=404)
    assert without_tokens(foreign) == without_tokens(seated.opens("/cases/" + "x" * 22, expect=404))
    seated.opens(f"/c/{reference}", expect=404)
    assert reference not in seated.opens("/work")
    for form in ("position", "view", "record_decision", "tell_change", "readdress"):
        seated.opens(f"{case}/{form}", expect=404)
    visit(name).opens(case), "with the password it is as ever"


def test_the_raiser_reads_and_answers_in_their_own_case_and_decides_nothing(
    app: Flask, visit: Visit, post: Post
) -> None:
    case = raise_concern(visit("amara.lewis"))
    raiser = by_code(app, post, "amara.lewis")
    assert "Waiting for Northtown Hospitals to reply" in raiser.opens(case)
    raiser.sends(f"{case}/tell_change", {"what_changed": "The father is back", "risk_rose": "no"})
    raiser.sends(f"{case}/say_safety", {"safety": "With the grandmother"})
    for form in ("position", "view", "record_decision"):
        raiser.opens(f"{case}/{form}", expect=409)
    for part in ("history", "receipt"):
        raiser.opens(f"{case}/{part}")
    raiser.sends_checked(f"{case}/withdraw", {"reasons": "It was settled by telephone.", "freely": "yes"})
    assert "withdrawn" in raiser.opens(case).lower()


def test_every_page_that_is_not_meant_for_them_says_so(
    app: Flask, northtown: str, post: Post, subtests: pytest.Subtests
) -> None:
    office = by_code(app, post, "kate.rowan")
    closed = {endpoint for endpoint, need in POLICY.items() if need is Need.SIGNED_IN}
    assert {"board.worklist", "board.measures", "board.directory", "letting_in.newcomers"} <= closed
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in closed or "GET" not in (rule.methods or ()):
            continue
        with subtests.test(rule.endpoint):
            values = {name: northtown if name == "partnership" else "1" for name in rule.arguments}
            _, path = rule.build(values) or (None, None)
            answer = office.client.get(str(path))
            assert answer.status_code in (403, 404)
            assert answer.status_code == 404 or "This needs more than a code" in answer.text


def test_what_is_open_to_them_is_a_list_by_name() -> None:
    opened = {endpoint for endpoint, need in POLICY.items() if need in (Need.PROVED_ADDRESS, Need.UNSENT)}
    assert opened == {
        "pages.work", "pages.account", "security.logout",
        "raising.begin", "raising.question", "raising.danger", "raising.check", "raising.discard",
        "raising.anew", "raising.elsewhere", "raising.sent",
        "by_code.agency", "by_code.where", "by_code.waits", "by_code.take_back",
        "cases.by_reference", "cases.show", "cases.history", "cases.receipt", "cases.form",
        "procedures.of_case", "procedures.picture_of_case",
    }  # fmt: skip


def test_machines_are_not_served_by_a_code(app: Flask, northtown: str, post: Post) -> None:
    raiser = by_code(app, post, "amara.lewis")
    for path in ("/api/v1/cases", "/api/v1/partnerships"):
        assert raiser.client.get(path).status_code == 403


def test_signing_in_with_the_password_in_the_same_browser_opens_everything_again(
    app: Flask, northtown: str, post: Post
) -> None:
    office = by_code(app, post, "kate.rowan")
    office.opens("/account")
    office.presses("/sign-out", {})
    office.sends("/sign-in", {"email": "kate.rowan@demo.invalid", "password": PASSWORD})
    assert "Every running case" in office.opens(f"/board/{northtown}")
    again = by_code(app, post, "kate.rowan")
    again.opens(f"/board/{northtown}", expect=403)
    assert "Every running case" in office.opens(f"/board/{northtown}"), "one browser says nothing of another"


def test_a_new_cookie_comes_with_the_proof(app: Flask, northtown: str, post: Post) -> None:
    visitor = Visitor(app.test_client())
    visitor.sends("/sign-in/by-code", {"email": "amara.lewis@demo.invalid"})
    before = visitor.client.get_cookie("session")
    visitor.sends("/code", {"code": post.code("amara.lewis@demo.invalid")})
    after = visitor.client.get_cookie("session")
    assert before
    assert after
    assert before.value != after.value
