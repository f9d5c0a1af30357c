"""Other values in the place of one: for each class of bytes in it, and for each of its letters."""

import string
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

_CLASSES = (string.digits, string.ascii_lowercase, string.ascii_uppercase, string.punctuation, " ")
_OTHER = {" ": "\u00a0"}


def by_class(value: Any, nullable: bool) -> Iterator[tuple[str, Any]]:
    """One other value for each class of bytes, and such that are longer, shorter, empty or nothing."""
    if value is None:
        yield from (("something", "x"), ("something", 1))
        return
    if nullable:
        yield "nothing", None
    if isinstance(value, bool):
        yield "the other truth", not value
    elif isinstance(value, int):
        yield from (("one more", value + 1), ("one less", value - 1))
    elif isinstance(value, datetime):
        yield from (("a microsecond later", value + timedelta(microseconds=1)), ("a year", _a_year(value)))
    else:
        yield from _of_text(value)


def every_letter(value: Any) -> Iterator[tuple[str, Any]]:
    """A text with one letter changed, for each of its letters."""
    if isinstance(value, str):
        yield from ((f"letter {n + 1}", _changed(value, n)) for n in range(len(value)))


def _a_year(value: datetime) -> datetime:
    return value - timedelta(days=365)


def _of_text(value: str) -> Iterator[tuple[str, str]]:
    for letters in _CLASSES:
        found = next((n for n, letter in enumerate(value) if letter in letters), None)
        if found is not None:
            yield f"another of {letters[:3]!r}", _changed(value, found)
    if other := next((n for n, letter in enumerate(value) if ord(letter) > 126), None):
        yield "another beyond ASCII", _changed(value, other)
    yield from (("longer", value + "~"), ("shorter", value[:-1]), ("other case", value.swapcase()))


def _changed(value: str, n: int) -> str:
    letter = value[n]
    for letters in _CLASSES[:4]:
        if letter in letters:
            return value[:n] + letters[(letters.index(letter) + 1) % len(letters)] + value[n + 1 :]
    return value[:n] + _OTHER.get(letter, chr(ord(letter) ^ 1)) + value[n + 1 :]
