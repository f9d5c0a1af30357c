"""What somebody was sent to an identity provider for, done once they are back; what is said if it fails."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.base_client.errors import MismatchingStateError
from flask import flash, redirect, render_template, session
from flask_login import current_user, logout_user
from requests import RequestException
from werkzeug.wrappers import Response as AnyResponse

from escalation.errors import Refused
from escalation.provider_file import Provider
from escalation.services import identities
from escalation.services.identities import Asserted
from escalation.services.submissions import new_key
from escalation.web import errors, provider_claims
from escalation.web.layout import person
from escalation.web.provider_claims import Claims
from escalation.web.provider_client import Untrustworthy
from escalation.web.sign_in import let_in

Answer = str | tuple[str, int] | dict[str, Any] | AnyResponse
Errand = Mapping[str, Any]
"""`to` is the kind, `target` the path to go on to, `account` who was signed in, `begun` the instant."""

HOW = "provider"
"""How somebody with such a session proved who they are, in `session["how"]`."""
OURS = ("how", "provider", "second_factor", "proved")
"""What a session keeps of a provider; it goes when somebody signs out."""
_REFUSALS = frozenset({"access_denied", "login_required", "interaction_required", "consent_required"})
_log = structlog.get_logger(__name__)


def _sign_in(provider: Provider, errand: Errand, said: Asserted, claims: Claims) -> Answer:
    account = identities.come_in(said)
    if account is None:
        return render_template("security/not_known.html", provider=provider), 403
    if current_user.is_authenticated and person() != account:
        logout_user()
    factor = provider_claims.second_factor(provider, claims)
    answer = let_in(account, HOW, whole=factor, target=errand["target"])
    # Who has a second factor of our own, and proved none there, is asked for it before anything is open.
    session.update(provider=provider.key, second_factor=factor)
    return answer


def _link(provider: Provider, errand: Errand, said: Asserted, claims: Claims) -> Answer:
    if not _same_person(errand):
        return failed(provider, MismatchingStateError())
    try:
        identities.link(person(), said)
    except Refused as refusal:
        return errors.refused(refusal)
    flash(f"Linked. You can sign in with {provider.button} from now on.")
    return redirect(errand["target"])


def _prove(provider: Provider, errand: Errand, said: Asserted, claims: Claims) -> Answer:
    if not _same_person(errand):
        return failed(provider, MismatchingStateError())
    fresh = provider_claims.proved_since(claims, datetime.fromisoformat(errand["begun"]))
    if not fresh or not identities.proved_again(person(), said):
        return failed(provider, Untrustworthy("not proved anew, or by somebody else"))
    session.update(how=HOW, proved=new_key())
    return redirect(errand["target"])


ERRANDS: Mapping[str, Callable[[Provider, Errand, Asserted, Claims], Answer]] = {
    "sign_in": _sign_in,
    "link": _link,
    "prove": _prove,
}
"""By kind, what is done with somebody who is back."""


def failed(provider: Provider, error: Exception) -> Answer:
    """A page that says what to do. The log has the kind of failure: no code, token or words of theirs."""
    kind = str(getattr(error, "error", "")) if isinstance(error, AuthlibBaseError) else ""
    known = kind if kind in _REFUSALS else ""
    _log.warning("a provider did not work out", provider=provider.key, kind=type(error).__name__, said=known)
    return render_template("security/provider_failed.html", provider=provider, why=_why(error, known)), 400


def _why(error: Exception, refusal: str) -> str:
    if isinstance(error, MismatchingStateError):
        return "stale"
    if isinstance(error, RequestException):
        return "away"
    return "refused" if refusal else "wrong"


def _same_person(errand: Errand) -> bool:
    return bool(current_user.is_authenticated) and person() == errand["account"]
