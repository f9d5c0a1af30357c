"""Names that may be shown: random ids for addresses, references for people, keys for forms."""

import re
import secrets

ALPHABET = "23456789BCDFGHJKMNPQRTVWXYZ"
"""No vowels, no 0/O, 1/I/L, S/5 only once: it can be read out on the telephone and spells no word."""


def new_public_id() -> str:
    """A random id of 128 bits for an address; it tells nothing and cannot be guessed."""
    return secrets.token_urlsafe(16)


def new_reference(prefix: str, year: int) -> str:
    """A reference such as NC-26-7KD4Q: it does not count up, so it tells nobody how many there are."""
    return f"{prefix}-{year % 100:02d}-{''.join(secrets.choice(ALPHABET) for _ in range(5))}"


def as_written(reference: str) -> str:
    """A reference as somebody typed it, as it is kept: nc 26 7kd4q is NC-26-7KD4Q."""
    letters = re.sub(r"[\W_]", "", reference.upper())
    found = re.fullmatch(r"([A-Z]+)(\d\d)([A-Z0-9]{5})", letters)
    return "-".join(found.groups()) if found else letters
