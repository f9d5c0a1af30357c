"""The database does not answer: everybody is told so in words, a monitor too, and nobody is signed out."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from escalation.app import create_app
from tests.support.settings import environment, settings_for

AWAY = ("sqlite:////nowhere/escalation.db", "postgresql+psycopg://nobody@/nothing?host=/nowhere")


@pytest.fixture(params=AWAY)
def url(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def signed_in(url: str) -> FlaskClient:
    """A browser with the cookie of a session that nobody can look up now."""
    client = create_app(settings_for(url), migrating=True).test_client()
    client.set_cookie("session", "k" * 43)
    return client


@pytest.mark.parametrize("path", ["/", "/work", "/cases/AAAA", "/sign-in", "/help"])
def test_a_page_says_that_the_records_are_away_and_whom_to_call(signed_in: FlaskClient, path: str) -> None:
    answer = signed_in.get(path)
    assert answer.status_code == 503
    assert "The records cannot be reached now" in answer.text
    assert "Call 999" in answer.text
    assert answer.headers["Retry-After"] == "30"
    assert "Set-Cookie" not in answer.headers, "the session is still there when the database is"


def test_a_form_is_not_sent_to_sign_in_as_if_the_session_had_ended(signed_in: FlaskClient) -> None:
    assert signed_in.post("/cases/AAAA/own", data={"what": "typed"}).status_code == 503


def test_somebody_without_a_session_is_told_too(url: str) -> None:
    app = create_app(settings_for(url), migrating=True)
    app.testing = False  # as in a real installation: what goes wrong at the very end is answered too
    visitor = app.test_client()
    assert visitor.get("/").status_code == 200, "a page that needs no records is there"
    answer = visitor.get("/sign-in")
    assert answer.status_code == 503, "its form needs a session to be kept"
    assert "Call 999" in answer.text


def test_a_machine_gets_a_problem_document(signed_in: FlaskClient) -> None:
    answer = signed_in.get("/api/v1/cases")
    assert (answer.status_code, answer.content_type) == (503, "application/problem+json")
    assert answer.get_json()["type"] == "urn:escalation:problem:records-away"


def test_a_monitor_with_a_session_hears_that_it_lives_and_is_not_well(signed_in: FlaskClient) -> None:
    assert signed_in.get("/health").status_code == 200
    deep = signed_in.get("/health/deep")
    assert deep.status_code == 503
    assert deep.get_json()["checks"][0]["name"] == "database"


@pytest.mark.processes
def test_a_command_says_it_in_two_lines(url: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "escalation.cli", "people", "invite"],
        env={**os.environ, **environment(settings_for(url))},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    first, second = done.stderr.splitlines()
    assert first.startswith("the database cannot be used: ")
    assert "ESCALATION_DATABASE_URL" in second
