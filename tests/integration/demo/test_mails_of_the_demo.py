"""The demo's mail page says what waits and why; nothing that was played is late when the demo starts."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import structlog
from flask import Flask

from escalation.app import create_app
from escalation.config import Settings
from escalation.demo import catcher, data
from escalation.extensions import db
from escalation.jobs import deliver_mail
from escalation.services import audit, concerns, moving_clock, places
from escalation.services.submissions import new_key
from tests.support.databases import Database
from tests.support.mail_sink import Answer, MailSink
from workflows.commands import RaiseConcern


def raise_concern(partnership: str) -> None:
    gp = data.accounts()["amara.lewis"][0]
    to = next(a.public_id for a in places.agencies_to_challenge(gp, partnership) if a.kind == "hospital")
    command = RaiseConcern(person_reference="T", decision="d", risk="r", request="q")
    concerns.raise_concern(gp, concerns.NewConcern(partnership, to, "doctor", command), new_key())


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_the_mail_page_says_what_waits_and_why(
    app: Flask, settings: Settings, mail_sink: MailSink, database: Database
) -> None:
    with app.app_context():
        moving_clock.make_movable()
        partnership = data.load("!", history=False)
    demo = create_app(dataclasses.replace(settings, demo=True, public_base_url="http://localhost"))
    browser = demo.test_client()
    with demo.app_context():
        assert "No mail yet" in browser.get("/demo/mail").text
        raise_concern(partnership)
        page = browser.get("/demo/mail").text
        assert "4 wait to leave" in page
        assert "not tried yet" in page
        mail_sink.otherwise = Answer.TRY_LATER
        deliver_mail.run(settings)
        page = browser.get("/demo/mail").text
        assert "to amara.lewis@demo.invalid: the server refused the recipient (451). Tried 1 time," in page
        assert "No mail yet" not in page
        db.engine.dispose()


def test_the_history_leaves_no_mail_behind_that_an_auditor_would_miss(app: Flask, settings: Settings) -> None:
    with app.app_context():
        data.load("!", deliver=lambda: deliver_mail.run(settings))
        assert audit.audit_the_clock() == ()


REASONS = {
    Answer.TRY_LATER: "the server refused the recipient (451)",
    Answer.REFUSE: "the server refused the recipient (550)",
    Answer.DROP_BEFORE_DATA: "the mail server could not be used (SMTPServerDisconnected)",
}


@pytest.mark.parametrize("answer", REASONS)
def test_the_log_says_why_mails_did_not_leave_and_names_nobody(
    app: Flask, settings: Settings, mail_sink: MailSink, answer: Answer
) -> None:
    with app.app_context():
        raise_concern(data.load("!", history=False))
        mail_sink.answers(*[answer] * 2)
        with structlog.testing.capture_logs() as logged:
            deliver_mail.run(settings)
    (line,) = [entry for entry in logged if entry["log_level"] == "warning"]
    assert (line["event"], line["reason"], line["count"]) == ("mails could not leave", REASONS[answer], 2)
    assert "@" not in str(line)


def test_a_server_that_is_away_is_one_line_for_all_that_wait(
    app: Flask, settings: Settings, mail_sink: MailSink
) -> None:
    away = dataclasses.replace(settings, smtp_port=1)
    with app.app_context():
        raise_concern(data.load("!", history=False))
        with structlog.testing.capture_logs() as logged:
            deliver_mail.run(away)
    lines: list[Any] = [entry for entry in logged if entry["log_level"] == "warning"]
    assert [(line["reason"], line["count"]) for line in lines] == [
        ("the mail server could not be used (ConnectionRefusedError)", 4)
    ]


def test_mails_are_caught_on_a_port_of_the_system_s_choice(tmp_path: Path) -> None:
    one, other = (catcher.catch(tmp_path / name, 0) for name in ("one", "other"))
    try:
        assert one.port != other.port
    finally:
        one.stop()
        other.stop()
