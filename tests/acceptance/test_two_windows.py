"""One draft in two windows: it is sent once, and the second window leads to what became of it."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text

from tests.acceptance.conftest import Visitor
from tests.acceptance.raised import raise_concern
from tests.support import beyond
from tests.support.northtown import PASSWORD

Visit = Callable[[str], Visitor]


@pytest.fixture
def windows(app: Flask, visit: Visit) -> tuple[Visitor, Visitor, str]:
    """Two windows of the same GP's browser on the same draft, before it is sent; gives its path too."""
    first = visit("amara.lewis")
    first.sends("/raise", {"start": "1"})
    draft = first.path.rsplit("/", 1)[0]
    second = Visitor(first.client)
    first.sends(f"{draft}/1", {"person_reference": "TOD-17"})
    options = first.opens(f"{draft}/2").split("<option")
    agency = next(o.split('value="')[1].split('"')[0] for o in options if "Northtown Hospitals" in o)
    first.sends(f"{draft}/2", {"agency": agency, "role": "doctor"})
    first.sends(f"{draft}/3", {"decision": "Called an accident"})
    first.sends(f"{draft}/4", {"risk": "A sibling has told school"})
    first.sends(f"{draft}/5", {"request": "A second opinion"})
    second.opens(f"{draft}/check")
    return first, second, draft


def cases(app: Flask) -> int:
    with app.app_context(), beyond.engine().connect() as connection:
        return int(connection.execute(text('SELECT count(*) FROM "case"')).scalar_one())


def test_the_second_window_that_sends_is_led_to_the_case_of_the_first(
    app: Flask, windows: tuple[Visitor, Visitor, str]
) -> None:
    first, second, draft = windows
    first.sends(f"{draft}/check", {"safety": "With the grandmother", "urgency": "next_days"})
    sent = first.path
    assert sent.startswith("/raise/sent/")
    page = second.presses(f"{draft}/check", {"safety": " With the grandmother\r\n", "urgency": "next_days"})
    assert second.path == sent
    assert "has been sent already. It counts once" in page
    assert cases(app) == 1


def test_every_page_of_a_sent_draft_leads_there_too(windows: tuple[Visitor, Visitor, str]) -> None:
    first, second, draft = windows
    first.sends(f"{draft}/check", {"urgency": "next_days"})
    for page in ("1", "5", "danger", "check"):
        second.opens(f"{draft}/{page}")
        assert second.path == first.path, page


def test_what_was_changed_in_the_second_window_is_not_lost(windows: tuple[Visitor, Visitor, str]) -> None:
    first, second, draft = windows
    second.opens(f"{draft}/4")
    first.sends(f"{draft}/check", {"urgency": "next_days"})
    page = second.presses(f"{draft}/4", {"risk": "And the father is back"}, expect=409)
    assert "This concern has been sent already" in page
    assert "And the father is back" in page
    assert "Waiting for Northtown Hospitals to reply" in page


def test_nobody_else_learns_what_became_of_a_draft(
    windows: tuple[Visitor, Visitor, str], visit: Visit
) -> None:
    first, _, draft = windows
    first.sends(f"{draft}/check", {"urgency": "next_days"})
    for name in ("sam.okafor", "priya.nair"):
        other = visit(name)
        other.opens(f"{draft}/check", expect=404)
        other.opens("/account")
        other.presses(f"{draft}/check", {"urgency": "next_days"}, expect=404)


def test_a_draft_that_was_thrown_away_leads_nowhere(windows: tuple[Visitor, Visitor, str]) -> None:
    first, second, draft = windows
    first.opens(f"{draft}/check")
    first.presses(f"{draft}/discard", {})
    second.presses(f"{draft}/check", {"urgency": "next_days"}, expect=404)


# ------------------------------------------------------------------------------ forms of others


def test_a_form_that_is_not_mine_says_so_before_anything_is_typed(visit: Visit) -> None:
    case = raise_concern(visit("amara.lewis"))
    refused = {"amara.lewis": "position", "sam.okafor": "view", "priya.nair": "withdraw"}
    for name, form in refused.items():
        page = visit(name).opens(f"{case}/{form}", expect=409)
        assert "This is for somebody else in this case to do, or not at this stage." in page
        assert "The case now: <strong>Waiting for Northtown Hospitals to reply</strong>" in page
        assert "<form class=" not in page
    assert "The other side has not proposed" in visit("amara.lewis").opens(f"{case}/agree_settlement", 409)
    assert "What is your position?" in visit("sam.okafor").opens(f"{case}/position")


def test_what_was_typed_before_signing_in_again_is_not_lost_when_the_form_is_no_longer_mine(
    visit: Visit,
) -> None:
    gp, manager = visit("amara.lewis"), visit("sam.okafor")
    case = raise_concern(gp)
    manager.opens(f"{case}/position")
    manager.client.delete_cookie("session")
    manager.presses(f"{case}/position", {"choice": "keep_decision", "reasons": "Typed before the end"})
    gp.sends_checked(f"{case}/withdraw", {"reasons": "It is solved", "freely": "yes"})
    manager.sends(manager.path, {"email": "sam.okafor@demo.invalid", "password": PASSWORD}, expect=409)
    assert manager.page is not None
    assert "This case is closed. If somebody may still be at risk" in manager.page.text
    assert "Typed before the end" in manager.page.text


def test_a_form_that_is_sent_after_the_case_moved_on_keeps_the_text_and_shows_no_check_page(
    visit: Visit,
) -> None:
    gp, manager = visit("amara.lewis"), visit("sam.okafor")
    case = raise_concern(gp)
    manager.opens(f"{case}/position")
    gp.sends_checked(f"{case}/withdraw", {"reasons": "It is solved", "freely": "yes"})
    late = {"choice": "keep_decision", "reasons": "Too late", "would_change_mind": "x"}
    page = manager.presses(f"{case}/position", late, expect=409)
    assert "Too late" in page
    assert "Check before sending" not in page
