"""How often somebody may try to prove who they are, before they wait.

A try is counted for the account and for the account from this network address, for the address, and for the
installation as a whole, before Flask-Security looks at it; so many at once are not one at a time. Whoever
guesses from one place keeps nobody else out: the narrowest count is that of the account from there. An
address that is not known here is counted alike. A right try is given back; a new password by mail makes an
account free again at once.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import timedelta

from flask import Response, current_app, g, request, session

from escalation.services import attempts
from escalation.services.attempts import Try

_QUARTER = timedelta(minutes=15)
_HERE, _ACCOUNT, _PLACE, _ALL = 5, 40, 100, 2000
_SHORT = timedelta(minutes=1)
"""So long at most those wait who only share an address (a whole hospital may) or the installation."""


def place() -> str:
    """The network address that asks, as a keyed hash: the table of counts tells nobody's."""
    key = current_app.config["SECRET_KEY"].encode()
    return hmac.new(key, (request.remote_addr or "").encode(), hashlib.sha256).hexdigest()


def tries(what: str, whom: str) -> tuple[Try, ...]:
    """One try of a kind for somebody, in every way that it is counted; empty: nobody is named yet."""
    wide = (
        Try(f"{what}_place", place(), _PLACE, _QUARTER, _SHORT),
        Try(f"{what}_all", "all", _ALL, _QUARTER, _SHORT),
    )
    if not whom:
        return wide
    here = Try(f"{what}_here", f"{whom} {place()}", _HERE, _QUARTER)
    return (here, Try(what, whom, _ACCOUNT, _QUARTER), *wide)


def count(what: str, whom: str) -> None:
    """Counts a try of this request, to be given back if it was a right one. Raises TooManyAttempts."""
    g.tries = tries(what, whom)
    attempts.take(*g.tries)


def was_right() -> None:
    """What was tried in this request was right."""
    g.was_right = True


def _typed_address() -> str:
    return request.form.get("email", "").strip().lower()[:254]


def _half_signed_in() -> str:
    return str(session.get("tf_user_id", ""))


def _signed_in() -> str:
    return str(session.get("account", ""))


_COUNTED: Mapping[str, tuple[str, Callable[[], str]]] = {
    "security.login": ("sign_in", _typed_address),
    "security.forgot_password": ("reset", _typed_address),
    "security.two_factor_token_validation": ("code", lambda: _half_signed_in() or _signed_in()),
    "security.mf_recovery": ("code", _half_signed_in),
    "security.wan_signin_response": ("passkey", lambda: ""),
    "security.wan_verify_response": ("prove", _signed_in),
    "security.change_password": ("prove", _signed_in),
    "step_up.prove": ("prove", _signed_in),
}


def count_try() -> None:
    """Before a request that proves something: counts it, or raises TooManyAttempts."""
    what = _COUNTED.get(request.endpoint or "")
    if what and request.method == "POST":
        count(what[0], what[1]())


def give_back(response: Response) -> Response:
    """After it: a right try counts nothing, and its account begins anew from here."""
    tried: tuple[Try, ...] = g.pop("tries", ())
    if tried and (g.pop("was_right", False) or _has_gone_on()):
        attempts.give_back(*tried)
    return response


def _has_gone_on() -> bool:
    """Somebody proved who they are, or their password was right and the second factor comes next."""
    before = getattr(session, "opened_as", None)
    proved = before is not None and before.proof != getattr(session, "proof", "")
    return proved or (request.endpoint == "security.login" and "tf_user_id" in session)


def free(address: str) -> None:
    """Whoever has a new password by mail may use it at once, wherever it was guessed at."""
    attempts.forget("sign_in", address)
    attempts.forget("sign_in_here", f"{address} {place()}")
