"""A board's own forms: asked for with the move they belong to, kept with it, shown to whom they may be."""

import pytest
from flask import Flask

from escalation.extensions import db
from escalation.services import versions
from tests.acceptance.conftest import Visit
from tests.acceptance.test_a_board_in_its_own_words import TOLD, raised
from tests.acceptance.test_what_the_procedure_asks import to_the_check_page
from tests.support import beyond, richer, texts
from tests.support.northtown import accounts

OPEN, TRIED, ADVICE, ANSWER = "step/open", "step/tried", "step/advice", "step/answer"
BASIS, OWNER = "basis/1", "owner/1"


@pytest.fixture(autouse=True)
def spoken(app: Flask, northtown: str) -> None:
    """Northtown under a procedure with forms."""
    with app.app_context():
        richer.publish(northtown, richer.SPOKEN)


def kept(app: Flask) -> dict[str, tuple[str, str, str]]:
    """Every answer to a form on record: the kind of its event, its field class, its text."""
    query = (
        "SELECT statement.*, kind FROM statement JOIN event ON event.case_id = statement.case_id"
        " AND event.seq = statement.event_seq WHERE field LIKE '%@%'"
    )
    with app.app_context(), beyond.engine().connect() as owner, db.engine.connect() as service:
        found = texts.opened(owner, service, query)
    return {row["field"]: (row["kind"], row["field_class"], row["text"]) for row in found}


def test_what_raising_asks_for_is_asked_before_it_is_sent_and_kept_with_the_draft(
    app: Flask, visit: Visit
) -> None:
    gp = visit("amara.lewis")
    check = to_the_check_page(gp)
    assert "Before you raise it" in gp.opens(check)
    wrong = gp.sends(check, {TOLD: "", "attempts": "Two calls", "urgency": "not_sure"}, expect=422)
    assert 'href="#told/who">Answer: Who has been told already</a>' in wrong
    assert "Two calls" in wrong, "what was typed is still there"
    gp.sends(check, {TOLD: "The school nurse", "later": "1"})
    assert "The school nurse" in gp.opens(check)
    gp.sends(check, {TOLD: "The school nurse", "urgency": "not_sure"})
    assert kept(app) == {"told@1/who": ("concern_raised", "F4", "The school nurse")}
    page = gp.opens("/cases/" + gp.path.rsplit("/", 1)[1])
    assert "Before you raise it" in page
    assert "The school nurse" in page


def test_a_move_asks_for_the_form_of_its_own_side_and_refuses_by_field(app: Flask, visit: Visit) -> None:
    gp = visit("amara.lewis")
    case = raised(gp)
    page = gp.opens(f"{case}/escalate")
    assert 'What is still open <span class="welsh" lang="cy">Beth sydd heb ei ddatrys</span>' in page
    assert "Calls, letters, meetings. You may leave it empty" in page
    assert "What we answer" not in page, "that is for the other side"
    typed = {"reasons": "Nobody has looked", OPEN: "", TRIED: "Two calls", ADVICE: "Go on"}
    wrong = gp.sends(f"{case}/escalate", typed, expect=422)
    assert 'href="#step/open">Answer: What is still open</a>' in wrong
    for words in ("Nobody has looked", "Two calls", "Go on"):
        assert words in wrong, "what was typed is still there"
    longer = gp.sends(f"{case}/escalate", {**typed, OPEN: "x" * 4001}, expect=422)
    assert "What is still open must be 4,000 characters or fewer" in longer
    checked = gp.sends(f"{case}/escalate", {**typed, OPEN: "Where she sleeps"})
    assert "Where she sleeps" in checked
    assert "Beth sydd heb ei ddatrys" in checked
    gp.presses(f"{case}/escalate", {"confirm": "1"})
    assert kept(app) | {"step@2/open": ("moved_up", "F4", "Where she sleeps")} == kept(app)
    assert kept(app)["step@2/tried"] == ("moved_up", "F4", "Two calls")
    assert kept(app)["step@2/advice"] == ("moved_up", "F6", "Go on")


def test_what_the_raising_side_writes_among_itself_is_read_by_it_alone(visit: Visit) -> None:
    gp = visit("amara.lewis")
    case = raised(gp)
    gp.sends_checked(
        f"{case}/escalate", {"reasons": "Now", OPEN: "Where she sleeps", ADVICE: "Ask the school"}
    )
    for name, reads in (
        ("amara.lewis", True),
        ("priya.nair", True),
        ("kate.rowan", False),
        ("sam.okafor", False),
    ):
        somebody = visit(name)
        for page in (somebody.opens(case), somebody.opens(f"{case}/history")):
            assert "Where she sleeps" in page
            assert ("Ask the school" in page) is reads, name
            assert ("What our lead advises" in page) is reads, name


def test_a_choice_that_has_a_form_asks_for_it_on_the_next_page(app: Flask, visit: Visit) -> None:
    case = raised(visit("amara.lewis"))
    manager = visit("sam.okafor")
    position = f"{case}/position"
    assert "What the decision rests on" not in manager.opens(position)
    first = {"choice": "keep_decision", "reasons": "Two of us agree", "would_change_mind": "A new picture"}
    short = manager.sends(position, {**first, "reasons": ""}, expect=422)
    assert "Enter your reasons" in short
    assert "Answer: What was known" not in short, "nobody has asked for that yet"
    more = manager.sends(position, first)
    assert "What the decision rests on" in more
    assert "Check before sending</h1>" not in more
    wrong = manager.presses(position, {BASIS: " "}, expect=422)
    assert 'href="#basis/1">Answer: What was known at the time</a>' in wrong
    assert "Two of us agree" in wrong
    checked = manager.presses(position, {**first, BASIS: "The X-ray of Monday"})
    assert "Check before sending</h1>" in checked
    assert "The X-ray of Monday" in checked
    back = manager.presses(position, {"edit": "1"})
    assert "The X-ray of Monday" in back
    manager.presses(position, {**first, BASIS: "The X-ray of Monday"})
    manager.presses(position, {"confirm": "1"})
    assert kept(app)["basis@1/1"] == ("decision_kept", "F4", "The X-ray of Monday")
    assert "The X-ray of Monday" in manager.opens(case)


def test_owning_a_case_asks_for_its_form_first(app: Flask, visit: Visit) -> None:
    case = raised(visit("amara.lewis"))
    manager = visit("sam.okafor")
    manager.opens(case)
    asked = manager.presses(f"{case}/own", {})
    assert "Who looks at it in your agency" in asked
    manager.presses(f"{case}/acknowledge", {OWNER: "The named doctor"})
    assert kept(app)["owner@1/1"] == ("owned", "F4", "The named doctor")


def test_the_other_side_adds_its_part_and_both_stand_beside_one_another(app: Flask, visit: Visit) -> None:
    gp, manager = visit("amara.lewis"), visit("sam.okafor")
    case = raised(gp)
    assert "Record of this step" not in manager.opens(f"{case}/tell_change")
    gp.sends_checked(f"{case}/escalate", {"reasons": "Now", OPEN: "Where she sleeps"})
    assert "Record of this step" not in gp.opens(f"{case}/tell_change"), "hers is filled in"
    page = manager.opens(f"{case}/tell_change")
    assert "Record of this step" in page
    assert "What we answer" in page
    answers = {"what_changed": "We met", "risk_rose": "no", OPEN: "", ANSWER: "A place is found"}
    manager.sends(f"{case}/tell_change", answers)
    assert kept(app)["step@2/answer"] == ("change_told", "F4", "A place is found")
    shown = gp.opens(case)
    assert shown.index("Where she sleeps") < shown.index("A place is found")
    assert "Record of this step" not in manager.opens(f"{case}/tell_change")


def test_a_second_press_counts_once_though_the_case_has_moved(app: Flask, visit: Visit) -> None:
    gp = visit("amara.lewis")
    case = raised(gp)
    answers = {"reasons": "Now", OPEN: "Where she sleeps"}
    gp.sends(f"{case}/escalate", answers)
    page = gp.page
    gp.presses(f"{case}/escalate", {"confirm": "1"})
    before = kept(app)
    gp.page = page
    gp.presses(f"{case}/escalate", {"confirm": "1"})
    assert gp.path == case
    assert kept(app) == before


def test_what_was_typed_into_a_form_is_not_lost_when_the_case_has_moved_on(visit: Visit) -> None:
    gp, manager = visit("amara.lewis"), visit("sam.okafor")
    case = raised(gp)
    first = {"choice": "keep_decision", "reasons": "Two agree", "would_change_mind": "A picture"}
    manager.sends(f"{case}/position", first)
    manager.presses(f"{case}/position", {**first, BASIS: "The X-ray of Monday"})
    gp.sends_checked(f"{case}/escalate", {"reasons": "Now", OPEN: "Where she sleeps"})
    refused = manager.presses(f"{case}/position", {"confirm": "1"}, expect=409)
    assert "The X-ray of Monday" in refused


def test_an_answer_is_read_with_the_words_of_its_time(app: Flask, northtown: str, visit: Visit) -> None:
    gp = visit("amara.lewis")
    case = raised(gp)
    with app.app_context():
        richer.publish(northtown)
        office = accounts()["kate.rowan"]
        versions.move_to_version_in_force(case.rsplit("/", 1)[1], office, "The old one has no meeting.")
    page = gp.opens(case)
    assert "Everything at once" in page
    assert "Who has been told already" in page
    assert "The school nurse" in page
    assert "Record of this step" not in gp.opens(f"{case}/escalate")
