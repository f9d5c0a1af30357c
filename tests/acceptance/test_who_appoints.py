"""Offices beside the posts: an administrator appoints others, never themselves alone, and the office hears of it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from escalation.errors import InvalidInput, NotFound, Refused
from escalation.services import appointing, people
from tests.acceptance.conftest import Visitor
from tests.acceptance.test_people_come_and_go import HEAD
from tests.support import beyond
from tests.support.mail_sink import Mail, MailSink, decoded
from tests.support.movable_clock import MovableClock, TimePasses
from tests.support.offices import appointed

Visit = Callable[[str], Visitor]
AMARA = "amara.lewis@demo.invalid"


@pytest.fixture
def offices(app: Flask, northtown: str) -> str:
    """The page of the offices; Ada and Bo look after access."""
    with app.app_context():
        appointed("ada.admin", "administrator")
        appointed("bo.admin", "administrator")
    return f"/board/{northtown}/offices"


def rows(app: Flask, query: str) -> list[Any]:
    with app.app_context(), beyond.engine().connect() as connection:
        return list(connection.execute(text(query)))


def has(app: Flask, office: str, email: str) -> bool:
    own = f"account_id = (SELECT id FROM account WHERE email = '{email}')"
    found = rows(app, f"SELECT from_at, to_at FROM appointment WHERE office = '{office}' AND {own}")
    return any(row.to_at is None or row.to_at > row.from_at for row in found)


def button(visitor: Visitor, offices: str, word: str) -> str:
    assert visitor.page
    found = re.findall(rf'action="({offices}/\d+/{word})"', visitor.page.text)
    assert len(found) == 1, found
    return str(found[0])


def test_an_administrator_appoints_somebody_who_signs_in_anew_and_the_office_hears_of_it(
    app: Flask, visit: Visit, offices: str, mail_sink: MailSink, time_passes: TimePasses
) -> None:
    ada, gp = visit("ada.admin"), visit("amara.lewis")
    assert "Appointed." in ada.sends(offices, {"email": AMARA, "office": "privacy_officer"})
    assert has(app, "privacy_officer", AMARA)
    gp.opens("/work")
    assert gp.path == "/sign-in"
    time_passes(minutes=1)
    (mail,) = to_the_office(mail_sink)
    assert "has changed" in decoded(mail)
    assert "Amara" not in decoded(mail)
    directory = offices.replace("offices", "directory")
    assert directory in decoded(mail)
    assert "Dr Amara Lewis: privacy officer" in visit("kate.rowan").opens(directory)


def test_an_office_ends_after_a_question_and_the_last_administrator_stays(
    app: Flask, visit: Visit, offices: str
) -> None:
    ada = visit("ada.admin")
    of_bo, of_kate, of_ada = (end_of(ada, offices, name) for name in ("Bo Admin", "Kate Rowan", "Ada Admin"))
    assert "Bo Admin is signed out" in ada.presses(of_bo, {})
    assert has(app, "administrator", "bo.admin@demo.invalid"), "it was only asked"
    assert "Ended." in ada.presses(of_bo, {"confirm": "1"})
    ada.opens(offices)
    assert "Ended." in ada.presses(of_kate, {"confirm": "1"})
    ada.opens(offices)
    assert "only another administrator can give it back" in ada.presses(of_ada, {})
    refused = ada.presses(of_ada, {"confirm": "1"}, expect=409)
    assert "Ada Admin is the only administrator here" in refused
    assert "Ended" not in ada.opens(offices), "and she is not signed out"
    assert has(app, "administrator", "ada.admin@demo.invalid")


def end_of(visitor: Visitor, offices: str, name: str) -> str:
    """Where the button below somebody's office leads."""
    page = visitor.opens(offices)
    found = re.search(rf'action="({offices}/\d+/end)"', page[page.index(f">{name}:") :])
    assert found
    return found[1]


def test_who_asks_for_themselves_waits_for_another_administrator(
    app: Flask, visit: Visit, offices: str
) -> None:
    ada = visit("ada.admin")
    page = ada.sends(offices, {"email": "ada.admin@demo.invalid", "office": "inspector"})
    assert "Another administrator has to confirm" in page
    assert not has(app, "inspector", "ada.admin@demo.invalid")
    assert "/confirm" not in page, "not by themselves"
    bo = visit("bo.admin")
    bo.opens(offices)
    confirm = button(bo, offices, "confirm")
    ada.opens(offices)
    assert "another administrator has to confirm" in ada.presses(confirm, {}, expect=409)
    assert not has(app, "inspector", "ada.admin@demo.invalid")
    bo.opens(offices)
    bo.presses(confirm, {})
    assert has(app, "inspector", "ada.admin@demo.invalid")
    bo.opens(offices)
    bo.presses(confirm, {}, expect=404)


def test_a_request_that_nobody_confirms_is_none_after_a_fortnight(
    app: Flask, visit: Visit, offices: str, clock: MovableClock
) -> None:
    visit("ada.admin").sends(offices, {"email": "ada.admin@demo.invalid", "office": "inspector"})
    assert "asked for it themselves" in visit("bo.admin").opens(offices)
    clock.move(days=15)
    assert "asked for it themselves" not in visit("bo.admin").opens(offices)


def test_nobody_else_appoints_and_a_stranger_finds_nothing(visit: Visit, offices: str) -> None:
    for name in ("amara.lewis", "alan.meredith"):
        visitor = visit(name)
        visitor.opens(offices, 403)
        visitor.opens("/account")
        visitor.presses(offices, {"email": AMARA, "office": "inspector"}, expect=403)


def test_what_cannot_be_right_is_said_beside_the_field(visit: Visit, offices: str) -> None:
    ada = visit("ada.admin")
    page = ada.sends(offices, {"email": "who@x.org", "office": "king", "until": "2020-01-01"}, expect=422)
    for words in ("Nobody here has this address", "Select an office", "This day is over"):
        assert words in page
    assert "Write the day as" in ada.sends(offices, {"email": AMARA, "until": "soon"}, expect=422)
    ada.sends(offices, {"email": AMARA, "office": "inspector"})
    assert "has that office already" in ada.sends(
        offices, {"email": AMARA, "office": "inspector"}, expect=409
    )


def test_an_office_ends_on_its_day_and_can_be_ended_before(
    app: Flask, visit: Visit, northtown: str, clock: MovableClock
) -> None:
    with app.app_context():
        day = clock.now().date().replace(month=12, day=31)
        appointing.appoint_by_operator(None, AMARA, "privacy_officer", day)
        with pytest.raises(Refused):
            appointing.appoint_by_operator(None, AMARA, "privacy_officer", None)
        with pytest.raises(InvalidInput):
            appointing.appoint_by_operator(None, "who@x.org", "inspector", None)
        assert [r.office for r in appointing.list_for_operator(None)] == ["administrator", "privacy_officer"]
        clock.move(days=40)
        assert [r.office for r in appointing.list_for_operator(None)] == ["administrator"]
        appointing.appoint_by_operator(None, AMARA, "inspector", None)
        assert appointing.end_by_operator(None, AMARA, "inspector") == "Dr Amara Lewis"
        with pytest.raises(NotFound):
            appointing.end_by_operator(None, AMARA, "inspector")


def test_an_administrator_who_is_given_a_post_by_a_file_is_shown_to_the_office(
    app: Flask, offices: str, time_passes: TimePasses, mail_sink: MailSink
) -> None:
    line = "Riverside Surgery,general_practice,practitioner,,GP,Ada Admin,ada.admin@demo.invalid,holder"
    with app.app_context():
        notes = people.import_people(HEAD + line).notes
        assert any("is an administrator and is given a post" in note for note in notes)
        again = people.import_people(HEAD + line).notes
        assert not any("administrator" in note for note in again)
    time_passes(minutes=1)
    assert len(to_the_office(mail_sink)) == 1


def to_the_office(sink: MailSink) -> list[Mail]:
    """What the board office got beside its daily mail."""
    return [mail for mail in sink.but_digests() if "kate.rowan@demo.invalid" in mail.recipients]
