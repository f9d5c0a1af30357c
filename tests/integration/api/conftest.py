"""Northtown and its people at the door for machines."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from escalation.services import lapses
from tests.support import beyond
from tests.support.northtown import lay_out
from tests.support.pages import hidden_fields
from tests.support.signed_in import let_in

_keys = itertools.count(1)


@dataclass
class Caller:
    """Somebody's machine: a client with a session, which sends the session's token by itself."""

    client: FlaskClient
    token: str = ""

    def get(self, path: str) -> TestResponse:
        """GET of an address under /api/v1."""
        return self.client.get(f"/api/v1{path}")

    def post(self, path: str, body: Any, *, key: str | None = None) -> TestResponse:
        """POST of JSON to an address under /api/v1, with a fresh key unless one is given."""
        headers = {"X-CSRFToken": self.token, "Idempotency-Key": key or f"key-of-a-test-{next(_keys)}"}
        return self.client.post(f"/api/v1{path}", json=body, headers=headers)

    def move(self, case: dict[str, Any], trigger: str, **answers: Any) -> TestResponse:
        """Makes a move on a case as this person has read it."""
        body = {"trigger": trigger, "seen_version": case["version"], **answers}
        return self.post(f"/cases/{case['public_id']}/moves", body)

    def reads(self, case: dict[str, Any]) -> dict[str, Any]:
        """The case as this person sees it now."""
        answer = self.get(f"/cases/{case['public_id']}")
        assert answer.status_code == 200, answer.text
        return answer.get_json()

    def sign_in(self, address: str) -> None:
        """Gets past the page to sign in, and keeps the token of the session."""
        let_in(self.client.application, self.client, address)
        self.token = hidden_fields(self.client.get("/account").text)["csrf_token"]


@dataclass
class Northtown:
    """The invented partnership: who calls, and what a concern of its GP says."""

    app: Flask
    partnership: str
    _callers: dict[str, Caller] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Caller:
        """The machine of a person, signed in; `amara.lewis` is the GP."""
        if name not in self._callers:
            caller = Caller(self.app.test_client())
            caller.sign_in(f"{name}@demo.invalid")
            self._callers[name] = caller
        return self._callers[name]

    def concern(self, **other: Any) -> dict[str, Any]:
        """The body of a concern about a decision of the hospital."""
        agencies = self["amara.lewis"].get(f"/partnerships/{self.partnership}/agencies").get_json()
        hospital = next(a["public_id"] for a in agencies if a["name"] == "Northtown Hospitals")
        return {
            "partnership": self.partnership,
            "agency": hospital,
            "role": "doctor",
            "person_reference": "TOD-17",
            "decision": "The injury was called accidental",
            "risk": "An elder sibling has told school three times",
            "request": "A second opinion from another hospital",
            **other,
        }

    def raised(self) -> dict[str, Any]:
        """A concern that the GP has raised, as she sees it."""
        answer = self["amara.lewis"].post("/concerns", self.concern())
        assert answer.status_code == 201, answer.text
        return answer.get_json()

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Nothing that happens in the block may be kept: no case, event, mail, text or key."""
        before = self._kept()
        yield
        assert self._kept() == before

    def _kept(self) -> dict[str, int]:
        tables = ("case", "event", "statement", "outbox", "deadline", "submission", "proposal", "draft")
        with self.app.app_context(), beyond.engine().connect() as connection:
            return {t: connection.execute(text(f'SELECT count(*) FROM "{t}"')).scalar_one() for t in tables}


@pytest.fixture
def northtown(app: Flask) -> Northtown:
    """The partnership of the demo, without its history; everybody has the same password."""
    with app.app_context():
        return Northtown(app, lay_out())


@pytest.fixture
def time_runs_out(app: Flask, clock: Any) -> Callable[[dict[str, Any]], None]:
    """Moves the clock just past the deadline that a case waits for, and lets the sweep run."""

    def run_out(case: dict[str, Any]) -> None:
        clock.move(to=datetime.fromisoformat(case["main"]["due"]), seconds=1)
        with app.app_context():
            lapses.lapse_overdue()

    return run_out
