"""Where the keys at the top come from: a file, the environment, or a function that asks a key store.

    1:4jZ4w…            one key a line: its version, and the base64 of 32 random bytes
    2:Jk0aq…            the highest version is the one with which is sealed

None of them is ever in the database or in its backup.
"""

import base64
import binascii
import os
import secrets
import stat
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Protocol

KEY_BYTES = 32
_OTHERS = stat.S_IRWXO
_HEAD = (
    "# Keys of Escalation. Without them nothing that people wrote can be read.\n"
    "# Keep a copy, apart from the backups of the database.\n"
)


class NoKeys(Exception):
    """The keys cannot be had; the text says why, and never what they are."""


class _Settings(Protocol):
    @property
    def key_file(self) -> str: ...
    @property
    def keys(self) -> tuple[str, ...]: ...
    @property
    def key_hook(self) -> str: ...
    @property
    def index_key_file(self) -> str: ...
    @property
    def index_keys(self) -> tuple[str, ...]: ...


Versions = Mapping[int, bytes]


def of_texts(settings: _Settings) -> Versions:
    """The keys that wrap the keys of partnerships, by version. Raises NoKeys."""
    return _one_of(settings.key_file, settings.keys, settings.key_hook)


def of_index(settings: _Settings) -> Versions:
    """The keys of the index of numbers, by version. Raises NoKeys."""
    return _one_of(settings.index_key_file, settings.index_keys, "")


def _one_of(file: str, given: tuple[str, ...], hook: str) -> Versions:
    if sum(map(bool, (file, given, hook))) > 1:
        raise NoKeys("is given in two ways: keep one of them")
    if hook:
        return _asked(hook)
    return _parsed(Path(file)) if file else parse(given)


def _parsed(file: Path) -> Versions:
    try:
        open_to_others = file.stat().st_mode & _OTHERS
        text = file.read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        raise NoKeys(
            f"{file} cannot be read: make it with `escalation keys new`, or name the right file"
        ) from error
    if open_to_others:
        raise NoKeys(f"{file} can be opened by everybody on this machine: `chmod 600` it")
    return parse(line for line in text.splitlines() if not line.startswith("#"))


def parse(lines: Iterable[str]) -> Versions:
    """Keys as they are written, by version. Raises NoKeys when there is none, or one that cannot be right."""
    found: dict[int, bytes] = {}
    for line in filter(None, (line.strip() for line in lines)):
        version, _, encoded = line.partition(":")
        if not version.isdecimal() or not 0 < int(version) < 10**9 or int(version) in found:
            raise NoKeys("each key has a version of its own before it: 1:…, 2:…")
        found[int(version)] = _decoded(encoded)
    return _whole(found)


def _decoded(encoded: str) -> bytes:
    try:
        return base64.b64decode(
            encoded.translate(str.maketrans("-_", "+/")) + "=" * (-len(encoded) % 4), validate=True
        )
    except (binascii.Error, ValueError) as error:
        raise NoKeys("a key is not written in base64: `escalation keys new` makes one") from error


def _whole(found: Versions) -> Versions:
    if not found:
        raise NoKeys("is missing: what people write is sealed with it. `escalation keys new FILE` makes one")
    if any(len(key) != KEY_BYTES or len({*key}) < 8 for key in found.values()):
        raise NoKeys("a key is not 32 random bytes: `escalation keys new` makes one")
    return found


def _asked(hook: str) -> Versions:
    """What a function of the operator's own gives: a mapping of versions to keys."""
    module, _, name = hook.partition(":")
    try:
        given = getattr(import_module(module), name)()
        return _whole({int(version): bytes(key) for version, key in given.items()})
    except NoKeys:
        raise
    except Exception as error:  # whatever a hook raises: there are no keys
        raise NoKeys(
            f"{hook} gave no keys ({type(error).__name__}): name module:function, which gives keys by version"
        ) from error


def written(version: int, key: bytes) -> str:
    """A key as it stands in a file."""
    return f"{version}:{base64.urlsafe_b64encode(key).rstrip(b'=').decode()}"


def new_text() -> str:
    """A new key of version 1, as it is written."""
    return written(1, secrets.token_bytes(KEY_BYTES))


def add_to(file: Path) -> int:
    """Makes a new key in a file, which is made as well if it is not there; gives its version.

    The file is replaced at once: whoever reads it meanwhile has the old one or the new one. Raises NoKeys.
    """
    before = {} if not file.exists() else _parsed(file)
    version = max(before, default=0) + 1
    keys = {**before, version: secrets.token_bytes(KEY_BYTES)}
    lines = "".join(f"{written(v, key)}\n" for v, key in sorted(keys.items()))
    unfinished = file.with_name(f".{file.name}.unfinished")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as handle:
        handle.write(_HEAD + lines)
        handle.flush()
        os.fsync(handle.fileno())
    unfinished.rename(file)
    return version
