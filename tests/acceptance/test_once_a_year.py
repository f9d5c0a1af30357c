"""A GP without an account raises a challenge and follows it: a code to the work address is enough."""

import re
from dataclasses import replace

import pytest
from flask import Flask

from escalation.app import create_app
from escalation.config import Settings
from escalation.demo import data
from escalation.extensions import db
from escalation.services import setting_up
from tests.acceptance.conftest import Visit, Visitor
from tests.acceptance.once_a_year import ADDRESS, ANSWERS, DOMAIN, Post, known_domain, says_who, writes
from tests.support.mail_sink import MailSink, decoded
from tests.support.northtown import PASSWORD
from tests.support.pages import option
from tests.support.sessions import unused_for

pytestmark = pytest.mark.usefixtures("northtown")


@pytest.fixture
def post(app: Flask, settings: Settings, mail_sink: MailSink) -> Post:
    return Post(app, settings, mail_sink)


@pytest.fixture
def gp(app: Flask) -> Visitor:
    """Somebody at a clinic's computer who has never been here."""
    return Visitor(app.test_client())


def raised(app: Flask, gp: Visitor, post: Post) -> str:
    """A concern that came by a code from a known domain; gives the path of its case."""
    known_domain(app, DOMAIN, "Riverside Surgery")
    writes(gp)
    says_who(gp)
    sent = gp.sends("/code", {"code": post.code(ADDRESS)})
    assert "We have your concern" in sent
    return "/cases/" + gp.path.rsplit("/", 1)[1]


def test_a_gp_without_an_account_raises_a_challenge_and_follows_it(
    app: Flask, gp: Visitor, post: Post, visit: Visit
) -> None:
    case = raised(app, gp, post)
    assert "Waiting for Northtown Hospitals to reply" in gp.opens(case)
    for _, text in ANSWERS:
        assert text in gp.opens(case)
    manager = visit("sam.okafor")
    assert "Dr Chloe Marsh" in manager.opens(case)
    manager.sends_checked(f"{case}/position", {"choice": "change_decision", "reasons": "We did not know."})
    assert "We have your concern" in post.subjects(ADDRESS)
    gp.sends_checked(f"{case}/agree_settlement", {"outcome": "A second opinion is booked."})
    assert "Settled for now" in gp.opens(case)
    assert "Raise a concern" in gp.opens("/work")


def test_before_the_proof_nothing_is_shown_but_what_was_typed(app: Flask, gp: Visitor) -> None:
    known_domain(app, DOMAIN, "Riverside Surgery")
    writes(gp)
    seen = gp.opens("/raise/unsent/check") + gp.opens("/raise/advice") + says_who(gp) + gp.opens("/code")
    for name in ("Okafor", "Nair", "Rowan", "Clinical lead, paediatrics", "Who will be told"):
        assert name not in seen
    assert "A sibling has told school three times" in seen


@pytest.mark.parametrize(
    "address", [ADDRESS, "amara.lewis@demo.invalid", "somebody@nowhere.example", "kate.rowan@demo.invalid"]
)
def test_the_answer_is_the_same_whoever_is_known_by_an_address(
    app: Flask, gp: Visitor, post: Post, address: str
) -> None:
    known_domain(app, DOMAIN, "Riverside Surgery")
    writes(gp)
    page = says_who(gp, address)
    assert gp.path == "/code"
    assert f'A code of 8 digits is on its way to <strong class="written">{address.lower()}</strong>' in page
    assert len(post.code(address)) == 9


def test_a_wrong_code_and_another_one_lose_nothing(app: Flask, gp: Visitor, post: Post) -> None:
    known_domain(app, DOMAIN, "Riverside Surgery")
    writes(gp)
    says_who(gp)
    first = post.code(ADDRESS)
    wrong = "0000 0000" if first != "0000 0000" else "1111 1111"
    page = gp.sends("/code", {"code": wrong}, expect=422)
    assert "The code is not right, or it is too old" in page
    assert "Enter the 8 digits" in gp.sends("/code", {"code": "12"}, expect=422)
    gp.presses("/code/again", {})
    assert "A sibling has told school three times" in gp.opens("/raise/unsent/check")
    assert "We have your concern" in gp.sends("/code", {"code": first}), "the first still works"


def test_a_code_is_used_once_and_in_its_own_browser(app: Flask, gp: Visitor, post: Post) -> None:
    known_domain(app, DOMAIN, "Riverside Surgery")
    writes(gp)
    says_who(gp)
    code = post.code(ADDRESS)
    thief = Visitor(app.test_client())
    thief.sends("/sign-in/by-code", {"email": ADDRESS})
    assert "not right" in thief.sends("/code", {"code": code}, expect=422)
    gp.sends("/code", {"code": code})
    assert "No code was asked for" in gp.opens("/code")


def test_five_wrong_codes_and_even_the_right_one_is_no_good(app: Flask, gp: Visitor, post: Post) -> None:
    gp.sends("/sign-in/by-code", {"email": ADDRESS})
    code = post.code(ADDRESS)
    wrong = "0000 0000" if code != "0000 0000" else "1111 1111"
    for _ in range(5):
        gp.sends("/code", {"code": wrong}, expect=422)
    gp.sends("/code", {"code": code}, expect=422)
    gp.presses("/code/again", {})
    assert "My work" in gp.sends("/code", {"code": post.code(ADDRESS)})


def test_the_mail_with_the_code_says_nothing_else(app: Flask, gp: Visitor, post: Post) -> None:
    known_domain(app, DOMAIN, "Riverside Surgery")
    writes(gp)
    says_who(gp)
    code = post.code(ADDRESS)
    (mail,) = post.sink.to(ADDRESS.lower())
    assert str(mail.message["Subject"]) == "Your code"
    said = decoded(mail)
    assert code in said
    for word in ("Chloe", "Riverside Surgery", "Northtown Hospitals", "TOD-17", "concern"):
        assert word not in said.replace("Professional challenge", "")


def test_whoever_comes_back_signs_in_with_a_code_and_reaches_their_own_case(
    app: Flask, gp: Visitor, post: Post
) -> None:
    case = raised(app, gp, post)
    later = Visitor(app.test_client())
    later.opens(f"{case}/tell_change")
    assert later.path == "/sign-in"
    later.sends(f"/sign-in/by-code?next={case}", {"email": ADDRESS.upper()})
    assert "Waiting for Northtown Hospitals" in later.sends("/code", {"code": post.code(ADDRESS)})
    assert later.path == case
    later.sends(f"{case}/tell_change", {"what_changed": "The father is back", "risk_rose": "no"})
    assert "The father is back" in later.opens(case)


def test_finishing_later_makes_it_a_draft_of_theirs(app: Flask, gp: Visitor, post: Post) -> None:
    known_domain(app, DOMAIN, "Riverside Surgery")
    gp.sends("/raise", {"start": "1"})
    gp.sends("/raise/unsent/1", {"person_reference": "TOD-17", "later": "1"})
    assert gp.path == "/raise/unsent/later"
    page = gp.opens("/raise/unsent/later")
    agency = page.split("Riverside Surgery")[0].rsplit('value="', 1)[1].split('"')[0]
    mine = {"own_name": "Dr Chloe Marsh", "own_email": ADDRESS, "own_role": "GP", "own_agency": agency}
    gp.sends("/raise/unsent/later", mine)
    assert "A concern you began" in gp.sends("/code", {"code": post.code(ADDRESS)})
    later = Visitor(app.test_client())
    later.sends("/sign-in/by-code", {"email": ADDRESS})
    work = later.sends("/code", {"code": post.code(ADDRESS)})
    draft = work.split('href="/raise/')[1].split("/")[0]
    if draft == '"':
        draft = work.split('href="/raise/')[2].split("/")[0]
    assert 'value="TOD-17"' in later.opens(f"/raise/{draft}/1")


def test_whoever_remembers_that_they_have_a_password_takes_along_what_they_wrote(
    gp: Visitor,
) -> None:
    gp.sends("/raise", {"start": "1"})
    gp.sends("/raise/unsent/1", {"person_reference": "TOD-17"})
    work = gp.sends("/sign-in", {"email": "amara.lewis@demo.invalid", "password": PASSWORD})
    assert "kept as your draft" in work
    assert work.count("A concern you began") == 1
    assert 'value="TOD-17"' in gp.opens("/raise/unsent/1"), "its old address leads there"


def test_a_page_that_was_left_alone_for_too_long_gives_back_what_was_typed_on_it(
    app: Flask, gp: Visitor
) -> None:
    gp.sends("/raise", {"start": "1"})
    gp.sends("/raise/unsent/1", {"person_reference": "TOD-17"})
    gp.opens("/raise/unsent/4")
    unused_for(app, 16)
    page = gp.presses("/raise/unsent/4", {"risk": "A sibling has told school three times"})
    assert gp.path == "/raise/unsent/4"
    assert "A sibling has told school three times" in page
    assert "left alone for too long" in page


def test_a_restart_of_the_service_loses_nothing(
    app: Flask, settings: Settings, gp: Visitor, post: Post
) -> None:
    known_domain(app, DOMAIN, "Riverside Surgery")
    writes(gp)
    says_who(gp)
    code = post.code(ADDRESS)
    restarted = create_app(settings)
    again = Visitor(restarted.test_client())
    cookie = gp.client.get_cookie("session")
    assert cookie
    again.client.set_cookie("session", cookie.value)
    assert "A sibling has told school three times" in again.opens("/raise/unsent/check")
    assert "We have your concern" in again.sends("/code", {"code": code})
    with restarted.app_context():
        db.engine.dispose()


def test_it_costs_five_fields_and_two_pages_more_than_with_an_account(
    app: Flask, gp: Visitor, post: Post
) -> None:
    known_domain(app, DOMAIN, "Riverside Surgery")
    after_check = writes(gp)
    assert gp.path == "/raise/unsent/you"
    asked = re.findall(r'<(?:input|select|textarea)[^>]* name="(\w+)"', after_check)
    assert [name for name in asked if name != "csrf_token"] == [
        "own_name", "own_email", "own_agency", "own_role",
    ]  # fmt: skip
    code_page = says_who(gp)
    asked = re.findall(r'<(?:input|select|textarea)[^>]* name="(\w+)"', code_page)
    assert {name for name in asked if name != "csrf_token"} == {"code"}
    gp.sends("/code", {"code": post.code(ADDRESS)})
    assert gp.path.startswith("/raise/sent/")


def test_with_two_partnerships_the_person_chooses(app: Flask, gp: Visitor, northtown: str) -> None:
    with app.app_context():
        new = replace(data._partnership(), name="Southtown Adults Board", reference_prefix="SA")
        setting_up.set_up(new)
    page = gp.opens("/raise")
    assert "Which partnership is it for?" in page
    gp.sends("/raise", {"start": "1", "partnership": option(page, "Northtown")})
    assert "Northtown Hospitals" in gp.opens("/raise/unsent/2")


def test_whoever_signed_in_with_a_code_in_between_is_asked_where_they_work(
    app: Flask, gp: Visitor, post: Post
) -> None:
    known_domain(app, DOMAIN, "Riverside Surgery")
    writes(gp)
    gp.sends("/sign-in/by-code", {"email": ADDRESS})
    work = gp.sends("/code", {"code": post.code(ADDRESS)})
    assert "kept as your draft" in work
    page = gp.sends("/raise/unsent/check", {"urgency": "next_days"})
    assert "Where do you work?" in page
    agency = option(page, "Riverside Surgery")
    assert "Enter your role" in gp.sends(gp.path, {"own_agency": agency}, expect=422)
    assert "We have your concern" in gp.sends(gp.path, {"own_agency": agency, "own_role": "GP"})
