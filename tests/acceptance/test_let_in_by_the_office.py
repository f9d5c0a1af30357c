"""An address of a domain that nobody knows: the concern waits, the office sees who waits, and lets them in."""

import pytest
from flask import Flask

from escalation.config import Settings
from escalation.services import leaving
from tests.acceptance.conftest import Visit, Visitor
from tests.acceptance.once_a_year import ADDRESS, ANSWERS, DOMAIN, Post, known_domain, says_who, writes
from tests.support.mail_sink import MailSink, decoded
from tests.support.movable_clock import TimePasses

OFFICE = "kate.rowan@demo.invalid"


@pytest.fixture
def post(app: Flask, settings: Settings, mail_sink: MailSink) -> Post:
    return Post(app, settings, mail_sink)


@pytest.fixture
def gp(app: Flask) -> Visitor:
    return Visitor(app.test_client())


def waiting(gp: Visitor, post: Post, urgency: str = "next_days") -> str:
    """Somebody of an unknown domain who has proved the address; gives the page that they then see."""
    writes(gp, urgency=urgency)
    says_who(gp)
    return gp.sends("/code", {"code": post.code(ADDRESS)})


def answers(office: Visitor, northtown: str, answer: str, **more: str) -> str:
    """The office opens the one who waits, and answers."""
    page = office.opens(f"/board/{northtown}/newcomers")
    path = page.split(f'href="/board/{northtown}/newcomers/')[1].split('"')[0]
    return office.sends(f"/board/{northtown}/newcomers/{path}", {"answer": answer, **more})


def test_the_office_lets_them_in_and_the_concern_is_sent_at_once(
    northtown: str, gp: Visitor, post: Post, visit: Visit
) -> None:
    assert "the board office lets you in first" in waiting(gp, post)
    assert "Somebody waits to be let in" in post.subjects(OFFICE)
    office = visit("kate.rowan")
    assert "1 person waits to be let in" in office.opens(f"/board/{northtown}")
    seen = office.opens(f"/board/{northtown}/newcomers")
    assert "Dr Chloe Marsh" in seen
    assert ADDRESS.lower() in seen
    assert "Riverside Surgery" in seen
    done = answers(office, northtown, "admit")
    assert "Dr Chloe Marsh is let in. Their concern was sent at once." in done
    assert "Nobody waits" in done
    assert {"You have been let in", "We have your concern"} <= set(post.subjects(ADDRESS))
    assert "Waiting for" in gp.opens("/work") or "Northtown Hospitals" in gp.opens("/work")
    assert "Dr Chloe Marsh" in visit("sam.okafor").opens("/work") or "Northtown Hospitals" in gp.opens(
        "/work"
    )
    assert "No domain is known yet" in office.opens(f"/board/{northtown}/mail-domains")


def test_with_the_domain_everybody_else_of_the_agency_is_known_from_then_on(
    app: Flask, northtown: str, gp: Visitor, post: Post, visit: Visit
) -> None:
    waiting(gp, post)
    answers(visit("kate.rowan"), northtown, "admit", domain="1")
    other, address = Visitor(app.test_client()), f"second@{DOMAIN}"
    writes(other)
    says_who(other, address)
    assert "We have your concern" in other.sends("/code", {"code": post.code(address)})


def test_nobody_reads_a_word_of_it_before(northtown: str, gp: Visitor, post: Post, visit: Visit) -> None:
    waiting(gp, post)
    office = visit("kate.rowan")
    page = office.opens(f"/board/{northtown}/newcomers")
    path = page.split(f'href="/board/{northtown}/newcomers/')[1].split('"')[0]
    seen = page + office.opens(f"/board/{northtown}/newcomers/{path}") + office.opens(f"/board/{northtown}")
    for name in ("sam.okafor", "priya.nair"):
        seen += visit(name).opens("/work")
    for _, words in ANSWERS:
        assert words not in seen
    for mail in post.sink.mails:
        assert "Chloe" not in decoded(mail)
        assert "TOD-17" not in decoded(mail)
    assert "A sibling has told school three times" in gp.opens(gp.path), "its author still does"


def test_whoever_is_not_let_in_is_told_why_and_keeps_the_text(
    northtown: str, gp: Visitor, post: Post, visit: Visit
) -> None:
    waiting(gp, post)
    page = gp.path
    answers(visit("kate.rowan"), northtown, "wrong_agency")
    assert "You have not been let in" in post.subjects(ADDRESS)
    mail = next(m for m in post.sink.to(ADDRESS.lower()) if "not been let in" in str(m.message["Subject"]))
    assert "020 7946 0019" in decoded(mail)
    told = gp.opens(page)
    assert "thinks that you work for another agency than Riverside Surgery" in told
    assert "A sibling has told school three times" in told
    gp.presses(page.replace("/waits", "/take-back"), {})
    assert "A concern you began" not in gp.opens("/work")


def test_danger_today_is_told_to_telephone_at_once(northtown: str, gp: Visitor, post: Post) -> None:
    page = waiting(gp, post, urgency="today")
    assert "Do not wait for it: telephone now" in page
    assert "020 7946 0018" in page


def test_a_second_concern_meanwhile_waits_with_the_first_and_the_office_is_told_once(
    app: Flask, northtown: str, gp: Visitor, post: Post
) -> None:
    waiting(gp, post)
    other = Visitor(app.test_client())
    writes(other)
    says_who(other)
    other.sends("/code", {"code": post.code(ADDRESS)})
    assert post.subjects(OFFICE).count("Somebody waits to be let in") == 1


def test_a_domain_is_exact_and_its_parts_say_nothing(
    app: Flask, northtown: str, gp: Visitor, post: Post
) -> None:
    for domain in (f"mail.{DOMAIN}", f"x{DOMAIN}"):
        known_domain(app, domain, "Riverside Surgery")
    assert "the board office lets you in first" in waiting(gp, post)


def test_of_a_domain_that_agencies_share_the_person_says_which_is_theirs(
    app: Flask, northtown: str, gp: Visitor, post: Post
) -> None:
    known_domain(app, DOMAIN, "Northtown Police", "Northtown Housing")
    page = waiting(gp, post)
    assert "Where do you work?" in page
    assert "Northtown Police" in page
    assert "Riverside Surgery" not in page
    housing = page.split("Northtown Housing")[0].rsplit('value="', 1)[1].split('"')[0]
    gp.sends(gp.path, {"own_agency": ""}, expect=422)
    assert "We have your concern" in gp.sends(gp.path, {"own_agency": housing})
    assert "Northtown Housing" in gp.opens("/work")


def test_of_none_of_them_the_office_looks_first(app: Flask, northtown: str, gp: Visitor, post: Post) -> None:
    known_domain(app, DOMAIN, "Northtown Police")
    waiting(gp, post)
    assert "the board office lets you in first" in gp.sends(gp.path, {"own_agency": "other"})
    assert "Somebody waits to be let in" in post.subjects(OFFICE)


def test_whoever_was_ended_waits_like_a_newcomer_and_may_come_back(
    app: Flask, northtown: str, gp: Visitor, post: Post, visit: Visit
) -> None:
    address = "leah.brooks@demo.invalid"
    with app.app_context():
        leaving.end(address)
    known_domain(app, "demo.invalid", "Riverside Surgery")
    writes(gp)
    says_who(gp, address)
    page = gp.sends("/code", {"code": post.code(address)})
    assert "it was ended when you left a post" in page
    gp.opens("/work")
    assert gp.path == "/sign-in", "a code opens nothing for them"
    office = visit("kate.rowan")
    assert "Their way in was ended before" in office.opens(f"/board/{northtown}/newcomers")
    answers(office, northtown, "admit")
    assert "We have your concern" in post.subjects(address)


def test_nobody_lets_themselves_in(app: Flask, northtown: str, gp: Visitor, post: Post, visit: Visit) -> None:
    writes(gp)
    says_who(gp, OFFICE)
    gp.sends("/code", {"code": post.code(OFFICE)})
    office = visit("kate.rowan")
    page = office.opens(f"/board/{northtown}/newcomers")
    path = page.split(f'href="/board/{northtown}/newcomers/')[1].split('"')[0]
    shown = office.opens(f"/board/{northtown}/newcomers/{path}")
    assert "This is you" in shown
    token = shown.split('data-csrf="')[1].split('"')[0]
    pressed = {"answer": "admit", "csrf_token": token}
    assert office.client.post(f"/board/{northtown}/newcomers/{path}", data=pressed).status_code == 409


@pytest.mark.parametrize("name", ["amara.lewis", "sam.okafor", "colin.drake"])
def test_the_pages_are_the_offices_alone(
    northtown: str, gp: Visitor, post: Post, visit: Visit, name: str
) -> None:
    waiting(gp, post)
    other = visit(name)
    for path in ("newcomers", "mail-domains"):
        answer = other.client.get(f"/board/{northtown}/{path}")
        assert answer.status_code in (403, 404)
        assert "Dr Chloe Marsh" not in answer.text


def test_the_list_of_domains_is_kept_by_the_office(app: Flask, northtown: str, visit: Visit) -> None:
    office, path = visit("kate.rowan"), f"/board/{northtown}/mail-domains"
    page = office.opens(path)
    agency = page.split("Hillside Primary School")[0].rsplit('value="', 1)[1].split('"')[0]
    assert "Anybody can get an address" in office.sends(path, {"domain": "gmail.com", "agency": agency}, 422)
    assert "Enter what stands after" in office.sends(path, {"domain": "no domain", "agency": agency}, 422)
    assert "Select the agency" in office.sends(path, {"domain": "hillside.example", "agency": "x"}, 422)
    assert "hillside.example" in office.sends(path, {"domain": "@Hillside.Example ", "agency": agency})
    gone = office.presses(f"{path}/remove", {"domain": "hillside.example", "agency": agency})
    assert "No domain is known yet" in gone


def test_the_office_is_told_again_each_day_until_it_answers(
    northtown: str, gp: Visitor, post: Post, visit: Visit, time_passes: TimePasses
) -> None:
    waiting(gp, post)
    told = "Somebody waits to be let in"
    assert post.subjects(OFFICE).count(told) == 1
    for days in (2, 3):
        time_passes(days=1)
        time_passes(minutes=1)
        assert post.subjects(OFFICE).count(told) == days
    answers(visit("kate.rowan"), northtown, "not_known")
    time_passes(days=1)
    assert post.subjects(OFFICE).count(told) == 3
