"""Northtown and its people at the door for people: pages are asked for, forms are filled in and sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.northtown import lay_out
from tests.support.pages import hidden_fields
from tests.support.signed_in import let_in

Visit = Callable[[str], "Visitor"]


@dataclass
class Visitor:
    """Somebody with a browser that runs no script."""

    client: FlaskClient
    page: TestResponse | None = field(default=None)
    name: str = ""
    """Who has signed in there, if anybody has: the address before the @."""

    def opens(self, path: str, expect: int = 200) -> str:
        """Asks for a page and follows where it leads; gives the HTML."""
        self.page = self.client.get(path, follow_redirects=True)
        assert self.page.status_code == expect, self.page.text
        return self.page.text

    def sends(self, path: str, answers: Mapping[str, str], expect: int = 200) -> str:
        """Fills in the form on the page at `path` with its hidden fields, and sends it."""
        if self.page is None or self.page.request.path != path:
            self.opens(path)
        return self.presses(path, answers, expect)

    def presses(self, path: str, answers: Mapping[str, str], expect: int = 200) -> str:
        """Presses a button on the page that is open which sends to `path`."""
        assert self.page is not None
        data = {**hidden_fields(self.page.text), **answers}
        self.page = self.client.post(path, data=data, follow_redirects=True)
        assert self.page.status_code == expect, self.page.text
        return self.page.text

    @property
    def path(self) -> str:
        """Where the visitor is."""
        assert self.page is not None
        return self.page.request.path

    def sends_checked(self, path: str, answers: Mapping[str, str], expect: int = 200) -> str:
        """Fills in a form that shows the answers once more, and confirms."""
        shown = self.sends(path, answers)
        assert "Check before sending" in shown, shown
        return self.sends(path, {**answers, "confirm": "1"}, expect)


@pytest.fixture
def northtown(app: Flask) -> str:
    """The partnership with its people, all with one password; gives its public id."""
    with app.app_context():
        return lay_out()


@pytest.fixture
def visit(app: Flask, northtown: str) -> Visit:
    """Gives the browser of somebody who is signed in."""

    def signed_in(name: str) -> Visitor:
        visitor = Visitor(app.test_client(), name=name)
        let_in(app, visitor.client, f"{name}@demo.invalid")
        return visitor

    return signed_in
