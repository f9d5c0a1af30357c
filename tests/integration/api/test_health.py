"""What a monitor is told, and that it is told the truth."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from escalation.extensions import db
from escalation.services import audit
from tests.integration.api.conftest import Northtown
from tests.support import beyond
from tests.support.movable_clock import MovableClock


def _checks(client: FlaskClient, status: int) -> dict[str, dict[str, object]]:
    answer = client.get("/health/deep")
    assert answer.status_code == status, answer.text
    return {check["name"]: check for check in answer.get_json()["checks"]}


def _audit(app: Flask) -> None:
    with app.app_context():
        audit.audit_the_clock()


def test_alive_asks_no_database(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise AssertionError("the database was asked")

    with app.app_context():
        monkeypatch.setattr(db.engine, "connect", away)
    answer = client.get("/health")
    assert (answer.status_code, answer.get_json()) == (200, {"status": "alive"})


def test_all_is_well_after_an_audit(app: Flask, client: FlaskClient) -> None:
    _audit(app)
    checks = _checks(client, 200)
    expected = [
        "database",
        "standby",
        "wall",
        "clock",
        "migrations",
        "heartbeat",
        "mail",
        "restore",
        "seals",
        "record",
        "terms",
    ]
    assert list(checks) == expected
    assert all(check["well"] for check in checks.values())


def test_a_standby_that_is_required_and_missing_is_seen(app: Flask, client: FlaskClient) -> None:
    _audit(app)
    app.config["ESCALATION"] = replace(app.config["ESCALATION"], standby="required")
    checks = _checks(client, 503)
    assert [name for name, check in checks.items() if not check["well"]] == ["standby"]


def test_before_the_first_audit_it_is_not_well(client: FlaskClient) -> None:
    assert "yet" in str(_checks(client, 503)["heartbeat"]["words"])


def test_an_auditor_that_fell_silent_is_seen(app: Flask, client: FlaskClient, clock: MovableClock) -> None:
    _audit(app)
    clock.move(minutes=4)
    assert _checks(client, 200)["heartbeat"]["well"]
    clock.move(minutes=2)
    silent = _checks(client, 503)["heartbeat"]
    assert not silent["well"]
    assert silent["words"] == "The clock was last found in order 6 minutes ago."


def test_mail_that_does_not_leave_is_seen(northtown: Northtown, clock: MovableClock) -> None:
    northtown.raised()
    client = northtown.app.test_client()
    _audit(northtown.app)
    assert _checks(client, 200)["mail"]["well"]
    clock.move(minutes=16)
    assert not _checks(client, 503)["mail"]["well"]


def test_a_database_of_another_version_is_seen(app: Flask, client: FlaskClient) -> None:
    _audit(app)
    with app.app_context(), beyond.engine().begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    assert "is at 0000" in str(_checks(client, 503)["migrations"]["words"])


def test_a_database_that_is_gone_is_said_in_words(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), beyond.engine().begin() as connection:
        connection.execute(text("DELETE FROM installation"))
    checks = _checks(client, 503)
    assert list(checks) == ["database"]
    assert not checks["database"]["well"]


def test_health_tells_nothing_of_a_case(northtown: Northtown) -> None:
    case = northtown.raised()
    told = northtown.app.test_client().get("/health/deep").text
    assert not [w for w in (case["reference"], case["public_id"], "Northtown", "Lewis") if w in told]
