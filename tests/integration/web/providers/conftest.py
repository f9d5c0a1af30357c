"""Northtown, whose council says who people are: an issuer on a loopback port, and somebody with a browser."""

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from escalation.config import Settings
from escalation.extensions import db
from tests.support import northtown
from tests.support.issuer import Issuer, in_file, issuing
from tests.support.pages import hidden_fields

GP = "amara.lewis"
ADDRESS = f"{GP}@demo.invalid"
_THERE = re.compile(r'<a class="govuk-link" href="([^"]+)">Go there now')


@dataclass
class Browser:
    """Somebody's browser, which goes where pages and issuers send it."""

    app: Flask
    issuer: Issuer
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    def presses(self, path: str, on: str = "/sign-in", **answers: str) -> TestResponse:
        """Presses a button of the page `on`."""
        hidden = hidden_fields(self.client.get(on).text)
        return self.client.post(path, data={"csrf_token": hidden["csrf_token"], **answers})

    def begins(self, path: str = "/sign-in/with/mock", on: str = "/sign-in", **answers: str) -> str:
        """Sets off to the issuer, and gives where it is sent back to when the person has signed in there."""
        return self.issuer.lets_in(way_there(self.presses(path, on, **answers)))

    def comes_back(self, address: str) -> TestResponse:
        """Follows what the issuer answered."""
        parts = urlsplit(address)
        return self.client.get(f"{parts.path}?{parts.query}")

    def signs_in(self) -> TestResponse:
        """All the way: there and back."""
        return self.comes_back(self.begins())

    def with_password(self, name: str = GP) -> None:
        """Signs in as ever."""
        answers = {"email": f"{name}@demo.invalid", "password": northtown.PASSWORD}
        self.presses("/sign-in", **answers)

    @property
    def is_in(self) -> bool:
        """Whether somebody is signed in here."""
        return self.client.get("/work").status_code == 200

    def session(self) -> dict[str, Any]:
        """What the server keeps for this browser."""
        with self.client.session_transaction() as kept:
            return dict(kept)


def way_there(page: TestResponse) -> str:
    """Where the page between us and the issuer leads."""
    found = _THERE.search(page.text)
    assert found, page.text
    return unescape(found[1])


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with issuing() as made:
        made.person = {"sub": "s-1", "email": ADDRESS, "email_verified": True}
        yield made


@pytest.fixture
def settings(settings: Settings, issuer: Issuer, tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    """With the file of providers; a test lays other keys over it by parametrizing this indirectly."""
    file = tmp_path / "providers.toml"
    file.write_text(in_file(issuer, **getattr(request, "param", {})))
    return dataclasses.replace(settings, providers=str(file))


@pytest.fixture
def gp(app: Flask, issuer: Issuer) -> Browser:
    """The GP of Northtown, not signed in yet."""
    with app.app_context():
        northtown.lay_out()
    return Browser(app, issuer)


def rows(app: Flask, query: str) -> list[tuple[Any, ...]]:
    """What the database holds."""
    with app.app_context(), db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def change(app: Flask, statement: str) -> None:
    """Something that happened elsewhere."""
    with app.app_context(), db.engine.connect().execution_options(write=True) as connection:
        connection.execute(text(statement))
        connection.commit()
