"""A second sending changes nothing: the same key gives the same answer, whatever went wrong on the way."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.integration.api.conftest import Northtown

KEY = "the-first-and-only-key"


def test_a_concern_sent_twice_is_one_case(northtown: Northtown) -> None:
    gp, body = northtown["amara.lewis"], northtown.concern()
    first = gp.post("/concerns", body, key=KEY)
    with northtown.unchanged():
        second = gp.post("/concerns", body, key=KEY)
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.get_json()["public_id"] == first.get_json()["public_id"]
    assert second.headers["Location"] == first.headers["Location"]


def test_two_sendings_at_the_same_moment_are_one_case(northtown: Northtown) -> None:
    gp, body = northtown["amara.lewis"], northtown.concern()
    cookie = gp.client.get_cookie("session")
    assert cookie is not None

    def send(_: int) -> Any:
        headers = {"X-CSRFToken": gp.token, "Idempotency-Key": KEY, "Cookie": f"session={cookie.value}"}
        other = northtown.app.test_client(use_cookies=False)
        return other.post("/api/v1/concerns", json=body, headers=headers).get_json()

    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(send, range(4)))
    assert len({case["public_id"] for case in sent}) == 1
    assert len(gp.get("/cases").get_json()["waiting_for_others"]) == 1


def test_the_same_key_with_another_body_is_refused(northtown: Northtown) -> None:
    gp, body = northtown["amara.lewis"], northtown.concern()
    gp.post("/concerns", body, key=KEY)
    with northtown.unchanged():
        other = gp.post("/concerns", {**body, "request": "Something else"}, key=KEY)
    assert other.status_code == 409
    assert other.get_json()["code"] == "sent_before"


def test_two_people_may_use_the_same_key(northtown: Northtown) -> None:
    body = northtown.concern()
    answers = [northtown[who].post("/concerns", body, key=KEY) for who in ("amara.lewis", "nadia.khan")]
    assert [a.status_code for a in answers] == [201, 201]
    assert answers[0].get_json()["public_id"] != answers[1].get_json()["public_id"]


def test_a_move_sent_twice_is_one_move(northtown: Northtown) -> None:
    lead, case = northtown["priya.nair"], northtown.raised()
    body = {"trigger": "support", "seen_version": lead.reads(case)["version"], "reasons": "I agree"}
    address = f"/cases/{case['public_id']}/moves"
    first = lead.post(address, body, key=KEY)
    with northtown.unchanged():
        second = lead.post(address, body, key=KEY)
    assert (first.status_code, second.status_code) == (200, 200)
    assert second.get_json()["version"] == first.get_json()["version"]


def test_a_move_that_is_not_possible_any_more_says_why_and_what_the_case_is_now(northtown: Northtown) -> None:
    lead, case = northtown["priya.nair"], northtown.raised()
    seen = lead.reads(case)
    assert lead.move(seen, "support").status_code == 200
    with northtown.unchanged():
        answer = lead.move(seen, "support")
    problem = answer.get_json()
    assert answer.status_code == 409
    assert answer.content_type == "application/problem+json"
    assert problem["code"] == "already_given"
    assert problem["detail"].startswith("Your view is on record already")
    assert problem["case"]["lead_view"] == "supports"


def test_what_happened_while_somebody_wrote_is_shown_before_it_is_overruled(northtown: Northtown) -> None:
    gp, manager = northtown["amara.lewis"], northtown["sam.okafor"]
    seen = northtown.raised()
    assert manager.move(manager.reads(seen), "change_decision", reasons="New facts").status_code == 200
    with northtown.unchanged():
        answer = gp.move(seen, "escalate", reasons="Nobody answers")
    assert answer.status_code == 409
    assert answer.get_json()["code"] == "moved_on"
    assert answer.get_json()["case"]["position"] == "changed"


def test_without_a_usable_key_nothing_is_done(northtown: Northtown, subtests: pytest.Subtests) -> None:
    gp, body = northtown["amara.lewis"], northtown.concern()
    for key in ("", "short", "x" * 65, "with space in it", "naïve-key-1"):
        headers = {"X-CSRFToken": gp.token, "Idempotency-Key": key}
        with subtests.test(key), northtown.unchanged():
            answer = gp.client.post("/api/v1/concerns", json=body, headers=headers)
            assert answer.status_code == 422
            assert list(answer.get_json()["errors"]) == ["Idempotency-Key"]
