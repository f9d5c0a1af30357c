"""Sessions can be seen and ended; old cookies open nothing; what happened at the door stands on the page."""

from concurrent.futures import ThreadPoolExecutor

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from escalation.config import Settings
from escalation.extensions import db
from escalation.jobs import scheduler
from escalation.models import Holding, WebSession
from escalation.services import leaving
from tests.acceptance.conftest import Visit, Visitor
from tests.acceptance.test_second_factor import sets_up_an_app
from tests.support.mail_sink import MailSink, decoded
from tests.support.northtown import PASSWORD, accounts

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile Safari/604"
)


def signs_in_with(app: Flask, agent: str, name: str = "amara.lewis") -> Visitor:
    """Somebody signs in with another browser."""
    client: FlaskClient = app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = agent
    visitor = Visitor(client)
    visitor.sends("/sign-in", {"email": f"{name}@demo.invalid", "password": PASSWORD})
    assert "My work" in visitor.opens("/work")
    return visitor


def cookie(visitor: Visitor) -> str:
    """The value that opens a session."""
    found = visitor.client.get_cookie("session")
    assert found
    return found.value


def opens_nothing(app: Flask, token: str) -> bool:
    """True when a cookie of before is worth nothing."""
    thief = app.test_client()
    thief.set_cookie("session", token)
    return thief.get("/work").status_code == 302


def test_each_place_is_named_in_words_and_ended_by_itself(app: Flask, northtown: str) -> None:
    here, there, third = (signs_in_with(app, agent) for agent in (FIREFOX, PHONE, "curl/8"))
    page = here.opens("/account/sessions")
    assert "Firefox on Windows" in page
    assert "Safari on iPhone" in page
    assert page.count("This is where you are now") == 1
    assert "by password" in page
    with app.app_context():
        phones = db.session.scalars(select(WebSession).where(WebSession.agent == "Safari on iPhone")).one()
        name = phones.public_id
    assert name in page
    here.presses("/account/sessions/end", {"session": str(name)})
    assert opens_nothing(app, cookie(there))
    assert not opens_nothing(app, cookie(third))
    here.presses("/account/sessions/end-others", {})
    assert opens_nothing(app, cookie(third))
    assert "My work" in here.opens("/work")
    assert "you signed out in other places" in here.opens("/account")


def test_nobody_ends_somebody_elses(app: Flask, visit: Visit) -> None:
    gp, manager = visit("amara.lewis"), visit("sam.okafor")
    with app.app_context():
        mine = accounts()["amara.lewis"]
        name = db.session.scalars(select(WebSession.public_id).where(WebSession.account_id == mine)).one()
    manager.opens("/account")
    assert "had ended already" in manager.presses("/account/sessions/end", {"session": str(name)})
    assert "My work" in gp.opens("/work")


def test_an_old_cookie_opens_nothing_after_signing_in_and_out(app: Flask, northtown: str) -> None:
    visitor = Visitor(app.test_client())
    visitor.opens("/sign-in")
    fixed = cookie(visitor)
    visitor.sends("/sign-in", {"email": "amara.lewis@demo.invalid", "password": PASSWORD})
    assert cookie(visitor) != fixed
    assert opens_nothing(app, fixed)
    mine = cookie(visitor)
    visitor.opens("/account")
    visitor.presses("/sign-out", {})
    assert opens_nothing(app, mine)


def test_a_new_post_means_a_new_token(app: Flask, visit: Visit) -> None:
    manager = visit("sam.okafor")
    manager.opens("/work")
    before = cookie(manager)
    with app.app_context(), db.engine.connect().execution_options(write=True) as connection:
        ended = update(Holding).where(Holding.account_id == accounts()["sam.okafor"])
        connection.execute(ended.values(to_at=Holding.from_at))
        connection.commit()
    manager.opens("/account")
    assert cookie(manager) != before
    assert opens_nothing(app, before)
    assert not opens_nothing(app, cookie(manager))


def test_whoever_leaves_is_out_at_once(app: Flask, visit: Visit) -> None:
    manager = visit("sam.okafor")
    with app.app_context():
        leaving.end("sam.okafor@demo.invalid")
    manager.opens("/work")
    assert manager.path == "/sign-in"


def test_a_session_that_was_ended_is_not_brought_back_by_a_request_under_way(
    app: Flask, northtown: str
) -> None:
    """Many requests that write the session, while it is ended from elsewhere."""
    visitor = Visitor(app.test_client())
    visitor.sends("/sign-in", {"email": "amara.lewis@demo.invalid", "password": PASSWORD})
    token = cookie(visitor)

    def asks(number: int) -> int:
        client = app.test_client()
        client.set_cookie("session", token)
        if number == 5:
            with app.app_context():
                from escalation.services import sessions

                sessions.end_all(accounts()["amara.lewis"])
        return client.post("/prove", data={"password": "x"}).status_code

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(asks, range(16)))
    assert opens_nothing(app, token)
    with app.app_context():
        mine = WebSession.account_id == accounts()["amara.lewis"]
        assert db.session.scalars(select(WebSession).where(mine)).all() == []


def test_what_happened_is_told_in_words_on_the_account_page(app: Flask, northtown: str) -> None:
    stranger = Visitor(app.test_client())
    stranger.sends("/sign-in", {"email": "amara.lewis@demo.invalid", "password": "guessed wrongly"})
    gp = signs_in_with(app, FIREFOX)
    sets_up_an_app(gp)
    page = gp.opens("/account")
    assert "somebody tried to sign in and was refused" in page
    assert "you signed in by password, Firefox on Windows" in page
    assert "a second factor was set up: an app for codes" in page


def test_a_new_browser_and_a_new_factor_are_told_by_mail_without_names(
    app: Flask, settings: Settings, mail_sink: MailSink, northtown: str
) -> None:
    signs_in_with(app, FIREFOX)
    signs_in_with(app, FIREFOX)
    gp = signs_in_with(app, PHONE)
    sets_up_an_app(gp)
    scheduler.run_once(app, settings)
    subjects = [str(mail.message["Subject"]) for mail in mail_sink.mails]
    assert subjects.count("A sign-in from a new browser") == 1
    assert subjects.count("How you sign in was changed") == 1
    for mail in mail_sink.but_digests():
        assert list(mail.recipients) == ["amara.lewis@demo.invalid"]
        assert "Amara" not in decoded(mail)
