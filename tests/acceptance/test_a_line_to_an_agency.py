"""Somebody declares a line to an agency: for the board they stand aside in its cases, and their deputy is asked."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text

from escalation.services import people
from escalation.web.sign_in import password_hash
from tests.acceptance.conftest import Visitor
from tests.acceptance.raised import raise_concern
from tests.acceptance.test_people_come_and_go import HEAD
from tests.support import beyond
from tests.support.mail_sink import MailSink, decoded
from tests.support.movable_clock import TimePasses
from tests.support.northtown import PASSWORD

Visit = Callable[[str], Visitor]
LINES = "/account/lines"
DEPUTIES = (
    "Board,board,chair,,Independent chair,Vera Voss,vera.voss@demo.invalid,deputy",
    "Board,board,office,,Board business manager,Olu Oke,olu.oke@demo.invalid,deputy",
)


def declares(visitor: Visitor, agency: str = "Northtown Hospitals", expect: int = 200) -> str:
    found = re.search(rf'<option value="([^"]+)">{agency}<', visitor.opens(LINES))
    assert found
    return visitor.presses(LINES, {"agency": found[1]}, expect)


@pytest.fixture
def deputies(app: Flask, northtown: str) -> None:
    with app.app_context():
        people.import_people(HEAD + "\n".join(DEPUTIES))
        with beyond.engine().begin() as connection:
            connection.execute(
                text("UPDATE account SET password = :it WHERE password IS NULL"),
                {"it": password_hash(PASSWORD)},
            )


def climbs(time_passes: TimePasses) -> None:
    """Nobody answers, and the case goes up to the board."""
    for _ in range(12):
        time_passes(days=2)


@pytest.mark.usefixtures("deputies")
def test_a_chair_with_a_line_finds_no_case_of_that_agency_and_the_deputy_is_asked(
    visit: Visit, time_passes: TimePasses, mail_sink: MailSink
) -> None:
    declares(visit("alan.meredith"))
    case = raise_concern(visit("amara.lewis"))
    climbs(time_passes)
    visit("alan.meredith").opens(case, 404)
    visit("vera.voss").opens(case)
    assert any("Independent chair" in decoded(m) for m in mail_sink.to("vera.voss@demo.invalid"))
    assert mail_sink.to("alan.meredith@demo.invalid") == ()


@pytest.mark.usefixtures("deputies")
def test_a_line_that_is_declared_when_the_case_is_there_already_counts_at_once_and_so_does_its_end(
    visit: Visit, time_passes: TimePasses
) -> None:
    case = raise_concern(visit("amara.lewis"))
    climbs(time_passes)
    chair = visit("alan.meredith")
    chair.opens(case)
    assert "You take no part for the board" in declares(chair)
    chair.opens(case, 404)
    chair.opens(f"{case}/decision", 404)
    page = chair.opens(LINES)
    value = re.search(r'name="agency" value="([^"]+)"', page)
    assert value
    assert "It is ended" in chair.presses(f"{LINES}/end", {"agency": value[1]})
    chair.opens(case)


@pytest.mark.usefixtures("deputies")
def test_the_raising_agency_counts_as_well_and_another_one_does_not(
    visit: Visit, time_passes: TimePasses
) -> None:
    case = raise_concern(visit("amara.lewis"))
    climbs(time_passes)
    chair = visit("alan.meredith")
    declares(chair, "Northtown Police")
    chair.opens(case)
    declares(chair, "Riverside Surgery")
    chair.opens(case, 404)


def test_a_line_takes_nobody_away_from_their_own_side(visit: Visit) -> None:
    gp, lead = visit("amara.lewis"), visit("priya.nair")
    declares(gp)
    declares(lead)
    case = raise_concern(gp)
    gp.opens(case)
    assert f"{case}/view" in lead.opens(case)


def test_the_directory_shows_it_to_the_board_and_nobody_may_declare_their_own_agency(
    visit: Visit, northtown: str
) -> None:
    gp = visit("amara.lewis")
    declares(gp)
    assert "Riverside Surgery" not in gp.opens(LINES).split("<select")[1]
    assert "Dr Amara Lewis: Northtown Hospitals" in visit("kate.rowan").opens(f"/board/{northtown}/directory")
    assert "Choose an agency" in gp.presses(LINES, {"agency": ""}, expect=422)
    gp.opens(LINES)
    gp.presses(LINES, {"agency": "some:other"}, expect=404)
    gp.opens(LINES)
    gp.presses(f"{LINES}/end", {"agency": "some:other"}, expect=404)


def test_the_last_one_of_the_office_cannot_stand_aside_from_an_agency(app: Flask, visit: Visit) -> None:
    assert "only one in the board office" in declares(visit("kate.rowan"), expect=409)
