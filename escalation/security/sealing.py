"""How one text is sealed: AES-256-GCM, bound to the place where it stands. Pure: no database, no settings.

    v1:<version of the key>:<base64 of nonce, ciphertext and tag>

The nonce is 96 random bits. The associated data are the partnership, table, column and row that the text
belongs to, and the version of the key: a value that is copied to another place cannot be opened there.
"""

import base64
import binascii
import json
import re
import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from escalation.errors import EscalationError

FORM = "v1"
KEY_BYTES = 32
_NONCE_BYTES = 12
_DOMAIN = "escalation-seal-v1"
_SEALED = re.compile(r"v1:([1-9][0-9]{0,8}):([A-Za-z0-9_-]{38,})")


class CannotOpen(EscalationError):
    """This text cannot be opened: its key is not here, or it is not what was sealed."""


class Destroyed(CannotOpen):
    """This text was destroyed, with the only key that opened it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands. `partnership` is 0 for what belongs to none."""

    partnership: int
    table: str
    column: str
    row: str


def new_key() -> bytes:
    """A random key of 256 bits."""
    return secrets.token_bytes(KEY_BYTES)


def is_sealed(text: str) -> bool:
    """True for a text in the form of a sealed one, whoever may open it."""
    return _SEALED.fullmatch(text) is not None


def version_of(sealed: str) -> int:
    """The version of the key that a text was sealed with. Raises CannotOpen for one that is not sealed."""
    return int(_parts(sealed)[0])


def seal(key: bytes, version: int, place: Place, text: str) -> str:
    """The text, sealed for one place."""
    return _sealed(key, version, place, text.encode())


def open_(key: bytes, place: Place, sealed: str) -> str:
    """The text again. Raises CannotOpen for another key or place, and for a value that was changed."""
    return _opened(key, place, sealed).decode()


def wrap(key: bytes, version: int, place: Place, secret: bytes) -> str:
    """A key, sealed with the one above it."""
    return _sealed(key, version, place, secret)


def unwrap(key: bytes, place: Place, wrapped: str) -> bytes:
    """The key again. Raises CannotOpen as `open_` does."""
    return _opened(key, place, wrapped)


def _sealed(key: bytes, version: int, place: Place, content: bytes) -> str:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = nonce + AESGCM(key).encrypt(nonce, content, _bound_to(place, version))
    return f"{FORM}:{version}:{base64.urlsafe_b64encode(sealed).rstrip(b'=').decode()}"


def _opened(key: bytes, place: Place, sealed: str) -> bytes:
    version, encoded = _parts(sealed)
    try:
        raw = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
        return AESGCM(key).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _bound_to(place, int(version)))
    except (InvalidTag, ValueError, binascii.Error) as error:
        raise CannotOpen from error


def _parts(sealed: str) -> tuple[str, str]:
    found = _SEALED.fullmatch(sealed)
    if found is None:
        raise CannotOpen
    return found[1], found[2]


def _bound_to(place: Place, version: int) -> bytes:
    """As JSON, so that no two places can be written alike."""
    parts = [_DOMAIN, place.partnership, place.table, place.column, place.row, version]
    return json.dumps(parts, separators=(",", ":")).encode()
