"""Before a decision somebody proves anew that it is them, and nothing that was typed is lost."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from tests.acceptance.conftest import Visit, Visitor
from tests.acceptance.raised import raise_concern
from tests.acceptance.test_second_factor import makes_recovery_codes, sets_up_an_app
from tests.support.northtown import PASSWORD
from tests.support.pages import hidden_fields
from tests.support.sessions import codes_of_earlier, proved_earlier

TYPED = "We did not know this, and look again."


@contextmanager
def the_same_session(app: Flask, visitor: Visitor) -> Iterator[None]:
    """A new token, and the old one opens nothing any more."""
    before = visitor.client.get_cookie("session")
    assert before
    yield
    after = visitor.client.get_cookie("session")
    assert after
    assert after.value != before.value
    thief = app.test_client()
    thief.set_cookie("session", before.value)
    assert thief.get("/work").status_code == 302


def test_a_decision_is_asked_for_anew_and_the_text_is_there_again(app: Flask, visit: Visit) -> None:
    case = raise_concern(visit("amara.lewis"))
    manager = visit("sam.okafor")
    manager.opens(f"{case}/position")
    proved_earlier(app, 16)
    asked = manager.presses(f"{case}/position", {"choice": "change_decision", "reasons": TYPED})
    assert "Show that it is you" in asked
    assert "Your password" in asked
    assert "This is not your password" in manager.presses("/prove", {"password": "another"}, expect=422)
    with the_same_session(app, manager):
        back = manager.presses("/prove", {"password": PASSWORD})
    assert manager.path == f"{case}/position"
    assert TYPED in back
    assert 'value="change_decision" checked' in back
    answers = {"choice": "change_decision", "reasons": TYPED}
    manager.sends_checked(f"{case}/position", answers)
    assert TYPED in manager.opens(case)


def test_between_check_and_send_it_is_asked_for_too(app: Flask, visit: Visit) -> None:
    case = raise_concern(visit("amara.lewis"))
    manager = visit("sam.okafor")
    answers = {"choice": "change_decision", "reasons": TYPED}
    assert "Check before sending" in manager.sends(f"{case}/position", answers)
    proved_earlier(app, 16)
    assert "Show that it is you" in manager.presses(f"{case}/position", {**answers, "confirm": "1"})
    assert TYPED in manager.presses("/prove", {"password": PASSWORD})
    assert TYPED not in manager.opens(case), "nothing was sent yet"


def test_what_can_be_taken_back_is_not_asked_for_anew(app: Flask, visit: Visit) -> None:
    gp = visit("amara.lewis")
    case = raise_concern(gp)
    proved_earlier(app, 600)
    assert "told" in gp.sends(f"{case}/say_safety", {"safety": "With the aunt."}) or gp.path == case
    manager = visit("sam.okafor")
    proved_earlier(app, 600)
    manager.opens(f"{case}/position")
    assert manager.path == f"{case}/position", "to look at the form is no decision"


def test_whoever_has_an_app_proves_it_with_a_code_and_not_with_a_password(app: Flask, visit: Visit) -> None:
    case = raise_concern(visit("amara.lewis"))
    manager = visit("sam.okafor")
    authenticator = sets_up_an_app(manager)
    codes_of_earlier(app)
    authenticator.used.clear()
    manager.opens(f"{case}/position")
    proved_earlier(app, 16)
    asked = manager.presses(f"{case}/position", {"choice": "change_decision", "reasons": TYPED})
    assert "The 6-digit code" in asked
    assert "Your password" not in asked
    manager.presses("/prove", {"password": PASSWORD}, expect=422)
    code = authenticator.code()
    assert TYPED in manager.presses("/prove", {"code": code})
    proved_earlier(app, 16)
    manager.opens("/account/recovery-codes")
    assert "was used before" in manager.presses("/prove", {"code": code}, expect=422)


def test_five_wrong_ones_and_it_is_time_to_wait(app: Flask, visit: Visit) -> None:
    manager = visit("sam.okafor")
    manager.opens("/prove")
    for _ in range(5):
        manager.presses("/prove", {"password": "another"}, expect=422)
    page = manager.presses("/prove", {"password": PASSWORD}, expect=429)
    assert "That was tried too often" in page
    assert manager.page is not None
    assert 1 <= int(manager.page.headers["Retry-After"]) <= 30


def test_the_page_leads_back_into_the_service_and_nowhere_else(app: Flask, visit: Visit) -> None:
    manager = visit("sam.okafor")
    assert manager.client.get("/prove?next=https://elsewhere.invalid").status_code == 400
    manager.opens("/prove?next=/account/sessions")
    manager.presses("/prove", {"password": PASSWORD})
    assert manager.path == "/account/sessions"


def test_recovery_codes_are_no_way_to_prove_it_anew(app: Flask, visit: Visit) -> None:
    manager = visit("sam.okafor")
    sets_up_an_app(manager)
    code = makes_recovery_codes(manager)[0]
    manager.opens("/prove")
    manager.presses("/prove", {"code": code}, expect=422)


def test_a_machine_is_told_to_prove_it_on_a_page(app: Flask, visit: Visit) -> None:
    case = raise_concern(visit("amara.lewis")).rsplit("/", 1)[1]
    manager = visit("sam.okafor")
    token = hidden_fields(manager.opens("/account"))["csrf_token"]
    move = {"trigger": "change_decision", "seen_version": 1, "reasons": TYPED}
    headers = {"X-CSRFToken": token, "Idempotency-Key": "a-key-of-mine"}

    def decides() -> int:
        return manager.client.post(f"/api/v1/cases/{case}/moves", json=move, headers=headers).status_code

    proved_earlier(app, 16)
    assert decides() == 403
    manager.opens("/prove")
    manager.presses("/prove", {"password": PASSWORD})
    assert decides() != 403
