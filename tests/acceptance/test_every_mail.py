"""Over every mail of a story: one envelope one recipient, nobody else's address, and links that change nothing."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from escalation.config import Settings
from escalation.extensions import db
from escalation.jobs import scheduler
from escalation.services import concerns, delivery, moves
from escalation.services.submissions import new_key
from escalation.web import sign_in
from notifications.compose import compose
from tests.support import beyond, northtown
from tests.support.mail_sink import MailSink, decoded
from tests.support.movable_clock import MovableClock
from workflows import commands as c

URL = re.compile(r"https?://[^\s<>\"']+")


@pytest.fixture
def told(app: Flask, settings: Settings, clock: MovableClock, mail_sink: MailSink) -> MailSink:
    """A story in which nearly everybody gets mails: a concern that climbs in silence to the board, one that
    is settled, one withdrawn, and everybody's invitation."""
    with app.app_context():
        partnership, ids = northtown.lay_out(shut=True), northtown.accounts()
        for account in ids.values():
            sign_in.invite(account)

        def raised() -> str:
            new = northtown.concern_to_hospital(ids["amara.lewis"], partnership)
            return concerns.raise_concern(ids["amara.lewis"], new, new_key()).public_id

        silent, settled, withdrawn = raised(), raised(), raised()
        moves.make_move(settled, ids["sam.okafor"], c.ChangeDecision(reasons="r"), new_key())
        moves.make_move(settled, ids["amara.lewis"], c.AgreeSettlement(outcome="o"), new_key())
        moves.make_move(withdrawn, ids["amara.lewis"], c.Withdraw(reasons="r", freely=True), new_key())
        assert silent
    for _ in range(12):
        scheduler.run_once(app, settings)
        clock.move(days=2)
    scheduler.run_once(app, settings)
    return mail_sink


def _kept(app: Flask) -> dict[str, list[str]]:
    """Every row of every table, but browsers' sessions."""
    with app.app_context(), beyond.engine().connect() as connection:
        names = set(db.inspect(connection).get_table_names()) - {"web_session"}
        return {n: sorted(str(tuple(r)) for r in _rows(connection, n)) for n in sorted(names)}


def _rows(connection: Any, table: str) -> Any:
    return connection.execute(text(f'SELECT * FROM "{table}"'))


def test_each_mail_is_one_persons_and_its_links_opened_by_a_scanner_change_nothing(
    app: Flask, told: MailSink
) -> None:
    _one_envelope_has_one_recipient_and_no_other_address_is_in_it(app, told)
    _every_link_opened_three_times_by_a_scanner_changes_nothing(app, told)


def _one_envelope_has_one_recipient_and_no_other_address_is_in_it(app: Flask, told: MailSink) -> None:
    with app.app_context(), beyond.engine().connect() as connection:
        addresses = {row[0] for row in connection.execute(text("SELECT email FROM account"))}
    assert len(told.mails) > 60
    for mail in told.mails:
        (recipient,) = mail.recipients
        message = mail.message
        assert [a.addr_spec for a in message["To"].addresses] == [recipient]
        assert not {"cc", "bcc", "resent-to"} & {name.lower() for name in message.keys()}  # noqa: SIM118 (a mail has names more than once)
        said = decoded(mail).lower()
        assert not [other for other in addresses - {recipient} if other in said]


def _every_link_opened_three_times_by_a_scanner_changes_nothing(app: Flask, told: MailSink) -> None:
    links = {link for mail in told.mails for link in URL.findall(decoded(mail))}
    assert len(links) > 20
    before = _kept(app)
    for link in sorted(links):
        assert link.startswith("http://localhost"), link
        for _ in range(3):
            client = app.test_client()
            for ask in (client.get, client.head):
                assert ask(link.removeprefix("http://localhost") or "/").status_code < 500
    assert _kept(app) == before


def test_whoever_cannot_be_written_to_keeps_back_nobody(
    app: Flask, settings: Settings, mail_sink: MailSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some cannot be reached, the words of some mails are broken, for some only: the rest arrives, and when
    the words are mended these arrive as well."""
    with app.app_context():
        partnership, ids = northtown.lay_out(shut=True), northtown.accounts()
        with beyond.engine().begin() as connection:
            _change(connection, "UPDATE account SET mail_ok = :no WHERE id % 3 = 0", no=False)
        for _ in range(3):
            new = northtown.concern_to_hospital(ids["amara.lewis"], partnership)
            concerns.raise_concern(ids["amara.lewis"], new, new_key())
        for account in ids.values():
            sign_in.invite(account)
        owed = _owed(app)
        broken: list[str] = []
        monkeypatch.setattr(delivery, "compose", _breaking(broken))
        scheduler.run_once(app, settings)
        assert broken
        assert len(mail_sink.but_digests()) == owed - len(broken)
        assert _owed(app) == len(broken)
        monkeypatch.setattr(delivery, "compose", compose)
        with beyond.engine().begin() as connection:
            _change(connection, "UPDATE outbox SET next_at = owed_at WHERE state = 'owed'")
        scheduler.run_once(app, settings)
        assert len(mail_sink.but_digests()) == owed
        assert _owed(app) == 0


def _breaking(broken: list[str]) -> Callable[..., Any]:
    def made(name: str, **told: Any) -> Any:
        if name == "reply_owed" or (name != "digest" and told["to"].startswith(("a", "k"))):
            broken.append(told["to"])
            raise LookupError(name)
        return compose(name, **told)

    return made


def _change(connection: Any, statement: str, **values: Any) -> None:
    connection.execute(text(statement), values)


def _owed(app: Flask) -> int:
    with beyond.engine().connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM outbox WHERE state = 'owed'")).scalar_one())
