"""A procedure may ask whom it is about, where to begin, and by when somebody must be safe."""

from collections.abc import Callable

from flask import Flask

from tests.acceptance.conftest import Visitor
from tests.support import richer
from tests.support.pages import option

ASKED = "What your procedure asks"


def to_the_check_page(gp: Visitor) -> str:
    """Answers the five questions, and gives the address of the page before sending."""
    gp.sends("/raise", {"start": "1"})
    draft = gp.path.rsplit("/", 1)[0]
    whom = gp.sends(f"{draft}/1", {"person_reference": "TOD-17"})
    gp.sends(f"{draft}/2", {"agency": option(whom, "Northtown Hospitals"), "role": "doctor"})
    gp.sends(f"{draft}/3", {"decision": "Called accidental"})
    gp.sends(f"{draft}/4", {"risk": "A sibling has told school"})
    gp.sends(f"{draft}/5", {"request": "A second opinion"})
    return f"{draft}/check"


def test_the_default_asks_nothing_beside_the_five_questions(visit: Callable[[str], Visitor]) -> None:
    gp = visit("amara.lewis")
    assert ASKED not in gp.opens(to_the_check_page(gp))


def test_what_it_asks_is_on_the_page_and_decides_where_it_begins(
    app: Flask, northtown: str, visit: Callable[[str], Visitor]
) -> None:
    with app.app_context():
        richer.publish(northtown)
    gp = visit("amara.lewis")
    check = to_the_check_page(gp)
    page = gp.opens(check)
    assert ASKED in page
    assert "By when must somebody be safe?" in page
    wrong = gp.sends(check, {"protect_by": "tomorrow", "urgency": "not_sure"}, expect=422)
    assert "Write the day and the time" in wrong
    assert 'value="tomorrow"' in wrong, "what was typed is still there"
    gp.sends(check, {"protect_by": "", "enter": "senior_challenge", "urgency": "not_sure"})
    assert "With heads of service on both sides" in gp.opens("/cases/" + gp.path.rsplit("/", 1)[1])
