"""Somebody or nobody at the door: the database is asked the same, so that no time tells who works here.

The times themselves are compared by `python -m benchmarks.sign_in`.
"""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from escalation.extensions import db
from tests.integration.web.conftest import Visitor
from tests.support import northtown


@pytest.fixture
def asked(app: Flask) -> list[str]:
    """The first words of what the database is asked."""
    statements: list[str] = []

    def noted(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(" ".join(statement.replace('"', "").split()[:3]))

    with app.app_context():
        northtown.lay_out()
        event.listen(db.engine, "before_cursor_execute", noted)
    return statements


def asked_for(app: Flask, asked: list[str], path: str, address: str) -> list[str]:
    """What is asked when a form goes in for an address, for the second time: what is new once is past."""
    visitor = Visitor(app.test_client())
    for _ in range(2):
        visitor.opens(path)
        asked.clear()
        visitor.client.post(path, data={**visitor.hidden, "email": address, "password": "guessed wrongly"})
    return list(asked)


@pytest.mark.parametrize("path", ["/sign-in", "/password/reset"])
def test_as_much_is_asked_for_nobody_as_for_somebody(app: Flask, asked: list[str], path: str) -> None:
    somebody = asked_for(app, asked, path, "amara.lewis@demo.invalid")
    nobody = asked_for(app, asked, path, "nobody@demo.invalid")
    assert len(somebody) == len(nobody) > 20
    written = [[s for s in one if s.startswith(("INSERT", "UPDATE"))] for one in (somebody, nobody)]
    written[0] = [s for s in written[0] if s != "INSERT INTO outbox"]
    assert written[0] == written[1], "a mail, where there is somebody to read it, is all that differs"
