"""The keys that sign seals: Ed25519, in a file that no database holds.

Public keys are written as hex. A key's id is the beginning of its hash, so that a seal can name it.
"""

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from escalation.errors import EscalationError


class NoKey(EscalationError):
    """There is no key to sign seals with; the text says why."""


@dataclass(frozen=True, slots=True)
class SealKey:
    """A key that signs, with the id under which seals name it."""

    private: Ed25519PrivateKey

    @property
    def public(self) -> str:
        """The public key in hex: what somebody outside needs to check a seal."""
        return self.private.public_key().public_bytes_raw().hex()

    @property
    def id(self) -> str:
        """The name of the key in seals."""
        return id_of(self.public)

    def sign(self, data: bytes) -> str:
        """The signature in hex."""
        return self.private.sign(data).hex()


def id_of(public: str) -> str:
    """The id of a public key in hex: 16 letters of its SHA-256."""
    return hashlib.sha256(bytes.fromhex(public)).hexdigest()[:16]


def make(file: Path) -> SealKey:
    """Writes a new key into a file that only its owner may read. Raises NoKey when there is one already."""
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise NoKey(f"{file} is there already: a key is never written over") from error
    except OSError as error:
        raise NoKey(f"{file} cannot be written: {error.strerror}") from error
    with os.fdopen(handle, "wb") as opened:
        opened.write(pem)
    return SealKey(key)


def load(file: Path) -> SealKey:
    """The key in a file. Raises NoKey when there is none that can be used."""
    try:
        key = load_pem_private_key(file.read_bytes(), password=None)
    except OSError as error:
        raise NoKey(f"{file} cannot be read: {error.strerror}") from error
    except (ValueError, TypeError) as error:
        raise NoKey(f"{file} holds no key: `escalation audit make-key` makes one") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise NoKey(f"{file} holds a key of another kind than Ed25519")
    return SealKey(key)


def by_id(public_keys: Iterable[str]) -> Mapping[str, str]:
    """Public keys in hex by their id."""
    return {id_of(public): public for public in public_keys}


def to_verify_with(own: str | None, others: Iterable[str]) -> Mapping[str, str]:
    """Every public key that a seal may be signed with, by id: of the file `own`, and `others` in hex.

    Raises NoKey for a file that holds none, ValueError for what is no key in hex.
    """
    return by_id([*([load(Path(own)).public] if own else []), *others])


def is_signed(public: str, signature: str, data: bytes) -> bool:
    """Whether a signature in hex, written as `sign` writes it, is this key's over the data."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), data)
    except (InvalidSignature, ValueError):
        return False
    return signature == bytes.fromhex(signature).hex()
