"""What happens at the door, kept for its person: signed in, refused, a factor or a password changed.

Flask-Security says so in signals while it still holds the database. They are noted, and written down when
it has let go; then sessions end and mails are owed.
"""

from typing import Any

from flask import Flask, Response, g, request, session
from flask_login import current_user, user_logged_in, user_logged_out
from flask_security import password_changed, password_reset, user_failed_authn
from flask_security.signals import tf_disabled, tf_profile_changed, wan_deleted, wan_registered

from escalation.services import account_mail, door, sessions
from escalation.services.submissions import new_key
from escalation.web.browsers import kind_of
from escalation.web.sign_in import brake

_HOW = {
    "security.login": "password",
    "security.two_factor_token_validation": "second_factor",
    "security.mf_recovery": "second_factor",
    "security.wan_signin_response": "passkey",
}
"""By which page somebody came in: how they have proved who they are."""
_FACTORS = ("factor_added", "factor_removed")


def note(account: int | None, what: str, how: str = "") -> None:
    """Something happened at the door; it is written down when Flask-Security has let go of the database."""
    g.setdefault("door_events", []).append((account, what, how))


def connect(app: Flask) -> None:
    """Listens to what Flask-Security says."""
    user_logged_in.connect(_logged_in, app)
    user_logged_out.connect(_logged_out, app)
    user_failed_authn.connect(_failed, app)
    password_changed.connect(_password_changed, app)
    password_reset.connect(_password_changed, app)
    tf_profile_changed.connect(_app_added, app)
    tf_disabled.connect(_app_removed, app)
    wan_registered.connect(_passkey_added, app)
    wan_deleted.connect(_passkey_removed, app)


def _logged_in(app: Flask, user: Any, **_: Any) -> None:
    session["account"] = user.id
    session["proved"] = new_key()
    session["how"] = session.pop("how_next", None) or _HOW.get(request.endpoint or "", "provider")
    note(
        user.id,
        "signed_in",
        "recovery_code" if request.endpoint == "security.mf_recovery" else session["how"],
    )


def _logged_out(app: Flask, user: Any = None, **_: Any) -> None:
    for key in ("account", "how", "proved", "fs_paa", "_posts"):
        session.pop(key, None)


def _failed(app: Flask, user: Any, auth_type: str, **_: Any) -> None:
    note(user.id, "refused", auth_type)


def _password_changed(app: Flask, user: Any, **_: Any) -> None:
    brake.was_right()
    g.free_address = user.email
    note(user.id, "password_changed")


def _app_added(app: Flask, user: Any, **_: Any) -> None:
    brake.was_right()
    note(user.id, "factor_added", "app")


def _app_removed(app: Flask, user: Any, **_: Any) -> None:
    note(user.id, "factor_removed", "app")


def _passkey_added(app: Flask, user: Any, **_: Any) -> None:
    note(user.id, "factor_added", "passkey")


def _passkey_removed(app: Flask, user: Any, **_: Any) -> None:
    note(user.id, "factor_removed", "passkey")


def write_down(response: Response) -> Response:
    """Once Flask-Security has committed: what happened is kept, and what follows from it is done."""
    noted = g.pop("door_events", None) or _refused_a_stranger()
    for account, what, how in noted:
        _follow(account, what, how)
    if "free_address" in g:
        brake.free(g.pop("free_address"))
    return response


def _refused_a_stranger() -> list[tuple[None, str, str]]:
    """Who is not known here is written down as who is: it takes as long."""
    asked = request.endpoint == "security.login" and request.method == "POST"
    went_on = current_user.is_authenticated or "tf_user_id" in session
    return [(None, "refused", "password")] if asked and not went_on else []


def _follow(account: int | None, what: str, how: str) -> None:
    agent = kind_of(request.headers.get("User-Agent", ""))
    is_new = door.record(account, what, how, agent)
    if account is None:
        return
    if what == "signed_in" and is_new:
        account_mail.owe(account, "new_browser", None)
    if what in _FACTORS:
        account_mail.owe(account, "factor_changed", None)
    if what in (*_FACTORS, "password_changed"):
        sessions.end_all(account, but=getattr(session, "was_token", None))
