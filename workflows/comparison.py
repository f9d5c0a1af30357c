"""Two protocol files side by side: what is new, gone, or different, key by key."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workflows.layers import Layered, Origin

Key = tuple[str, ...]
"""Kinds and names from the outside in, as people read them."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One key that is not the same; None where one of the two has it not."""

    key: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        if self.before is None:
            return f"+ {self.key} = {self.after}"
        if self.after is None:
            return f"- {self.key} = {self.before}"
        return f"~ {self.key}: {self.before} -> {self.after}"


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Every difference between the values of two files, in the order of the first, then of the second."""
    old, new = (dict(_flat(values, ())) for values in (before, after))
    keys = dict.fromkeys([*old, *new])
    return tuple(
        Difference(", ".join(key), old.get(key), new.get(key)) for key in keys if old.get(key) != new.get(key)
    )


def with_origins(layered: Layered) -> Iterator[tuple[str, str, Origin]]:
    """Every key of the layers put together, its value, and the file and line it comes from."""
    for key, value, path in _walk(layered.values, (), ()):
        yield ", ".join(key), value, layered.origin(path)


def _flat(value: Any, key: Key) -> Iterator[tuple[Key, str]]:
    for found, words, _ in _walk(value, key, ()):
        yield found, words


def _walk(
    value: Any, key: Key, path: tuple[str | int, ...]
) -> Iterator[tuple[Key, str, tuple[str | int, ...]]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _walk(inner, (*key, name), (*path, name))
    elif isinstance(value, list) and value and all(isinstance(entry, Mapping) for entry in value):
        for index, entry in enumerate(value):
            name = str(entry.get("id", entry.get("do", index + 1)))
            yield from _walk(entry, (*key[:-1], f"{key[-1]} {name}"), (*path, index))
    else:
        yield key, _words(value), path


def _words(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
