"""An account that is not used: a warning, then the way in closes; who comes again shows that they are reached."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import text

from escalation.config import Settings
from escalation.jobs import lapse_accounts, scheduler
from tests.acceptance.conftest import Visitor
from tests.acceptance.raised import raise_concern
from tests.support import beyond
from tests.support.mail_sink import MailSink, decoded
from tests.support.movable_clock import MovableClock
from tests.support.northtown import PASSWORD

Visit = Callable[[str], Visitor]
LEAD = "sam.okafor@demo.invalid"
NEW = "quite another password"


@pytest.fixture
def days(
    app: Flask, settings: Settings, clock: MovableClock, northtown: str
) -> Callable[[int], dict[str, int]]:
    """Days pass one by one, with the job each day and the other jobs at the end; what the job did."""
    for_60 = replace(settings, lapse_after_days=60)

    def passes(count: int) -> dict[str, int]:
        did = {"warned": 0, "lapsed": 0}
        for _ in range(count):
            clock.move(days=1)
            with app.app_context():
                once = lapse_accounts.run(for_60).did
            did = {key: did[key] + once.get(key, 0) for key in did}
        scheduler.run_once(app, settings)
        return did

    return passes


def column(app: Flask, name: str, email: str = LEAD) -> object:
    with app.app_context(), beyond.engine().connect() as connection:
        query = text(f"SELECT {name} FROM account WHERE email = :email")
        return connection.execute(query, {"email": email}).scalar_one()


def signs_in(app: Flask, password: str = PASSWORD) -> Visitor:
    visitor = Visitor(app.test_client())
    visitor.sends("/sign-in", {"email": LEAD, "password": password})
    return visitor


def test_the_day_of_the_last_use_is_kept_once_a_day(app: Flask, visit: Visit, clock: MovableClock) -> None:
    assert column(app, "used_at") is None
    visit("sam.okafor")
    first = column(app, "used_at")
    assert first is not None
    clock.move(hours=20)
    visit("sam.okafor")
    assert column(app, "used_at") == first
    clock.move(hours=5)
    visit("sam.okafor")
    assert column(app, "used_at") != first


def test_who_is_away_is_warned_and_then_closed_out_and_still_told_of_cases(
    app: Flask, visit: Visit, days: Callable[[int], dict[str, int]], mail_sink: MailSink
) -> None:
    everybody = count(app, "account")
    assert days(52) == {"warned": 0, "lapsed": 0}
    raiser = visit("amara.lewis")
    assert days(1) == {"warned": everybody - 1, "lapsed": 0}
    warning = [m for m in mail_sink.to(LEAD) if "about to be closed" in decoded(m)]
    assert len(warning) == 1
    assert days(6) == {"warned": 0, "lapsed": 0}, "nobody is warned twice"
    visit("kate.rowan")
    assert days(1)["lapsed"] == everybody - 2, "who was here since then stays"
    assert (column(app, "lapsed_at"), column(app, "active")) != (None, False)
    assert column(app, "lapsed_at", "kate.rowan@demo.invalid") is None
    raiser = visit("amara.lewis")
    raise_concern(raiser)
    days(1)
    assert any("reply" in decoded(m).lower() for m in mail_sink.to(LEAD)[1:]), "a safety service reaches them"


def test_the_right_password_opens_nothing_until_the_link_of_their_own_mail_was_used(
    app: Flask, visit: Visit, days: Callable[[int], dict[str, int]], mail_sink: MailSink
) -> None:
    days(60)
    visitor = signs_in(app)
    for page in ("/work", "/account", "/raise"):
        assert "closed because it was not used" in visitor.opens(page)
        assert visitor.path == "/account/lapsed"
    assert visitor.client.get("/api/v1/cases").status_code == 403
    assert "on its way" in visitor.presses("/account/lapsed", {})
    visitor.presses("/account/lapsed", {})
    days(0)
    links = [
        link
        for m in mail_sink.to(LEAD)
        for link in re.findall(r"http://localhost(/password/reset/[\w.-]+)", decoded(m))
    ]
    assert len(set(links)) == 1, "one link for one sign-in"
    back = Visitor(app.test_client())
    assert column(app, "lapsed_at") is not None
    back.sends(links[0], {"password": NEW, "password_confirm": NEW})
    assert column(app, "lapsed_at") is None
    again = signs_in(app, NEW)
    assert "My work" in again.opens("/work")
    assert again.path == "/work"


def test_who_leaves_the_link_unused_stays_out(app: Flask, days: Callable[[int], dict[str, int]]) -> None:
    days(60)
    signs_in(app)
    visitor = signs_in(app)
    visitor.opens("/work")
    assert visitor.path == "/account/lapsed"
    assert column(app, "used_at") is None, "standing before the door is no use of the account"


def test_nobody_is_closed_out_unwarned_when_the_rule_is_new_or_the_jobs_were_away(
    app: Flask, clock: MovableClock, days: Callable[[int], dict[str, int]], northtown: str
) -> None:
    clock.move(days=400)
    everybody = count(app, "account")
    assert days(1) == {"warned": everybody, "lapsed": 0}
    assert days(6)["lapsed"] == 0
    assert days(1)["lapsed"] == everybody


def test_where_accounts_never_lapse_nothing_happens(
    app: Flask, settings: Settings, clock: MovableClock, northtown: str
) -> None:
    clock.move(days=400)
    with app.app_context():
        assert not lapse_accounts.run(replace(settings, lapse_after_days=0))
    assert count(app, "outbox WHERE name = 'access_lapses'") == 0


def count(app: Flask, what: str) -> int:
    with app.app_context(), beyond.engine().connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {what}")).scalar_one())
