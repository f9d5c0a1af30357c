"""The session of the database that Flask-Security works with, and when it may hold the database.

Flask-Security reads and writes there and commits by itself. On SQLite a second writer would make it fail:
what we write besides is written when it has let go.
"""

from typing import Any

from flask import Response, current_app, g, request
from flask_security import Security, SQLAlchemyUserDatastore
from flask_security.utils import aware_utcnow
from sqlalchemy import select

from escalation.extensions import db
from escalation.models.people import Account, Role
from escalation.models.sign_in import Passkey
from escalation.security import factor_secrets

_TRANSACTION = frozenset({"security", "step_up"})
"""Blueprints whose views work with Flask-Security's session."""


class Accounts(SQLAlchemyUserDatastore):
    """Flask-Security's way to our accounts."""

    def create_webauthn(self, user: Any, **kwargs: Any) -> None:  # type: ignore[override]  # all by name
        """Keeps a passkey, and when it was made."""
        super().create_webauthn(user, create_datetime=aware_utcnow(), **kwargs)

    def tf_set(
        self, user: Any, primary_method: str, totp_secret: str | None = None, phone: str | None = None
    ) -> None:
        """Keeps an app's secret, bound to its account; one of before is bound when it is next used."""
        if totp_secret is not None:
            keys = factor_secrets.keys_of(current_app.config["ESCALATION"])
            totp_secret = factor_secrets.bound(keys, user.id, totp_secret)
        super().tf_set(user, primary_method, totp_secret, phone)


def datastore() -> Accounts:
    """Flask-Security's way to our accounts."""
    return Accounts(db, Account, Role, webauthn_model=Passkey)


def security() -> Security:
    """Flask-Security, as it is bound to this application."""
    bound: Security = current_app.extensions["security"]
    return bound


def account_of(number: int) -> Any:
    """An account in Flask-Security's session."""
    return db.session.get(Account, number)


def locked(user: Any) -> Any:
    """An account as it is now; whoever else wants to change it waits until this request is done."""
    person = getattr(user, "_get_current_object", lambda: user)()
    db.session.flush()
    db.session.execute(select(Account.id).where(Account.id == person.id).with_for_update())
    db.session.refresh(person, ["totp_counter", "tf_totp_secret", "mf_recovery_codes"])
    return person


def begin_as_writer() -> None:
    """Flask-Security writes in its own session: it must say so before it reads (see `engine`)."""
    if request.method == "POST" and request.blueprint in _TRANSACTION:
        db.session.rollback()
        db.session.connection(execution_options={"write": True})


def commit() -> None:
    """Keeps what was changed in Flask-Security's session."""
    db.session.commit()


def release(response: Response) -> Response:
    """Before anything else is written: nobody may still hold the database then."""
    if request.blueprint in _TRANSACTION or "door_events" in g:
        db.session.rollback()
    return response
