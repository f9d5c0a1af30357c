"""The keys at the top, as one process holds them, and what it has unwrapped with them lately.

A key is had by version: several may be known at once, and what is new is wrapped with the highest. They stand
with the engine of the database that they open, so that whoever has a connection has them (`vault_of`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from weakref import WeakKeyDictionary

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection, Engine

from escalation import key_sources
from escalation.config import Settings
from escalation.errors import ConfigurationError
from escalation.security.sealing import KEY_BYTES, CannotOpen, Place, unwrap

REMEMBERED = 256
"""How many unwrapped keys of partnerships a process remembers at most."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Keys by version."""

    versions: Mapping[int, bytes]

    @property
    def newest(self) -> int:
        """The version with which is wrapped what is new."""
        return max(self.versions)

    def of(self, version: int) -> bytes:
        """One of them. Raises CannotOpen when it is not here."""
        try:
            return self.versions[version]
        except KeyError as error:
            raise CannotOpen from error


class Vault:
    """The keys of one process. `texts` wrap the keys of partnerships, `index` makes the index of numbers."""

    def __init__(self, texts: KeyRing, index: KeyRing) -> None:
        self.texts, self.index = texts, index
        self.all_sealed = False
        """Turns true when it was seen that nothing may stand open any more."""
        self.partnership_key = lru_cache(maxsize=REMEMBERED)(self._partnership_key)

    def _partnership_key(self, partnership: int, version: int, wrapped_by: int, wrapped: str) -> bytes:
        """A partnership's key as its row has it: known by what is written there, so that a key that was
        never committed, or wrapped anew, is no other one. Raises CannotOpen."""
        place = of_partnership_key(partnership, version)
        return unwrap(self.texts.of(wrapped_by), place, wrapped)

    def for_sessions(self, version: int) -> bytes:
        """The key of what signed-in browsers hold: derived, since it lives for hours only."""
        return derived(self.texts.of(version), "sessions")

    def for_numbers(self, partnership: int) -> Mapping[int, bytes]:
        """The keys of a partnership's index of numbers, by version."""
        return {v: derived(key, f"numbers of {partnership}") for v, key in self.index.versions.items()}

    def for_fingerprints(self) -> Mapping[int, bytes]:
        """The keys with which it is known again that a form was sent before, by version."""
        return {v: derived(key, "fingerprints of forms") for v, key in self.index.versions.items()}


def of_partnership_key(partnership: int, version: int) -> Place:
    """Where a partnership's wrapped key stands."""
    return Place(partnership, "partnership_key", "wrapped", str(version))


def derived(key: bytes, purpose: str) -> bytes:
    """Another key, for one purpose, from which the first cannot be had."""
    kdf = HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=f"escalation {purpose}".encode())
    return kdf.derive(key)


def from_settings(settings: Settings) -> Vault:
    """The keys that the settings lead to. Raises ConfigurationError."""
    try:
        return Vault(KeyRing(key_sources.of_texts(settings)), KeyRing(key_sources.of_index(settings)))
    except key_sources.NoKeys as error:
        raise ConfigurationError(f"the keys of what people write: {error}") from error


_held: WeakKeyDictionary[Engine, Vault] = WeakKeyDictionary()


def hold(engine: Engine, vault: Vault) -> None:
    """From now on these are the keys for whoever uses this engine."""
    _held[engine] = vault


def vault_of(connection: Connection) -> Vault:
    """The keys for what a connection reads and writes. Raises CannotOpen when it has none."""
    try:
        return _held[connection.engine]
    except KeyError as error:
        raise CannotOpen from error
