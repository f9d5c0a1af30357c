"""Before a concern is raised: advice without names, and an attempt that did not work."""

import pytest
from flask import Flask
from sqlalchemy import text

from tests.acceptance.conftest import Visit
from tests.support import beyond


def _drafts(app: Flask) -> int:
    with app.app_context(), beyond.engine().connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM draft")).scalar_one())


def test_whoever_wants_advice_first_is_told_whom_to_ask_and_nothing_is_kept(app: Flask, visit: Visit) -> None:
    gp = visit("amara.lewis")
    assert 'href="/raise/advice">I want advice first' in gp.opens("/raise")
    page = gp.opens("/raise/advice")
    assert "Safeguarding lead, practice, Riverside Surgery: <strong>Dr Priya Nair</strong>" in page
    assert "named or designated professional" in page
    assert "The board’s office" in page
    assert "weekdays 9am to 5pm" in page
    assert _drafts(app) == 0


def test_a_named_professional_stands_there_as_the_directory_calls_them(visit: Visit) -> None:
    assert "Named doctor for safeguarding, Northtown Hospitals: <strong>Dr Ewan Fraser" in visit(
        "james.whitfield"
    ).opens("/raise/advice")


def test_the_lead_is_not_sent_to_themselves_but_to_their_deputy(visit: Visit) -> None:
    page = visit("priya.nair").opens("/raise/advice")
    assert "<strong>Gareth Pugh</strong> (deputy)" in page
    assert "<strong>Dr Priya Nair" not in page


def test_where_nobody_else_holds_the_post_the_office_is_named(visit: Visit) -> None:
    assert "nobody but you holds this post today" in visit("owen.bright").opens("/raise/advice")


def test_where_the_directory_knows_no_lead_it_says_so(visit: Visit) -> None:
    assert "knows no safeguarding lead of your agency" in visit("bea.lindqvist").opens("/raise/advice")


def test_an_attempt_that_did_not_work_is_asked_for_at_once(visit: Visit) -> None:
    gp = visit("amara.lewis")
    assert "I have tried to settle this and it did not work" in gp.opens("/raise")
    opened = gp.sends("/raise", {"tried": "1"})
    assert "What have you tried so far?" in opened
    draft = gp.path.rsplit("/", 1)[0]
    gp.sends(f"{draft}/1", {"person_reference": "TOD-17", "attempts": "Two calls to the ward"})
    assert gp.path == f"{draft}/2"
    assert "Two calls to the ward" in gp.opens(f"{draft}/check")
    assert "Two calls to the ward" in gp.opens(f"{draft}/1")


def test_who_starts_without_an_attempt_is_not_asked_twice(visit: Visit) -> None:
    assert "What have you tried" not in visit("amara.lewis").sends("/raise", {"start": "1"})


@pytest.mark.parametrize("typed", ["x" * 1001, "with a \x00 in it"])
def test_an_attempt_that_cannot_be_kept_is_said_beside_the_field(visit: Visit, typed: str) -> None:
    gp = visit("amara.lewis")
    gp.sends("/raise", {"tried": "1"})
    page = gp.sends(gp.path, {"person_reference": "TOD-17", "attempts": typed}, expect=422)
    assert 'id="attempts-error"' in page
    assert 'value="TOD-17"' in page
