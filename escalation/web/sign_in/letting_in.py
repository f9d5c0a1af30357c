"""For other doors than the password: what they have made sure of is enough, or the second factor follows."""

from flask import current_app, redirect, request, session
from flask_security import login_user
from werkzeug.wrappers import Response

from escalation.web.sign_in import store
from escalation.web.sign_in.going_on import back_to


def let_in(account: int, how: str, *, whole: bool = False, target: str | None = None) -> Response:
    """Signs in somebody who has proved who they are by `how` (code, provider), and goes on where they meant.

    Somebody with a second factor is asked for it, unless the proof was a `whole` one that made sure of two
    factors by itself. It counts as a sign-in by password does: the session is renewed and remembered.
    `target` is where they meant to go, where the request does not say.
    """
    user = store.account_of(account)
    if not whole:
        session["how_next"] = how
        asked = store.security().two_factor_plugins.tf_enter(
            user, False, how, next_loc=target or request.values.get("next")
        )
        if asked:
            session.pop("how_next", None)
            return current_app.make_response(asked)
    session["how_next"] = how
    login_user(user, remember=False, authn_via=[how])
    return redirect(target or back_to())
