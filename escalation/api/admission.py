"""Who comes in: asked before every handler, in an order that tells a caller the true reason first."""

import re

from flask import current_app, request, session
from flask_login import current_user
from flask_wtf import CSRFProtect
from werkzeug.exceptions import BadRequest, Forbidden, NotFound, Unauthorized

from escalation.api.policy import Policy, policy_of
from escalation.config import Settings
from escalation.errors import InvalidInput, NotAllowed

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
KEY_PATTERN = r"^[A-Za-z0-9_-]{8,64}$"
_KEY = re.compile(KEY_PATTERN)
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def admit() -> None:
    """Lets the request through, or raises the HTTP error that says why not.

    The blueprint is exempt from the automatic CSRF check, which would come before the question who
    is there; the same check is made here, after it.
    """
    policy = policy_of(request.endpoint or "", request.method)
    if policy is None:
        raise Forbidden
    if policy is Policy.SIGNED_IN and _signed_in() is None:
        raise Unauthorized
    if policy is Policy.SIGNED_IN and session.get("by_code"):
        # Whoever has proved an address alone has the pages of their own challenge, and nothing for machines.
        raise Forbidden
    if request.method not in _SAFE:
        _csrf().protect()
    if not all(_ID.fullmatch(str(value)) for value in (request.view_args or {}).values()):
        raise NotFound


def account() -> int:
    """The account that asks. Raises Unauthorized when nobody is signed in."""
    found = _signed_in()
    if found is None:
        raise Unauthorized
    return found


def require_proof() -> None:
    """Raises NotAllowed for somebody who has not proved lately who they are: a person does that on a page."""
    settings: Settings = current_app.config["ESCALATION"]
    loaded = getattr(session, "loaded", None)
    if loaded is None or not loaded.is_proved_within(settings.step_up_minutes):
        raise NotAllowed("A decision stays for good: open /prove, show that it is you, and send it again.")


def idempotency_key() -> str:
    """The key that makes a second sending harmless. Raises InvalidInput without a usable one."""
    key = request.headers.get("Idempotency-Key", "")
    if not _KEY.fullmatch(key):
        words = "Send a key of your own for this request: 8 to 64 letters, digits, - or _"
        raise InvalidInput({"Idempotency-Key": [words]})
    return key


def answers() -> dict[str, object]:
    """The JSON object that was sent. Raises BadRequest for anything else, 415 for another media type."""
    try:
        body = request.get_json()
        # A lone surrogate can be written in JSON and kept in no database.
        current_app.json.dumps(body, ensure_ascii=False).encode()
    except (RecursionError, UnicodeEncodeError) as error:
        raise BadRequest from error
    if not isinstance(body, dict):
        raise BadRequest
    return body


def _signed_in() -> int | None:
    """By the session alone: other ways in that Flask-Security knows are not open here."""
    kept = session.get("account")
    if kept is None or not current_user.is_authenticated or current_user.id != kept:
        return None
    return int(kept)


def _csrf() -> CSRFProtect:
    return current_app.extensions["csrf"]
