"""How far a session goes: whoever has proved only their address has no more than their own challenges."""

from typing import Any

from flask import Flask, current_app, g, render_template, session
from flask_login import current_user, user_logged_in, user_logged_out
from flask_security import login_user

from escalation.security import proved

_BY_CODE = "by_code"


def register(app: Flask) -> None:
    """Keeps the level of a session in step with who signs in and out."""
    user_logged_in.connect(_signed_in, app)
    user_logged_out.connect(_signed_out, app)


def sign_in_by_code(account: int) -> None:
    """Signs somebody in who has proved their address, and nothing more."""
    user = current_app.extensions["security"].datastore.find_user(id=account)
    g.proved_by_code = True
    session["how_next"] = "code"
    login_user(user, remember=False, authn_via=["code"])
    session.pop("how_next", None)
    session["how"] = "code"
    # What asks for a fresh sign-in asks for more than this.
    session.pop("fs_paa", None)


def by_code() -> bool:
    """Whether the session was opened with a code alone."""
    return bool(session.get(_BY_CODE)) and bool(current_user.is_authenticated)


def restrict() -> None:
    """Tells everything below how far this session goes. For every request, before anything is asked."""
    proved.restrict(int(current_user.id) if by_code() else None)


def not_with_a_code() -> tuple[str, int]:
    """This part is for whoever has signed in with all that they have: what to do for it."""
    return render_template("by_code/not_with_a_code.html"), 403


def _signed_in(app: Flask, user: Any, **_: Any) -> None:
    if g.pop("proved_by_code", False):
        session[_BY_CODE] = True
    else:
        session.pop(_BY_CODE, None)


def _signed_out(app: Flask, **_: Any) -> None:
    """Whoever comes next to this browser finds nothing of it, not even the address."""
    for name in (_BY_CODE, "how", "proof", "unsent_became"):
        session.pop(name, None)
