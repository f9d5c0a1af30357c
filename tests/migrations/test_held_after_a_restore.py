"""0005 goes up, down and up again with an installation, people and mails in the tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import command
from alembic.config import Config
from flask import current_app
from sqlalchemy import text

from escalation.app import MIGRATIONS, create_app
from escalation.extensions import db
from escalation.services import account_mail, restored
from tests.support import northtown
from tests.support.databases import Database
from tests.support.settings import settings_for


def _config() -> Config:
    return current_app.extensions["migrate"].migrate.get_config(str(MIGRATIONS))


def _rows(query: str) -> list[tuple[Any, ...]]:
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


@contextmanager
def _service(database: Database) -> Iterator[None]:
    with create_app(settings_for(database.owner_url)).app_context():
        yield
        db.engine.dispose()


OUTBOX = "SELECT id, name, account_id, state, dedupe_key FROM outbox ORDER BY id"


def test_down_and_up_keeps_every_mail_and_the_epoch(database: Database) -> None:
    with _service(database):
        northtown.lay_out(shut=True)
        for account in northtown.accounts().values():
            account_mail.owe(account, "password_changed", None)
        restored.hold_here()
        before = _rows(OUTBOX)
        command.downgrade(_config(), "0002")
        command.downgrade(_config(), "-1")
        assert _rows(OUTBOX) == before
        assert _rows("SELECT epoch FROM installation") == [(2,)]
        command.upgrade(_config(), "head")
        assert _rows(OUTBOX) == before
        assert _rows("SELECT epoch, restored_at, released_at FROM installation") == [(2, None, None)]
