"""From a TOML file to a `Protocol`, or to a list of what is wrong with it, with file, line and key."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from marshmallow import ValidationError

from workflows import layers
from workflows.building import protocol_of
from workflows.did_you_mean import did_you_mean
from workflows.layers import Layered, LayerError
from workflows.names import names
from workflows.positions import Path as KeyPath
from workflows.protocol import Protocol
from workflows.schema import (
    NO_KEYS,
    NO_LIST,
    NO_TABLE,
    NO_TEXT,
    NOT_KNOWN,
    PLAIN,
    TABLES,
    ProtocolSchema,
    keys_at,
)

SHIPPED = Path(__file__).parent / "protocols"


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: where it is, what is wrong, and a likely remedy. `file` is empty for the file itself."""

    line: int
    key: str
    reason: str
    file: str = ""

    def __str__(self) -> str:
        where = f"line {self.line}: {self.key}" if self.key else f"line {self.line}"
        return f"{where}: {self.reason}"


class ProtocolError(Exception):
    """A protocol file that cannot be used. `problems` has every mistake found, in order of lines."""

    def __init__(self, name: str, problems: Sequence[Problem]) -> None:
        self.name, self.problems = name, tuple(sorted(problems, key=lambda p: (p.file, p.line)))
        super().__init__("\n".join(f"{problem.file or name}, {problem}" for problem in self.problems))


def load(path: Path) -> Protocol:
    """Reads one protocol file. Raises ProtocolError, or OSError when it cannot be read."""
    return loads(text_of(path), path.name)


def text_of(path: Path) -> str:
    """The whole text of a file with the layers below it. Raises ProtocolError or OSError."""
    text = _read(path)

    def base(name: str) -> str:
        below = path.parent / f"{name}.toml"
        if not below.is_file():
            raise LookupError(name)
        return _read(below)

    try:
        return layers.bundle(path.stem, text, base)
    except LayerError as error:
        raise ProtocolError(path.name, [_of_layers(error, path.name)]) from error


def _read(path: Path) -> str:
    raw = path.read_bytes()
    try:
        # Some editors put a mark in front of UTF-8; it is no part of the text.
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ProtocolError(path.name, [Problem(line, "", "not UTF-8: save the file as UTF-8")]) from error


def shipped() -> Mapping[str, Path]:
    """The protocol files that come with the service, by file name without ending."""
    return {path.stem: path for path in sorted(SHIPPED.glob("*.toml"))}


@cache
def known() -> Mapping[str, Protocol]:
    """The protocols that come with the service, by the same names, read once."""
    return {stem: load(path) for stem, path in shipped().items()}


def body_sha256(text: str) -> str:
    """The hash by which a published version is known."""
    return hashlib.sha256(text.encode()).hexdigest()


def loads(text: str, name: str) -> Protocol:
    """A protocol from the text of a file called `name`. Raises ProtocolError."""
    return protocol_of(checked(layered(text, name), name))


def layered(text: str, name: str) -> Layered:
    """The layers of a text put together. Raises ProtocolError."""
    try:
        return layers.put_together(name, text)
    except LayerError as error:
        raise ProtocolError(name, [_of_layers(error, name)]) from error


def checked(put: Layered, name: str) -> Mapping[str, Any]:
    """The values of a file whose shape and names hold. Raises ProtocolError with every mistake."""
    try:
        values = ProtocolSchema().load(put.values)
    except ValidationError as error:
        found: Iterable[tuple[KeyPath, str]] = list(_flat(error.messages_dict, ()))
    else:
        found = list(names(values))
    if found:
        raise ProtocolError(name, [_problem(put, path, reason, name) for path, reason in found])
    return dict(values)


def _of_layers(error: LayerError, name: str) -> Problem:
    file = "" if error.origin.file in (name, name.removesuffix(".toml")) else f"{error.origin.file}.toml"
    return Problem(error.origin.line, error.key, error.reason, file)


def _flat(messages: Any, path: KeyPath) -> Iterable[tuple[KeyPath, str]]:
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            yield from _flat(inner, path if key in NO_KEYS else (*path, key))
    else:
        for message in messages:
            yield path, str(message)


def _problem(put: Layered, path: KeyPath, reason: str, name: str) -> Problem:
    origin = put.origin(path)
    file = "" if origin.file == name else f"{origin.file}.toml"
    return Problem(origin.line, ".".join(map(str, path)), _plain(path, reason), file)


def _plain(path: KeyPath, reason: str) -> str:
    """marshmallow's reason so that a board officer can act on it."""
    last = str(path[-1]) if path else ""
    if reason == NOT_KNOWN and last == "without":
        return "takes something out of a base: name the base with extends = '...'"
    if reason == NOT_KNOWN:
        return f"is not a key here{did_you_mean(last, keys_at(path[:-1]))}"
    if reason in (NO_LIST, NO_TABLE) and last in TABLES:
        name = ".".join(step for step in path if isinstance(step, str))
        return f"is a list of tables; write [[{name}]] in two brackets"
    if path[:1] == ("welsh",) and reason == NO_TEXT:
        return "has a name with a dot: put it between quotation marks, as in \"stage.review\" = '...'"
    return PLAIN.get(reason, reason)
