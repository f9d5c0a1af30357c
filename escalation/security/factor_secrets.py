"""What second factors keep in an account's row, bound to that account under keys from outside the database.

    account.tf_totp_secret      the secret of an app: AES-256-GCM, with the account as associated data
    account.mf_recovery_codes   HMAC-SHA-256 of the account and the code: only compared, never opened

A value that is copied to another account opens nothing there. A key is known by a number that is made from
it, so several can be known at once; the first of the setting is the newest.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from escalation.config import Settings
from escalation.security import sealing
from escalation.security.keys import derived
from escalation.security.sealing import CannotOpen, Place

_HASHED = "h1"


@dataclass(frozen=True, slots=True)
class FactorKeys:
    """The keys by their number, and the number of the newest."""

    of: Mapping[int, bytes]
    newest: int


def written_keys(settings: Settings) -> tuple[str, ...]:
    """The keys as they are written, the newest first. A demo derives one of its own."""
    return settings.factor_keys or (f"factors of {settings.secret_key}",)


def keys_of(settings: Settings) -> FactorKeys:
    """The keys that the settings name."""
    written = written_keys(settings)
    found = {_number(key): hashlib.sha256(f"second factors: {key}".encode()).digest() for key in written}
    return FactorKeys(found, _number(written[0]))


def opener_of_before(settings: Settings) -> Callable[[str], str | None]:
    """What opens a recovery code that was encrypted and not hashed; gives None where its key is not here."""
    several = MultiFernet([Fernet(key) for key in recovery_keys(settings)])

    def opens(kept: str) -> str | None:
        try:
            return several.decrypt(kept.encode()).decode()
        except InvalidToken:
            return None

    return opens


def recovery_keys(settings: Settings) -> list[bytes]:
    """The keys with which recovery codes of before were encrypted."""
    return [
        base64.urlsafe_b64encode(hashlib.sha256(f"recovery codes: {key}".encode()).digest())
        for key in written_keys(settings)
    ]


def _number(key: str) -> int:
    return 1 + int.from_bytes(hashlib.sha256(f"number of {key}".encode()).digest()[:8]) % 999_999_999


def _in_account(account: int) -> Place:
    return Place(0, "account", "tf_totp_secret", str(account))


def is_bound(secret: str) -> bool:
    """Whether an app's secret is bound to an account, as all are that were kept since this was built."""
    return sealing.is_sealed(secret)


def bound(keys: FactorKeys, account: int, secret: str) -> str:
    """An app's secret as it is kept for one account; one that is bound already stays as it is."""
    if is_bound(secret):
        return secret
    key = derived(keys.of[keys.newest], "secrets of apps")
    return sealing.seal(key, keys.newest, _in_account(account), secret)


def opened(keys: FactorKeys, account: int, kept: str) -> str:
    """The secret again. Raises CannotOpen for another account's, or when its key is not here."""
    key = keys.of.get(sealing.version_of(kept))
    if key is None:
        raise CannotOpen
    return sealing.open_(derived(key, "secrets of apps"), _in_account(account), kept)


def hashed(keys: FactorKeys, account: int, code: str) -> str:
    """A recovery code as it is kept for one account."""
    return f"{_HASHED}:{keys.newest}:{_digest(keys, keys.newest, account, code)}"


def is_hashed(kept: str) -> bool:
    """Whether a recovery code is kept as its hash."""
    return kept.startswith(f"{_HASHED}:")


def place_of(keys: FactorKeys, account: int, kept: Sequence[str], code: str) -> int | None:
    """Which of an account's kept codes this one is; None: it is none of them."""
    alike = [n for n, one in enumerate(kept) if is_hashed(one) and _is(keys, account, one, code)]
    return alike[0] if alike else None


def _is(keys: FactorKeys, account: int, kept: str, code: str) -> bool:
    number, _, digest = kept.removeprefix(f"{_HASHED}:").partition(":")
    if not number.isdecimal() or int(number) not in keys.of:
        return False
    return hmac.compare_digest(digest, _digest(keys, int(number), account, code))


def _digest(keys: FactorKeys, number: int, account: int, code: str) -> str:
    key = derived(keys.of[number], "recovery codes")
    return hmac.new(key, f"{account}|{code}".encode(), hashlib.sha256).hexdigest()
