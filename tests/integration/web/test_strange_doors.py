"""Doors that must stay shut: a name that is not ours, and a demo in front of real people."""

import dataclasses

import pytest
from flask import Flask

from escalation.app import create_app, refuse_real_people
from escalation.config import Settings
from escalation.errors import ConfigurationError
from escalation.services import moving_clock


def test_a_request_for_another_name_is_refused_in_words(app: Flask) -> None:
    stranger = {"Host": "evil.invalid"}
    for path in ("/", "/sign-in", "/nothing"):
        answer = app.test_client().get(path, headers=stranger)
        assert (answer.status_code, answer.text) == (400, "This service does not answer to that name.\n")
    assert app.test_client().get("/api/v1/cases/x", headers=stranger).status_code == 400


def test_the_demo_does_not_open_a_database_that_is_not_a_demo(app: Flask, settings: Settings) -> None:
    with app.app_context(), pytest.raises(ConfigurationError, match="not a demo's"):
        refuse_real_people()
    with pytest.raises(ConfigurationError, match="not a demo's"):
        create_app(dataclasses.replace(settings, demo=True))
    with app.app_context():
        moving_clock.make_movable()
        refuse_real_people()
