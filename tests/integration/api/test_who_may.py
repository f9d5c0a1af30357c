"""Who is let in, what strangers see, and that every way in stands in the policy table."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from escalation.api.policy import POLICY, Policy, policy_of
from tests.integration.api.conftest import Caller, Northtown
from tests.support import beyond

OURS = ("api.", "api-docs.", "health.")
READING = ("/partnerships", "/partnerships/x/agencies", "/cases", "/cases/x")


def _rules(app: Flask) -> set[tuple[str, str]]:
    return {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith(OURS)
        for method in rule.methods or ()
    }


def test_every_rule_and_method_has_a_policy_and_every_policy_a_rule(app: Flask) -> None:
    ours = {(e, m) for e, m in _rules(app) if m not in ("HEAD", "OPTIONS")}
    assert ours == {(endpoint, method) for endpoint, methods in POLICY.items() for method in methods}
    assert all(policy_of(*way) is not None for way in _rules(app))


def test_what_the_table_does_not_name_is_closed() -> None:
    assert policy_of("api.not_thought_of", "GET") is None
    assert policy_of("api.read_case", "DELETE") is None


def test_only_health_and_the_description_are_open_to_everybody() -> None:
    public = {e for e, methods in POLICY.items() if Policy.PUBLIC in methods.values()}
    assert public == {"health.alive", "health.deep", "api-docs.openapi_json"}


def test_nobody_reads_or_changes_anything_without_signing_in(
    client: FlaskClient, subtests: pytest.Subtests
) -> None:
    reading = [("GET", path) for path in READING]
    for method, path in (*reading, ("POST", "/concerns"), ("POST", "/cases/x/moves")):
        with subtests.test(f"{method} {path}"):
            answer = client.open(f"/api/v1{path}", method=method, json={} if method == "POST" else None)
            assert answer.status_code == 401
            assert answer.get_json()["type"] == "urn:escalation:problem:not-signed-in"


def test_a_change_needs_the_token_of_the_session(northtown: Northtown) -> None:
    gp, body = northtown["amara.lewis"], northtown.concern()
    wrong = Caller(gp.client, token="of somebody else")
    with northtown.unchanged():
        answer = wrong.post("/concerns", body)
    assert answer.status_code == 400
    assert answer.get_json()["type"] == "urn:escalation:problem:csrf"


def test_whoever_signs_out_is_out(northtown: Northtown) -> None:
    gp = northtown["amara.lewis"]
    assert gp.get("/cases").status_code == 200
    gp.client.post("/sign-out", headers={"X-CSRFToken": gp.token})
    assert gp.get("/cases").status_code == 401


def test_an_account_that_was_closed_is_out_at_once(northtown: Northtown) -> None:
    gp = northtown["amara.lewis"]
    with northtown.app.app_context(), beyond.engine().begin() as connection:
        connection.execute(text("UPDATE account SET active = false WHERE email = 'amara.lewis@demo.invalid'"))
    assert gp.get("/cases").status_code == 401


def test_a_foreign_case_and_one_that_is_not_there_look_the_same(northtown: Northtown) -> None:
    case, stranger = northtown.raised(), northtown["leah.brooks"]
    body = {"trigger": "support", "seen_version": 1}
    assert stranger.get("/cases").status_code == 200, "a session that has settled"
    for answers in (
        [stranger.get(f"/cases/{which}") for which in (case["public_id"], "A" * 22)],
        [stranger.post(f"/cases/{which}/moves", body) for which in (case["public_id"], "A" * 22)],
    ):
        assert [a.status_code for a in answers] == [404, 404]
        assert answers[0].data == answers[1].data
        assert dict(answers[0].headers).keys() == dict(answers[1].headers).keys()


def test_the_stranger_of_a_case_has_it_in_no_list(northtown: Northtown) -> None:
    northtown.raised()
    work = northtown["leah.brooks"].get("/cases").get_json()
    assert not work["waiting_for_me"] + work["waiting_for_others"] + work["finished"]


def test_agencies_of_a_foreign_partnership_are_not_there(northtown: Northtown) -> None:
    assert northtown["amara.lewis"].get("/partnerships/not-mine/agencies").status_code == 404


def test_the_board_office_raises_no_concern(northtown: Northtown) -> None:
    with northtown.unchanged():
        answer = northtown["kate.rowan"].post("/concerns", northtown.concern())
    assert answer.status_code == 422
    assert list(answer.get_json()["errors"]) == ["partnership"]


def test_a_move_of_somebody_else_is_refused_in_words(northtown: Northtown) -> None:
    case, gp = northtown.raised(), northtown["amara.lewis"]
    with northtown.unchanged():
        answer = gp.move(case, "keep_decision", reasons="mine", would_change_mind="nothing")
    assert answer.status_code == 409
    assert answer.get_json()["code"] == "not_yours"


def test_reading_changes_nothing(northtown: Northtown) -> None:
    case = northtown.raised()
    with northtown.unchanged():
        for path in ("/partnerships", "/cases", f"/cases/{case['public_id']}", "/openapi.json"):
            assert northtown["sam.okafor"].get(path).status_code == 200
            assert northtown["sam.okafor"].client.head(f"/api/v1{path}").status_code == 200


def test_an_address_that_leads_nowhere_is_a_problem_document(
    client: FlaskClient, subtests: pytest.Subtests
) -> None:
    for path in ("/api", "/api/", "/api/v1/nothing", "/api/v2/cases"):
        with subtests.test(path):
            answer = client.get(path)
            assert answer.status_code == 404
            assert answer.content_type == "application/problem+json"


def test_a_method_that_is_not_taken_says_which_are(client: FlaskClient, subtests: pytest.Subtests) -> None:
    for method in ("PUT", "PATCH", "DELETE", "POST"):
        with subtests.test(method):
            answer = client.open("/api/v1/cases", method=method)
            assert answer.status_code == 405
            assert answer.content_type == "application/problem+json"
            assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_pages_keep_their_own_errors(client: FlaskClient) -> None:
    answer = client.get("/nothing-here")
    assert answer.status_code == 404
    assert answer.mimetype == "text/html"


def test_a_fault_of_ours_is_a_problem_document_without_its_cause(
    northtown: Northtown, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(_: int) -> None:
        raise RuntimeError("zebra-canary")

    monkeypatch.setattr("escalation.services.work.my_work", break_down)
    answer = northtown["amara.lewis"].get("/cases")
    assert answer.status_code == 500
    assert answer.content_type == "application/problem+json"
    assert "zebra" not in answer.text
