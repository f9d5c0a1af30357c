"""Northtown at its edges: a GP with a browser who has raised a concern, and what the database holds of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from escalation.services import cases, concerns, places
from escalation.services.submissions import new_key
from escalation.services.views import CaseView
from tests.support import beyond, northtown
from tests.support.movable_clock import MovableClock
from tests.support.pages import hidden_fields
from tests.support.signed_in import let_in
from workflows import commands as c

MONDAY = datetime(2027, 3, 1, 10, 0, tzinfo=UTC)
"""A week without a bank holiday lies ahead, and the clocks do not change in it."""


@dataclass
class Visitor:
    """Somebody with a browser that runs no script."""

    client: FlaskClient
    hidden: dict[str, str] = field(default_factory=dict)

    def opens(self, path: str) -> TestResponse:
        """Asks for a page, and keeps the hidden fields of its forms."""
        page = self.client.get(path, follow_redirects=True)
        self.hidden = hidden_fields(page.text)
        return page

    def sends(self, path: str, answers: Mapping[str, str]) -> TestResponse:
        """Sends the form of the page at `path` as it is now."""
        self.opens(path)
        return self.client.post(path, data={**self.hidden, **answers}, follow_redirects=True)


@dataclass
class Town:
    """Northtown and its GP, who has raised a concern and has a browser."""

    app: Flask
    clock: MovableClock
    partnership: str
    gp: int
    case: str
    visitor: Visitor

    def seen(self) -> CaseView:
        """The case as its raiser sees it now."""
        with self.app.app_context():
            return cases.as_seen(self.case, self.gp)

    def count(self, table: str) -> int:
        """How many rows a table has."""
        with self.app.app_context(), beyond.engine().connect() as connection:
            return int(connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one())


def a_concern(asker: int, partnership: str, follows: str | None = None) -> concerns.NewConcern:
    """A concern about the hospital of a partnership."""
    choices = places.agencies_to_challenge(asker, partnership)
    to = next(a.public_id for a in choices if a.kind == "hospital")
    command = c.RaiseConcern(person_reference="T", decision="d", risk="r", request="q")
    return concerns.NewConcern(partnership, to, "doctor", command, follows=follows)


@pytest.fixture
def town(app: Flask, clock: MovableClock) -> Town:
    with app.app_context():
        partnership = northtown.lay_out()
        gp = northtown.accounts()["amara.lewis"]
        clock.move(to=MONDAY)
        case = concerns.raise_concern(gp, a_concern(gp, partnership), new_key()).public_id
    visitor = Visitor(app.test_client())
    let_in(app, visitor.client, "amara.lewis@demo.invalid")
    return Town(app, clock, partnership, gp, case, visitor)
