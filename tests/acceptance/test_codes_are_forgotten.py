"""What came of no proof is forgotten: old codes, mails that come too late, and accounts that only asked."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, text

from escalation.config import Settings
from escalation.errors import TooManyAttempts
from escalation.extensions import db
from escalation.services import leaving, people, proofs
from escalation.services.attempts import Try
from escalation.services.proofs import Asked, Purpose
from tests.acceptance.conftest import Visitor
from tests.acceptance.once_a_year import Post
from tests.support import beyond
from tests.support.mail_sink import Answer, MailSink
from tests.support.movable_clock import TimePasses

NOBODY = "nobody@nowhere.example"


@pytest.fixture
def post(app: Flask, settings: Settings, mail_sink: MailSink) -> Post:
    return Post(app, settings, mail_sink)


@pytest.fixture
def asker(app: Flask, northtown: str) -> Visitor:
    visitor = Visitor(app.test_client())
    visitor.sends("/sign-in/by-code", {"email": NOBODY})
    return visitor


def rows(app: Flask, question: str) -> list[tuple[object, ...]]:
    with app.app_context(), beyond.engine().connect() as connection:
        return [tuple(row) for row in connection.execute(text(question)).all()]


def grow_old(app: Flask) -> None:
    """Codes go by real time, as sessions do: their rows are moved back."""
    with app.app_context(), beyond.engine().connect().execution_options(write=True) as connection:
        long_ago = "2020-01-01T00:00:00.000000"
        if connection.dialect.name == "postgresql":
            long_ago += "+00"
        then = {"then": long_ago}
        connection.execute(text("UPDATE address_proof SET sent_at = :then, expires_at = :then"), then)
        connection.commit()


def test_the_network_address_of_who_asks_cannot_be_worked_out_from_what_is_counted(
    app: Flask, asker: Visitor
) -> None:
    counted = rows(app, "SELECT whom FROM attempts WHERE what = 'code_to_network'")
    assert len(counted) == 1
    plain = Try("code_to_network", "127.0.0.1", 40, timedelta(hours=1)).key
    assert counted != [(plain,)]


def test_a_code_that_is_too_old_is_no_good(app: Flask, asker: Visitor, post: Post) -> None:
    code = post.code(NOBODY)
    grow_old(app)
    assert "too old" in asker.sends("/code", {"code": code}, expect=422)


def test_an_address_that_only_asked_leaves_nothing_behind(
    app: Flask, asker: Visitor, post: Post, time_passes: TimePasses
) -> None:
    post.code(NOBODY)
    before = rows(app, f"SELECT name, password FROM account WHERE email = '{NOBODY}'")
    assert before == [("", None)]
    grow_old(app)
    time_passes(days=2)
    time_passes(minutes=1)
    for table in ("address_proof", "account", "outbox"):
        where = "name = 'one_time_code'" if table == "outbox" else f"email = '{NOBODY}'"
        assert rows(app, f"SELECT 1 FROM {table} WHERE {where}") == []
    assert rows(app, "SELECT count(*) FROM account WHERE password IS NOT NULL") != [(0,)]


def test_whoever_has_come_in_is_not_forgotten(
    app: Flask, asker: Visitor, post: Post, time_passes: TimePasses
) -> None:
    asker.sends("/code", {"code": post.code(NOBODY)})
    grow_old(app)
    time_passes(days=2)
    assert len(rows(app, f"SELECT 1 FROM account WHERE email = '{NOBODY}'")) == 1, "their session is open"


def test_a_mail_that_could_not_leave_in_time_does_not_leave_at_all(
    app: Flask, asker: Visitor, post: Post, time_passes: TimePasses
) -> None:
    post.sink.otherwise = Answer.TRY_LATER
    post.arrives()
    post.sink.otherwise = Answer.ACCEPT
    time_passes(minutes=40)
    assert post.sink.to(NOBODY) == ()
    assert rows(app, "SELECT state, set_up_link FROM outbox WHERE name = 'one_time_code'") == [
        ("skipped", None)
    ]


def test_a_code_never_stays_where_it_could_be_read(app: Flask, asker: Visitor, post: Post) -> None:
    code = post.code(NOBODY)
    digits = code.replace(" ", "")
    with app.app_context(), beyond.engine().connect() as connection:
        for table in db.inspect(connection).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')).all():
                assert code not in str(row)
                assert digits not in str(row)


def test_a_code_for_one_thing_is_no_good_for_another(app: Flask, northtown: str, post: Post) -> None:
    for_sign_in = Asked(NOBODY, Purpose.SIGN_IN, "browser", b"key")
    with app.app_context():
        proofs.ask(for_sign_in)
    code = post.code(NOBODY)
    others = (
        Asked(NOBODY, Purpose.RAISE, "browser", b"key"),
        Asked(NOBODY, Purpose.SIGN_IN, "another browser", b"key"),
        Asked("else@nowhere.example", Purpose.SIGN_IN, "browser", b"key"),
    )
    with app.app_context():
        for other in others:
            with pytest.raises(proofs.InvalidInput):
                proofs.prove(other, code)
        assert proofs.prove(for_sign_in, code)
        with pytest.raises(proofs.InvalidInput):
            proofs.prove(for_sign_in, code)


def test_nobody_fills_a_mailbox(app: Flask, northtown: str) -> None:
    asks = [Asked(NOBODY, Purpose.SIGN_IN, f"browser {number}", b"key") for number in range(9)]
    with app.app_context():
        for asked in asks[:8]:
            proofs.ask(asked)
        with pytest.raises(TooManyAttempts):
            proofs.ask(asks[8])
    assert len(rows(app, "SELECT 1 FROM outbox WHERE name = 'one_time_code'")) == 8


def test_whoever_only_asked_is_invited_when_a_file_names_them(
    app: Flask, asker: Visitor, northtown: str
) -> None:
    line = f"Riverside Surgery,general_practice,practitioner,GP,Dr Real Name,{NOBODY}"
    with app.app_context():
        done = people.import_people(f"agency,kind,tier,title,name,email\n{line}\n")
    assert done.accounts == 1
    assert rows(app, f"SELECT name FROM account WHERE email = '{NOBODY}'") == [("Dr Real Name",)]


def test_to_send_a_code_costs_the_same_whoever_is_known_by_the_address(app: Flask, northtown: str) -> None:
    with app.app_context():
        leaving.end("leah.brooks@demo.invalid")
        proofs.ask(Asked("first@nowhere.example", Purpose.SIGN_IN, "first", b"k"))
        whom = ("amara.lewis@demo.invalid", "kate.rowan@demo.invalid", "leah.brooks@demo.invalid", NOBODY)
        asked = {address: _statements(Asked(address, Purpose.SIGN_IN, address, b"k")) for address in whom}
    assert len({tuple(statements) for statements in asked.values()}) == 1


def _statements(asked: Asked) -> list[str]:
    """Every statement with which a code is sent, in order."""
    said: list[str] = []

    def listen(*execution: Any) -> None:
        said.append(execution[2].partition(" ")[0] + execution[2].partition("FROM")[2][:20])

    event.listen(db.engine, "before_cursor_execute", listen)
    proofs.ask(asked)
    event.remove(db.engine, "before_cursor_execute", listen)
    return said
