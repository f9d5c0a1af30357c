"""Signed-in sessions grow old at once: their rows are moved back, since no test can wait so long."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select, update

from escalation.extensions import db
from escalation.models import Account, WebSession


def unused_for(app: Flask, minutes: float) -> None:
    """As if nobody had asked the server for anything for so long."""
    _moved_back(app, "seen_at", timedelta(minutes=minutes))


def begun_earlier(app: Flask, hours: float) -> None:
    """As if everybody had signed in so much earlier."""
    _moved_back(app, "expires_at", timedelta(hours=hours))


def _moved_back(app: Flask, column: str, by: timedelta) -> None:
    with app.app_context(), db.engine.connect().execution_options(write=True) as connection:
        rows = connection.execute(select(WebSession.token_hash, getattr(WebSession, column))).all()
        for token_hash, at in rows:
            if at is None:
                continue
            there = WebSession.token_hash == token_hash
            connection.execute(update(WebSession).where(there).values({column: at - by}))
        connection.commit()


def proved_earlier(app: Flask, minutes: float) -> None:
    """As if everybody who is signed in had proved so much earlier who they are."""
    _moved_back(app, "verified_at", timedelta(minutes=minutes))


def codes_of_earlier(app: Flask) -> None:
    """As if every code of an app had been used minutes ago."""
    with app.app_context(), db.engine.connect().execution_options(write=True) as connection:
        connection.execute(update(Account).values(totp_counter=Account.totp_counter - 10))
        connection.commit()
