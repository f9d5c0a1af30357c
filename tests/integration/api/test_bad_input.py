"""Whatever is sent, the answer names the field and nothing is kept."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.integration.api.conftest import Northtown

LONG = "x" * 100_000


WRONG_ANSWERS: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"risk": None}, "risk", "Enter why this might leave someone at risk"),
    ({"risk": " \r\n "}, "risk", "Enter why this might leave someone at risk"),
    ({"decision": "before\x00after"}, "decision", "must not hold characters that cannot be shown"),
    ({"request": LONG}, "request", "must be 1,000 characters or fewer"),
    ({"request": ["a", "list"]}, "request", "must be text"),
    ({"role": "wizard"}, "role", "Select a role, or not sure"),
    ({"role": ["doctor"]}, "role", "Select a role, or not sure"),
    ({"urgency": 7}, "urgency", "Select how soon something may happen"),
    ({"person_reference": "999 000 0018"}, "person_reference", "not an NHS number"),
    ({"agency": "of-nowhere"}, "agency", "Name an agency of this partnership"),
    ({"partnership": "of-nowhere"}, "partnership", "Name a partnership"),
    ({"partnership": {"a": 1}}, "partnership", "Name a partnership"),
    ({"surprise": "a field nobody knows"}, "surprise", "Unknown field"),
)


def test_a_concern_with_a_wrong_answer_names_the_field(
    northtown: Northtown, subtests: pytest.Subtests
) -> None:
    right = northtown.concern()
    for wrong, field, words in WRONG_ANSWERS:
        with subtests.test(str(wrong)[:60]), northtown.unchanged():
            answer = northtown["amara.lewis"].post("/concerns", right | wrong)
            assert answer.status_code == 422, answer.text
            assert answer.content_type == "application/problem+json"
            assert list(answer.get_json()["errors"]) == [field]
            assert words in answer.get_json()["errors"][field][0]


WRONG_MOVES: tuple[tuple[dict[str, Any], str], ...] = (
    ({"trigger": "raise"}, "trigger"),
    ({"trigger": "time_out"}, "trigger"),
    ({"trigger": ["escalate"]}, "trigger"),
    ({}, "trigger"),
    ({"trigger": "support"}, "seen_version"),
    ({"trigger": "support", "seen_version": True}, "seen_version"),
    ({"trigger": "support", "seen_version": "1"}, "seen_version"),
    ({"trigger": "support", "seen_version": -1}, "seen_version"),
    ({"trigger": "support", "seen_version": 10**30}, "seen_version"),
    ({"trigger": "support", "seen_version": 1, "reasons": LONG}, "reasons"),
    ({"trigger": "support", "seen_version": 1, "reasons": "a \x00 in it"}, "reasons"),
    ({"trigger": "decline_support", "seen_version": 1}, "reasons"),
    ({"trigger": "readdress", "seen_version": 1, "agency": "x", "reasons": "theirs"}, "agency"),
    ({"trigger": "support", "seen_version": 1, "account": 1}, "account"),
)


def test_a_move_with_a_wrong_answer_names_the_field(northtown: Northtown, subtests: pytest.Subtests) -> None:
    address = f"/cases/{northtown.raised()['public_id']}/moves"
    for body, field in WRONG_MOVES:
        with subtests.test(str(body)[:60]), northtown.unchanged():
            answer = northtown["priya.nair"].post(address, body)
            assert answer.status_code == 422, answer.text
            assert list(answer.get_json()["errors"]) == [field]


NOT_AN_OBJECT = (
    b"",
    b"{",
    b"[1, 2]",
    b"null",
    b'"text"',
    b"\xff\xfe",
    b'{"decision": "\\ud800"}',
    b'{"\\udfff": 1}',
    b"[" * 200_000,
    b'{"seen_version": ' + b"9" * 5_000 + b"}",
)


def test_what_is_not_a_json_object_cannot_be_read(northtown: Northtown, subtests: pytest.Subtests) -> None:
    for raw in NOT_AN_OBJECT:
        with subtests.test(repr(raw[:20])), northtown.unchanged():
            answer = _sent(northtown, raw, "application/json")
            assert answer.status_code == 400
            assert answer.get_json()["type"] == "urn:escalation:problem:bad-request"


def test_only_json_is_taken(northtown: Northtown, subtests: pytest.Subtests) -> None:
    for media in ("text/plain", "application/x-www-form-urlencoded", None):
        with subtests.test(str(media)), northtown.unchanged():
            answer = _sent(northtown, b"a=b", media)
            assert answer.status_code == 415
            assert answer.get_json()["type"] == "urn:escalation:problem:not-json"


def _sent(northtown: Northtown, raw: bytes, media: str | None) -> TestResponse:
    gp = northtown["amara.lewis"]
    headers = {"X-CSRFToken": gp.token, "Idempotency-Key": "a-key-that-is-good"}
    return gp.client.post("/api/v1/concerns", data=raw, headers=headers, content_type=media)


def test_a_request_of_a_megabyte_is_too_large(northtown: Northtown) -> None:
    body = northtown.concern(risk="x" * 1_000_000)
    with northtown.unchanged():
        answer = northtown["amara.lewis"].post("/concerns", body)
    assert answer.status_code == 413
    assert answer.get_json()["type"] == "urn:escalation:problem:too-large"


def test_an_address_that_cannot_be_one_is_not_found(northtown: Northtown, subtests: pytest.Subtests) -> None:
    for case in ("%00", "a%00b", "%ff", "..", "x" * 300, "%F0%9F%90%98", "%0a"):
        with subtests.test(case[:20]):
            answer = northtown["amara.lewis"].get(f"/cases/{case}")
            assert answer.status_code == 404
            assert answer.content_type == "application/problem+json"
