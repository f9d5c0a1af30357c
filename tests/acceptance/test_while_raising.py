"""While a concern is written: what is asked about, what is said beforehand, and which drafts are kept."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text

from tests.acceptance.conftest import Visitor
from tests.support import beyond

Visit = Callable[[str], Visitor]
NUMBER = "999 000 0018"


def started(visit: Visit, name: str = "amara.lewis") -> tuple[Visitor, str]:
    """Somebody on the first question, and the path of their draft."""
    visitor = visit(name)
    visitor.sends("/raise", {"start": "1"})
    return visitor, visitor.path.rsplit("/", 1)[0]


def drafts(app: Flask) -> int:
    with app.app_context(), beyond.engine().connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM draft")).scalar_one())


def test_a_name_as_a_reference_is_asked_about_and_goes_on_when_it_is_kept(visit: Visit) -> None:
    gp, draft = started(visit)
    page = gp.sends(f"{draft}/1", {"person_reference": "Tom Hadley"})
    assert gp.path == f"{draft}/1"
    assert "looks like a person’s name" in page
    assert "<title>Please check: " in page
    assert 'value="Tom Hadley"' in page
    assert "Error: " not in page
    page = gp.sends(f"{draft}/1", {"person_reference": "Jane Hadley"})
    assert "looks like a person’s name" in page, "another answer is asked about again"
    gp.sends(f"{draft}/1", {"person_reference": "Tom Hadley", "sure": "1"})
    assert gp.path == f"{draft}/2"


def test_an_nhs_number_in_free_text_is_asked_about_in_every_question(visit: Visit) -> None:
    gp, draft = started(visit)
    for number, field in ((3, "decision"), (4, "risk"), (5, "request")):
        page = gp.sends(f"{draft}/{number}", {field: f"See {NUMBER} of today"})
        assert "There seems to be an NHS number in it" in page
        assert f'href="#{field}"' in page
        gp.sends(f"{draft}/{number}", {field: "See the file of today"})
        assert gp.path != f"{draft}/{number}", "once it is taken out, nothing more is asked"


def test_what_is_added_on_the_check_page_is_asked_about_before_it_is_sent(visit: Visit) -> None:
    gp, draft = started(visit)
    gp.sends(f"{draft}/1", {"person_reference": "TOD-17"})
    options = gp.opens(f"{draft}/2").split("<option")
    agency = next(o.split('value="')[1].split('"')[0] for o in options if "Northtown Hospitals" in o)
    gp.sends(f"{draft}/2", {"agency": agency, "role": "doctor"})
    for number, field in ((3, "decision"), (4, "risk"), (5, "request")):
        gp.sends(f"{draft}/{number}", {field: "Words"})
    page = gp.sends(f"{draft}/check", {"attempts": f"I rang about {NUMBER}", "urgency": "next_days"})
    assert "There seems to be an NHS number in it" in page
    assert "We have your concern" not in page
    sure = {"attempts": f"I rang about {NUMBER}", "urgency": "next_days", "sure": "1"}
    assert "We have your concern" in gp.sends(f"{draft}/check", sure)


def test_limits_are_said_before_anything_is_typed(visit: Visit) -> None:
    gp, draft = started(visit)
    assert "Up to 40 characters" in gp.opens(f"{draft}/1")
    for number, limit in ((3, "1,000"), (4, "4,000"), (5, "1,000")):
        assert f"You can enter up to {limit} characters" in gp.opens(f"{draft}/{number}")
    assert gp.opens(f"{draft}/check").count("You can enter up to 1,000 characters") == 3


@pytest.mark.parametrize(("name", "said"), [("amara.lewis", True), ("james.whitfield", False)])
def test_an_agency_of_ones_own_without_a_line_manager_is_named_where_it_is_chosen(
    visit: Visit, name: str, said: bool
) -> None:
    visitor, draft = started(visit, name)
    page = visitor.opens(f"{draft}/2")
    assert ("Riverside Surgery, where you work, has no line manager who can be told" in page) is said
    assert ("the board office is told instead" in page) is said


def test_a_draft_in_which_nothing_was_typed_is_not_listed(visit: Visit) -> None:
    gp, draft = started(visit)
    gp.sends("/raise", {"tried": "1"})
    gp.sends("/raise", {"danger": "1"})
    assert "A concern you began" not in gp.opens("/work")
    gp.sends(f"{draft}/1", {"person_reference": " ", "later": "1"})
    assert "A concern you began" not in gp.opens("/work")
    gp.sends(f"{draft}/1", {"person_reference": "TOD-17", "later": "1"})
    assert gp.opens("/work").count("A concern you began") == 1


def test_empty_drafts_are_dropped_in_time_and_others_are_not(
    app: Flask, visit: Visit, time_passes: Callable[..., None]
) -> None:
    gp, typed = started(visit)
    gp.sends(f"{typed}/1", {"person_reference": "TOD-17", "later": "1"})
    for _ in range(2):
        gp.sends("/raise", {"start": "1"})
    started(visit, "james.whitfield")
    assert drafts(app) == 4
    time_passes(days=8)
    gp = visit("amara.lewis")
    gp.sends("/raise", {"start": "1"})
    assert drafts(app) == 3, "the typed one, the new one, and that of a colleague"
    assert re.search(r'value="TOD-17"', gp.opens(f"{typed}/1"))
