"""Sign-in, on Flask-Security: passwords (argon2id), reset and change; its mails go through the outbox.

Who is signed in stands in the server-side session under `account`, for ending and listing sessions.
A form that arrives after the session has ended is parked, not executed: its answers wait in the new
session until the same page asks for them.
"""

import re
from datetime import timedelta
from typing import Any

from flask import Flask, Response, abort, current_app, g, redirect, request, session, url_for
from flask_login import user_logged_in, user_logged_out
from flask_security import Security, SQLAlchemyUserDatastore, hash_password, password_changed
from flask_security.mail_util import MailUtil
from flask_security.recoverable import generate_reset_password_token
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from escalation.config import Settings
from escalation.extensions import db
from escalation.models.people import Account, Role
from escalation.services import account_mail, sessions

DEMO_PASSWORD = "northtown demo"  # noqa: S105 (of the demo, printed at its start)
_NEVER_PARKED = frozenset({"csrf_token", "password", "submission", "new_password", "new_password_confirm"})
_PARKED = "parked"
_ADDRESS = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")

_KINDS = {
    "reset_instructions": "password_reset",
    "reset_notice": "password_changed",
    "change_notice": "password_changed",
    "welcome": "invitation",
}


class OutboxMail(MailUtil):
    """Flask-Security's mails, as rows of our outbox: the words are our catalogue's, the link is ours.

    They are owed after the request's own transaction: on SQLite a second writer would make it fail.
    """

    def normalize(self, email: str) -> str:
        """Addresses are lower case. Whether one exists is not asked of the network."""
        return email.strip().lower()

    def validate(self, email: str) -> str:
        """The address, or ValueError when it cannot be one."""
        address = self.normalize(email)
        if not _ADDRESS.match(address):
            raise ValueError("not an e-mail address")
        return address

    def send_mail(
        self,
        template: str,
        subject: str,
        recipient: str | tuple[str, str],
        sender: str | tuple[str, str],
        body: str | None,
        html: str | None,
        **kwargs: Any,
    ) -> None:
        """Notes that the mail of our catalogue that stands for Flask-Security's is owed."""
        if template in _KINDS:
            g.setdefault("owed_mails", []).append(
                (str(recipient), _KINDS[template], kwargs.get("reset_token"))
            )


def _owe_mails(response: Response) -> Response:
    """Once Flask-Security has committed: the mails that it asked for."""
    if "owed_mails" in g:
        db.session.rollback()
        for recipient, name, token in g.pop("owed_mails"):
            account = account_mail.account_of(recipient)
            if account is not None:
                account_mail.owe(account, name, _reset_link(str(token)) if token else None)
    return response


def _begin_as_writer() -> None:
    """Flask-Security writes in its own session: it must say so before it reads (see `engine`)."""
    if request.method == "POST" and request.blueprint == "security":
        db.session.rollback()
        db.session.connection(execution_options={"write": True})


def _release(response: Response) -> Response:
    """The session row is written after this; nobody may still hold the database then."""
    if request.blueprint == "security":
        db.session.rollback()
    return response


def _refuse_foreign_next() -> None:
    """`next` is a path of this service, never an address."""
    target = request.values.get("next")
    if target and request.blueprint == "security" and not is_own_path(target):
        abort(400)


def is_own_path(target: str) -> bool:
    """True for a path that a page of this service answers to."""
    if not target.startswith("/") or target.startswith(("//", "/\\")) or any(ord(c) <= 32 for c in target):
        return False
    try:
        current_app.url_map.bind("").match(target.partition("?")[0], method="GET")
    except HTTPException:
        return False
    return True


def register(app: Flask, settings: Settings) -> None:
    """Binds Flask-Security to our accounts, templates and outbox."""
    app.config.update(
        SECURITY_PASSWORD_SALT=settings.password_salt,
        SECURITY_PASSWORD_HASH="argon2",
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_PASSWORD_LENGTH_MIN=12,
        SECURITY_EMAIL_PLAINTEXT=False,
        SECURITY_EMAIL_HTML=False,
        SECURITY_LOGIN_URL="/sign-in",
        SECURITY_LOGOUT_URL="/sign-out",
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_POST_LOGIN_VIEW="/work",
        SECURITY_POST_LOGOUT_VIEW="/",
        SECURITY_RECOVERABLE=True,
        SECURITY_RESET_URL="/password/reset",
        SECURITY_RESET_PASSWORD_WITHIN=timedelta(days=3),
        SECURITY_CHANGEABLE=True,
        SECURITY_CHANGE_URL="/password/change",
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_LOGIN_USER_TEMPLATE="security/sign_in.html",
        SECURITY_FORGOT_PASSWORD_TEMPLATE="security/forgot_password.html",
        SECURITY_RESET_PASSWORD_TEMPLATE="security/reset_password.html",
        SECURITY_CHANGE_PASSWORD_TEMPLATE="security/change_password.html",
        SECURITY_DEFAULT_REMEMBER_ME=False,
        SECURITY_MSG_PASSWORD_RESET_REQUEST=(
            "If this address has an account, instructions are on their way to it.",
            "info",
        ),
        SECURITY_MSG_GENERIC_AUTHN_FAILED=("Check your e-mail and password", "error"),
        SECURITY_USE_VERIFY_PASSWORD_CACHE=False,
        REMEMBER_COOKIE_DURATION=0,
    )
    if settings.testing:
        # Cheap on purpose: a test signs in a hundred times.
        app.config["SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS"] = {
            "argon2__rounds": 1,
            "argon2__memory_cost": 8,
            "argon2__parallelism": 1,
        }
    app.session_interface = _session_interface(settings)
    _bind(app)


def _bind(app: Flask) -> None:
    store = SQLAlchemyUserDatastore(db, Account, Role)
    security = Security(app, store, mail_util_cls=OutboxMail)
    security.login_manager.unauthorized_handler(to_sign_in)
    app.before_request(_refuse_foreign_next)
    app.before_request(_begin_as_writer)
    # After-request functions run last registered first: mails are owed and sessions ended, then all lets go.
    app.after_request(_release)
    app.after_request(_end_sessions)
    app.after_request(_owe_mails)
    user_logged_in.connect(_signed_in, app)
    user_logged_out.connect(_signed_out, app)
    password_changed.connect(_password_changed, app)


def _session_interface(settings: Settings) -> Any:
    from escalation.web.sessions import ServerSessions

    return ServerSessions(settings)


def _signed_in(app: Flask, user: Account, **_: Any) -> None:
    session["account"] = user.id


def _signed_out(app: Flask, user: Account | None = None, **_: Any) -> None:
    session.pop("account", None)


def _password_changed(app: Flask, user: Account, **_: Any) -> None:
    # Not at once: the request is the writer still, and SQLite has one.
    g.password_changed = user.id


def _end_sessions(response: Response) -> Response:
    """Once Flask-Security has committed a new password: nobody is signed in with the old one."""
    account = g.pop("password_changed", None)
    if account is not None:
        db.session.rollback()
        sessions.end_all(account)
    return response


def to_sign_in() -> AnyResponse:
    """Sends somebody who is not signed in to sign in, and keeps what they had typed."""
    park()
    return redirect(url_for("security.login", next=request.path))


def park() -> None:
    """Keeps what somebody typed until the page on which they did asks for it."""
    if request.method == "POST" and request.form:
        answers = {k: v for k, v in request.form.items() if k not in _NEVER_PARKED}
        session[_PARKED] = {"path": request.path, "answers": answers}


def parked(path: str) -> dict[str, str] | None:
    """What was typed on a page before its session ended, once."""
    kept = session.get(_PARKED)
    if not kept or kept["path"] != path:
        return None
    session.pop(_PARKED)
    return dict(kept["answers"])


def password_hash(password: str) -> str:
    """The argon2id hash of a password."""
    return str(hash_password(password))


def set_up_link(account: int) -> str:
    """A one-time link with which a person sets their first password."""
    token = generate_reset_password_token(db.session.get(Account, account))  # type: ignore[no-untyped-call]  # Flask-Security leaves it untyped
    return _reset_link(str(token))


def invite(account: int) -> None:
    """Owes the invitation with its one-time link."""
    account_mail.owe(account, "invitation", set_up_link(account))


def _reset_link(token: str) -> str:
    """Links in mails are made from the setting, never from what a request calls this host."""
    settings: Settings = current_app.config["ESCALATION"]
    return f"{settings.public_base_url}{current_app.config['SECURITY_RESET_URL']}/{token}"
