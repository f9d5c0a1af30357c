"""How Flask-Security is set up: addresses, templates, words, and the classes of ours that it uses."""

from datetime import timedelta
from typing import Any

from flask import Flask, abort, request
from flask_security import Security
from flask_security.utils import aware_utcnow

from escalation.config import Settings
from escalation.web.sign_in import factors, forgotten
from escalation.web.sign_in.going_on import is_own_path
from escalation.web.sign_in.mails import OutboxMail
from escalation.web.sign_in.passwords import SHORTEST, Passwords

_CLOSED = frozenset(
    {"security.verify", "security.two_factor_rescue", "security.two_factor_setup_validate", "security.static"}
)
"""Pages of Flask-Security's that have one of ours in their place."""
_WORDS = {
    "PASSWORD_RESET_REQUEST": (
        "If this address has an account, instructions are on their way to it.",
        "info",
    ),
    "GENERIC_AUTHN_FAILED": ("Check your e-mail and password", "error"),
    "PASSWORD_RESET": ("Your password is set.", "success"),
    "PASSWORD_RESET_NO_LOGIN": ("Your password is set. Sign in with it.", "success"),
    "PASSWORD_CHANGE": ("Your password is changed. You are signed out everywhere else.", "success"),
    "PASSWORD_MISMATCH": ("The two are not the same", "error"),
    "RETYPE_PASSWORD_MISMATCH": ("The two are not the same", "error"),
    "PASSWORD_NOT_PROVIDED": ("Enter a password", "error"),
    "INVALID_PASSWORD": ("This is not your password", "error"),
    "PASSWORD_IS_THE_SAME": ("Choose another one than your password now", "error"),
    "TWO_FACTOR_INVALID_TOKEN": (
        "This code is not right, or was used before. Wait for the next one",
        "error",
    ),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": ("You are signed in.", "success"),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": (
        "Your app is set up. Its codes are asked for from now on.",
        "success",
    ),
    "TWO_FACTOR_DISABLED": ("Codes of an app are no longer asked for.", "success"),
    "TWO_FACTOR_PERMISSION_DENIED": ("That took too long. Sign in once more.", "error"),
    "INVALID_RECOVERY_CODE": ("This recovery code is not right, or was used before", "error"),
    "WEBAUTHN_REGISTER_SUCCESSFUL": ("Your passkey %(name)s is set up.", "success"),
    "WEBAUTHN_CREDENTIAL_DELETED": ("Your passkey %(name)s is taken away.", "success"),
    "WEBAUTHN_EXPIRED": ("That took too long. Try once more.", "error"),
    "WEBAUTHN_NAME_REQUIRED": ("Enter a name for it", "error"),
    "WEBAUTHN_NAME_INUSE": ("You have one of this name. Choose another name", "error"),
    "WEBAUTHN_UNKNOWN_CREDENTIAL_ID": ("This passkey is not known here", "error"),
    "WEBAUTHN_CREDENTIAL_ID_INUSE": ("This passkey is set up already", "error"),
    "WEBAUTHN_NO_VERIFY": ("This passkey could not be used. Try once more", "error"),
    "API_ERROR": ("That did not arrive whole. Try once more", "error"),
}
_CHEAP = {"argon2__rounds": 1, "argon2__memory_cost": 8, "argon2__parallelism": 1}
"""For tests: one of them signs in a hundred times."""


def classes() -> dict[str, Any]:
    """Ours in place of Flask-Security's own."""
    return {
        "mail_util_cls": OutboxMail,
        "password_util_cls": Passwords,
        "totp_cls": factors.Codes,
        "mf_recovery_codes_util_cls": factors.RecoveryCodes,
        "webauthn_util_cls": factors.Passkeys,
        "wan_signin_response_form": factors.PasskeyAnswer,
        "forgot_password_form": forgotten.Asked,
    }


def configure(app: Flask, settings: Settings) -> None:
    """Flask-Security's settings, but those of second factors."""
    app.config.update({f"SECURITY_MSG_{name}": words for name, words in _WORDS.items()})
    app.config.update(
        {f"SECURITY_{name}_TEMPLATE": f"security/{file}.html" for name, file in _TEMPLATES.items()}
    )
    app.config.update(
        SECURITY_PASSWORD_SALT=settings.password_salt,
        SECURITY_PASSWORD_HASH="argon2",
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        # What goes into the token of a link is a password's hash, which is slow and salted already: hashing
        # that slowly again takes a third of a second and protects nothing. (The second reads older links.)
        SECURITY_HASHING_SCHEMES=["hex_sha512", "sha256_crypt"],
        SECURITY_PASSWORD_LENGTH_MIN=SHORTEST,
        SECURITY_EMAIL_PLAINTEXT=False,
        SECURITY_EMAIL_HTML=False,
        SECURITY_LOGIN_URL="/sign-in",
        SECURITY_LOGOUT_URL="/sign-out",
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_POST_LOGIN_VIEW="/work",
        SECURITY_POST_LOGOUT_VIEW="/",
        SECURITY_POST_CHANGE_VIEW="/account",
        SECURITY_RECOVERABLE=True,
        SECURITY_RESET_URL="/password/reset",
        SECURITY_RESET_PASSWORD_WITHIN=timedelta(days=3),
        SECURITY_CHANGEABLE=True,
        SECURITY_CHANGE_URL="/password/change",
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_DEFAULT_REMEMBER_ME=False,
        SECURITY_USE_VERIFY_PASSWORD_CACHE=False,
        SECURITY_DATETIME_FACTORY=aware_utcnow,
        # How long ago somebody proved who they are is for `step_up` to ask, by the database's clock.
        SECURITY_FRESHNESS=timedelta(days=2),
        SECURITY_FRESHNESS_GRACE_PERIOD=timedelta(0),
        REMEMBER_COOKIE_DURATION=0,
        SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS=_CHEAP if settings.testing else {},
    )


_TEMPLATES = {
    "LOGIN_USER": "sign_in",
    "FORGOT_PASSWORD": "forgot_password",
    "RESET_PASSWORD": "reset_password",
    "CHANGE_PASSWORD": "change_password",
    "TWO_FACTOR_SETUP": "app",
    "TWO_FACTOR_VERIFY_CODE": "code",
    "TWO_FACTOR_SELECT": "choose",
    "MULTI_FACTOR_RECOVERY_CODES": "recovery_codes",
    "MULTI_FACTOR_RECOVERY": "recovery_code",
    "WAN_REGISTER": "passkeys",
    "WAN_SIGNIN": "passkey",
    "WAN_VERIFY": "passkey_again",
}


def one_way_in(security: Security) -> None:
    """A person is here by their session on the server alone: no token in a header or an address, no answer
    to machines that holds one. (What machines ask for is under /api, with the same session.)"""
    security.want_json(lambda _: False)
    security.login_manager.request_loader(lambda _: None)


def refuse_what_is_closed() -> None:
    """No page of Flask-Security's that has one of ours, and `next` is a path of this service.

    Its forms are forms: in JSON they would pass by the brake. None of ours asks to be remembered, which would
    open the pages without a session, and so without its end.
    """
    if request.endpoint in _CLOSED:
        abort(404)
    if request.blueprint == "security" and (request.is_json or "remember" in request.values):
        abort(400)
    target = request.values.get("next")
    if target and request.blueprint in ("security", "step_up") and not is_own_path(target):
        abort(400)
