"""Names that may be shown: random ids for addresses, references for people, keys for forms."""

import secrets

ALPHABET = "23456789BCDFGHJKMNPQRTVWXYZ"
"""No vowels, no 0/O, 1/I/L, S/5 only once: it can be read out on the telephone and spells no word."""


def new_public_id() -> str:
    """A random id of 128 bits for an address; it tells nothing and cannot be guessed."""
    return secrets.token_urlsafe(16)


def new_reference(prefix: str, year: int) -> str:
    """A reference such as NC-26-7KD4Q: it does not count up, so it tells nobody how many there are."""
    return f"{prefix}-{year % 100:02d}-{''.join(secrets.choice(ALPHABET) for _ in range(5))}"
