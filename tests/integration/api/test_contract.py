"""The API keeps what its own description promises, whatever is sent (Schemathesis, in process)."""

import secrets
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from tests.integration.api.conftest import Northtown
from workflows.vocabulary import FURTHER

PROMISES = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]
FEW = settings(
    max_examples=25,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
OPERATIONS = {
    "GET /api/v1/partnerships",
    "GET /api/v1/partnerships/{public_id}/agencies",
    "POST /api/v1/concerns",
    "GET /api/v1/cases",
    "GET /api/v1/cases/{public_id}",
    "POST /api/v1/cases/{public_id}/moves",
}


def _description(northtown: Northtown) -> Any:
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", northtown.app)


def test_the_description_is_openapi_3_1_and_names_every_operation(northtown: Northtown) -> None:
    described = _description(northtown)
    assert described.raw_schema["openapi"] == "3.1.0"
    found = {operation.ok().label for operation in described.get_all_operations()}
    assert found == OPERATIONS


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda m: m.value)
def test_operations_answer_as_described(northtown: Northtown, mode: GenerationMode) -> None:
    case, right = northtown.raised(), northtown.concern()
    for operation in (found.ok() for found in _description(northtown).get_all_operations()):
        _Asked(northtown, operation, mode, case, right).ask()


@dataclass
class _Asked:
    """One operation, sent whatever Hypothesis finds: as described, or wrong in some way."""

    northtown: Northtown
    operation: Any
    mode: GenerationMode
    case: dict[str, Any]
    right: dict[str, Any]
    statuses: set[int] = field(default_factory=set)

    def ask(self) -> None:
        """Sends many, and holds each answer against the description. What is right gets through."""
        if self.mode is GenerationMode.NEGATIVE and self.operation.method == "get":
            return  # a GET takes an id and nothing else; whatever stands there is one
        sending = given(self.operation.as_strategy(generation_mode=self.mode))(self._send)
        FEW(sending)()
        if self.mode is GenerationMode.POSITIVE:
            assert self.statuses & {200, 201, 409}, self.statuses

    def _send(self, sent: Any) -> None:
        self._with_places_that_exist(sent)
        caller = self.northtown["amara.lewis"]
        cookie = caller.client.get_cookie("session")
        assert cookie is not None
        ours = {"X-CSRFToken": caller.token, "Idempotency-Key": secrets.token_urlsafe(12)}
        answer = sent.call(
            headers=ours if self.operation.method == "post" else {}, cookies={"session": cookie.value}
        )
        self.statuses.add(answer.status_code)
        sent.validate_response(answer, checks=PROMISES)

    def _with_places_that_exist(self, sent: Any) -> None:
        """A made-up id is never one of ours, and nothing behind it would be reached."""
        if "public_id" in (sent.path_parameters or {}):
            known = self.case["public_id"] if "/cases" in self.operation.path else self.right["partnership"]
            sent.path_parameters["public_id"] = known
        if self.mode is GenerationMode.POSITIVE and isinstance(sent.body, dict):
            known = {name: self.right[name] for name in ("partnership", "agency") if name in sent.body}
            sent.body.update(known)
            # The procedure in force asks for no form and has no place for another agency.
            for name in [n for n in sent.body if "/" in n or n in FURTHER]:
                del sent.body[name]
