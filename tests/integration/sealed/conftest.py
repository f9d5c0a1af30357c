"""A town whose texts are sealed: what its people wrote, what the database holds of it, and who meddles with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, text

from escalation.app import create_app
from escalation.config import Settings
from escalation.extensions import db
from escalation.services import cases, concerns, drafts, moves
from escalation.services.submissions import new_key
from escalation.services.views import CaseView
from tests.support import beyond, northtown
from workflows import commands as c

WRITTEN = {
    "person_reference": "TOD-17",
    "decision": "The injury was called accidental",
    "risk": "A sibling has told school three times",
    "request": "A second opinion",
}


@dataclass
class Town:
    """Northtown with a GP and a clinical lead, and what somebody does behind the back of the service."""

    app: Flask
    settings: Settings
    partnership: str
    gp: int
    lead: int

    def raises(self, **other: str) -> str:
        """A new concern of the GP's; gives the case's public id."""
        with self.app.app_context():
            plain = northtown.concern_to_hospital(self.gp, self.partnership)
            new = replace(plain, command=c.RaiseConcern(**{**WRITTEN, **other}))
            return concerns.raise_concern(self.gp, new, new_key()).public_id

    def answers(self, case: str, reasons: str) -> None:
        """The clinical lead keeps the decision, with reasons."""
        with self.app.app_context():
            kept = c.KeepDecision(reasons=reasons, would_change_mind="A second scan")
            moves.make_move(case, self.lead, kept, new_key())

    def seen(self, case: str, app: Flask | None = None) -> CaseView:
        """The case as the GP sees it."""
        with (app or self.app).app_context():
            return cases.open_case(case, self.gp)

    def begins(self, words: str) -> str:
        """A draft of the GP's with some words in it; gives its public id."""
        with self.app.app_context():
            draft = drafts.start(self.gp, self.partnership).public_id
            drafts.save(self.gp, draft, {"risk": words})
            return draft

    def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        """What the database says."""
        with self.app.app_context(), beyond.engine().connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), values)]

    def meddles(self, statement: str, **values: Any) -> int:
        """Changes the database as whoever owns it can, with every guard rail taken down."""
        with self.behind() as connection:
            return connection.execute(text(statement), values).rowcount

    @contextmanager
    def behind(self) -> Iterator[Connection]:
        """A connection of somebody who can do anything to the database."""
        with self.app.app_context(), beyond.engine().begin() as connection:
            if connection.dialect.name == "postgresql":
                for table in ("statement", "read_log"):
                    connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER not_changed"))
            yield connection
            if connection.dialect.name == "postgresql":
                for table in ("statement", "read_log"):
                    connection.execute(text(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER not_changed"))

    @contextmanager
    def with_other_keys(self, *keys: str) -> Iterator[Flask]:
        """The service with other keys than those with which was sealed, as if the start had let it."""
        app = create_app(replace(self.settings, keys=keys), migrating=True)
        with app.app_context():
            try:
                yield app
            finally:
                db.engine.dispose()


@pytest.fixture
def town(app: Flask, settings: Settings) -> Town:
    with app.app_context():
        partnership = northtown.lay_out(shut=True)
        people = northtown.accounts()
    return Town(app, settings, partnership, people["amara.lewis"], people["sam.okafor"])
