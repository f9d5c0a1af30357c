"""What proves who somebody is beside a password: codes of an app, passkeys, recovery codes.

A code is good once: the time step of the last one is kept in the account. A passkey has made sure by
itself who uses it (a finger, a face, a PIN), so it stands for both factors; it is offered alone, and after
a password.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

import qrcode
import structlog
from flask import Flask, current_app, session
from flask_security import Totp
from flask_security.recovery_codes import MfRecoveryCodesUtil
from flask_security.twofactor import CodeTfPlugin, is_tf_setup
from flask_security.webauthn import WebAuthnSigninResponseForm, WebAuthnTfPlugin, has_webauthn
from flask_security.webauthn_util import WebauthnUtil
from passlib.totp import TOTP, AppWallet, TokenError
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from escalation.config import Settings
from escalation.errors import Refused
from escalation.security import factor_secrets
from escalation.security.sealing import CannotOpen
from escalation.services import factor_binding
from escalation.web.sign_in import store
from escalation.web.sign_in.going_on import is_own_path


def totp_keys(settings: Settings) -> dict[str, str]:
    """The keys of the secrets of apps, each by a name that stays with it; the newest first."""
    return {
        hashlib.sha256(f"name of {key}".encode()).hexdigest()[:12]: key
        for key in factor_secrets.written_keys(settings)
    }


class Codes(Totp):
    """Codes of an app: each is good once, and its QR code is drawn in the page itself."""

    def __init__(self, secrets: dict[str, str], issuer: str) -> None:
        super().__init__(secrets, issuer)
        wallet = AppWallet(secrets, default_tag=next(iter(secrets)))
        self._totp = TOTP.using(issuer=issuer, wallet=wallet)

    def verify_totp(self, token: str, totp_secret: str, user: Any, window: int = 0) -> bool:
        """True for a right code that was not used before; `window` is in seconds to either side.

        The account is locked meanwhile: of two who send the same code at once, one is in.
        """
        person = store.locked(user)
        last = person.totp_counter if totp_secret == person.tf_totp_secret else None
        secret = _opened(person, totp_secret)
        try:
            match = self._totp.verify(token.replace(" ", ""), secret, window=window, last_counter=last)
        except TokenError:
            return False
        person.totp_counter = match.counter
        return True

    def generate_qrcode(self, username: str, totp: str) -> str:
        """The code's size and the path of its dark squares, for an `svg` in the page: no `data:` image."""
        code = qrcode.QRCode(border=2)
        code.add_data(self.get_totp_uri(username, totp))
        return _drawn(code.get_matrix())


_NOT_THEIRS = (
    "The app that is kept for this account is not this account's own, so its codes are not taken. Nothing "
    "else has changed. Sign in with a recovery code or a passkey, and tell the board office."
)
_log = structlog.get_logger(__name__)


def _opened(person: Any, kept: str) -> str:
    """An app's secret, if it is this person's. One that is not kept yet is not bound to anybody.

    Raises Refused for another account's, and for one that is bound to none where all have been bound.
    """
    try:
        if factor_secrets.is_bound(kept):
            return factor_secrets.opened(_keys(), person.id, kept)
        if kept == person.tf_totp_secret and factor_binding.all_bound():
            raise CannotOpen
    except CannotOpen as error:
        _log.warning("an app's secret is not this account's", account=person.id)
        raise Refused("factor_not_theirs", _NOT_THEIRS) from error
    return kept


def _keys() -> factor_secrets.FactorKeys:
    return factor_secrets.keys_of(current_app.config["ESCALATION"])


def _drawn(rows: Sequence[Sequence[bool]]) -> str:
    dark = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark)
    return f"{len(rows)} {''.join(dark)}"


class RecoveryCodes(MfRecoveryCodesUtil):
    """Codes for somebody who has lost the rest. Of each only a hash is kept, under a key from outside and for
    this account. Of two who use the same one at once, one is in."""

    def create_recovery_codes(self, user: Any) -> list[str]:
        """New ones in place of those before; they are shown this once."""
        codes = store.security().totp_factory.generate_recovery_codes(
            current_app.config["SECURITY_MULTI_FACTOR_RECOVERY_CODES_N"]
        )
        kept = [factor_secrets.hashed(_keys(), user.id, code) for code in codes]
        store.security().datastore.mf_set_recovery_codes(user, kept)
        return list(codes)

    def get_recovery_codes(self, user: Any) -> list[str]:
        """How many there are: one mark for each, since none can be shown again."""
        return ["-"] * len(store.security().datastore.mf_get_recovery_codes(user))

    def check_recovery_code(self, user: Any, code: str) -> bool:
        """True for one that was not used."""
        return self._place(store.locked(user), code) is not None

    def delete_recovery_code(self, user: Any, code: str) -> bool:
        """It was used: it is good no more."""
        place = self._place(user, code)
        return place is not None and bool(store.security().datastore.mf_delete_recovery_code(user, place))

    def _place(self, user: Any, code: str) -> int | None:
        kept = store.security().datastore.mf_get_recovery_codes(user)
        found = factor_secrets.place_of(_keys(), user.id, kept, code)
        if found is not None or factor_binding.all_bound():
            return found
        return next((n for n, one in enumerate(kept) if self._decrypt_codes([one]) == [code]), None)


class Passkeys(WebauthnUtil):
    """Which passkeys are asked for: any kind that is found without an address and knows its owner."""

    def authenticator_selection(self, user: Any, usage: str) -> AuthenticatorSelectionCriteria:
        """On this device or another one; the owner is always asked."""
        return AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        )

    def user_verification(self, user: Any, usage: list[str]) -> UserVerificationRequirement:
        """The owner is always asked."""
        return UserVerificationRequirement.REQUIRED


class CodeFactor(CodeTfPlugin):
    """Codes after a password. Flask-Security would take the whole address of the request along."""

    def tf_login(self, user: Any, json_payload: dict[str, Any], next_loc: str | None) -> Any:
        """To the page that asks for the code."""
        return super().tf_login(user, json_payload, _own(next_loc))


def _own(target: str | None) -> str | None:
    return target if target and is_own_path(target) else None


class PasskeyFactor(WebAuthnTfPlugin):
    """Passkeys after a password: whoever has one and no app needs it. With an app, its page offers both."""

    def get_setup_methods(self, user: Any) -> list[tuple[str, str]]:
        """Flask-Security's name for it, for somebody who has no other second factor."""
        if is_tf_setup(user) or not has_webauthn(user, "first"):
            return []
        return [("webauthn", "Passkey")]

    def tf_login(self, user: Any, json_payload: dict[str, Any], next_loc: str | None) -> Any:
        """To the page that asks for the passkey."""
        return super().tf_login(user, json_payload, _own(next_loc))


class PasskeyAnswer(WebAuthnSigninResponseForm):
    """What a passkey answered. Any one will do after a password too, if it is that person's."""

    @property
    def is_secondary(self) -> bool:
        """Flask-Security would ask for one that was made for second place only."""
        return False

    @is_secondary.setter
    def is_secondary(self, _: bool) -> None:
        pass

    def validate(self, **kwargs: Any) -> bool:
        """Flask-Security's checks, and that nobody goes on as another person than they began as."""
        if not super().validate(**kwargs):
            return False
        begun = session.get("tf_user_id")
        return begun is None or (self.user is not None and self.user.fs_uniquifier == begun)


def is_right_code(user: Any, code: str) -> bool:
    """True for a code of the person's app that was not used before. What was used is to be committed."""
    if not is_tf_setup(user):
        return False
    factory: Codes = current_app.extensions["security"].totp_factory
    window = current_app.config["SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY"]
    return bool(factory.verify_totp(code, user.tf_totp_secret, user, window))


def configure(app: Flask, settings: Settings) -> None:
    """Flask-Security's settings of second factors."""
    app.config.update(
        SECURITY_TWO_FACTOR=True,
        SECURITY_TWO_FACTOR_ENABLED_METHODS=["authenticator"],
        SECURITY_TWO_FACTOR_IMPLEMENTATIONS={
            "code": f"{__name__}.CodeFactor",
            "webauthn": f"{__name__}.PasskeyFactor",
        },
        SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY=30,
        SECURITY_TWO_FACTOR_ALWAYS_VALIDATE=True,
        SECURITY_TWO_FACTOR_RESCUE_EMAIL=False,
        SECURITY_TWO_FACTOR_SETUP_URL="/account/app",
        SECURITY_TWO_FACTOR_TOKEN_VALIDATION_URL="/sign-in/code",
        SECURITY_TWO_FACTOR_RESCUE_URL="/sign-in/rescue",
        SECURITY_TWO_FACTOR_SELECT_URL="/sign-in/choose",
        SECURITY_TWO_FACTOR_POST_SETUP_VIEW="/account/recovery-codes",
        SECURITY_TOTP_SECRETS=totp_keys(settings),
        SECURITY_TOTP_ISSUER="Professional challenge",
        SECURITY_MULTI_FACTOR_RECOVERY_CODES=True,
        SECURITY_MULTI_FACTOR_RECOVERY_CODES_N=8,
        SECURITY_MULTI_FACTOR_RECOVERY_CODES_KEYS=factor_secrets.recovery_keys(settings),
        SECURITY_MULTI_FACTOR_RECOVERY_CODES_URL="/account/recovery-codes",
        SECURITY_MULTI_FACTOR_RECOVERY_URL="/sign-in/recovery-code",
        SECURITY_WEBAUTHN=True,
        SECURITY_WAN_RP_NAME="Professional challenge",
        SECURITY_WAN_ALLOW_USER_HINTS=False,
        SECURITY_WAN_ALLOW_AS_FIRST_FACTOR=True,
        SECURITY_WAN_ALLOW_AS_MULTI_FACTOR=True,
        SECURITY_WAN_ALLOW_AS_VERIFY=["first"],
        SECURITY_WAN_REGISTER_URL="/account/passkeys",
        SECURITY_WAN_SIGNIN_URL="/sign-in/passkey",
        SECURITY_WAN_DELETE_URL="/account/passkeys/remove",
        SECURITY_WAN_VERIFY_URL="/prove/passkey",
        SECURITY_WAN_POST_REGISTER_VIEW="/account/second-factor",
        SECURITY_VERIFY_URL="/prove/password",
    )
