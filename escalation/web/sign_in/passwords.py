"""Which passwords are refused: what others have chosen before, and what anybody would guess of this person.

Length is what counts, so nothing is asked for but that: no capitals, digits or signs. What people choose
most is looked up offline, in the beginnings of the hashes of 40,000 passwords that were found again and
again in breaches (`docs/common_passwords.py` makes the file). A list of millions would hardly find more of
12 characters; a well-worn word that was lengthened (`liverpool2024!`, `dragondragon`) is found by its root.
"""

import hashlib
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from flask_security.password_util import PasswordUtil

from escalation.services import places

SHORTEST = 12
LONGEST = 256
"""An upper end only so that nobody makes the server hash a book."""
_LIST = Path(__file__).with_name("common_passwords.bin")
_WIDTH = 6
_PADDING = 8
"""A well-worn word is still one with so many digits and signs around it."""
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb",
)
_MEANT = str.maketrans("013457@$!", "oieastasi")
_OWN = ("professional", "challenge", "escalation", "safeguarding", "password")
_LEFT = 8
"""So many characters must be left of a password without the words that anybody would guess."""

TOO_COMMON = "This password is one that many people use. Three words that do not belong together are good"
TOO_NEAR = "Your name, your e-mail and the name of this service are guessed first. Choose other words"


class Passwords(PasswordUtil):
    """Flask-Security's check of a new password, with our list and our words."""

    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[list[str] | None, str]:
        """Why this cannot be the password of `user` (None: it can), and the password as it is kept."""
        kept = self.normalize(password)
        problem = problem_of(kept, words_of(kwargs.get("user")))
        return ([problem] if problem else None), kept


def problem_of(password: str, near: Iterable[str] = ()) -> str | None:
    """What is wrong with a password, in words, or None. `near` is what would be guessed first."""
    if len(password) < SHORTEST:
        return f"A password has {SHORTEST} characters or more"
    if len(password) > LONGEST:
        return f"A password has {LONGEST} characters at most"
    if is_common(password):
        return TOO_COMMON
    return TOO_NEAR if _is_near(password, near) else None


def is_common(password: str) -> bool:
    """True for what stands on the list, a keyboard's row, few letters, or a word that was only lengthened."""
    plain = password.lower()
    return len(set(plain)) < 5 or _is_row(plain) or any(_is_listed(root) for root in _roots(plain))


def words_of(user: Any) -> tuple[str, ...]:
    """What would be guessed first of somebody: their name, their address, and where they sign in."""
    if user is None:
        return _OWN
    about = [user.name, user.email]
    for place in places.partnerships_of(user.id):
        about += [place.name, place.service_name]
    return (*_OWN, *re.findall(r"\w{4,}", " ".join(about).lower()))


def _is_near(password: str, near: Iterable[str]) -> bool:
    left = password.lower().translate(_MEANT)
    without = password.lower()
    for word in sorted(set(near), key=len, reverse=True):
        left, without = left.replace(word, ""), without.replace(word, "")
    return min(len(left), len(without)) < _LEFT


def _is_row(plain: str) -> bool:
    return any(plain in row * 2 or plain in row[::-1] * 2 for row in _ROWS)


def _roots(plain: str) -> Iterator[str]:
    """The words that a password may have been made from."""
    joined = re.sub(r"[ _.-]+", "", plain)
    for written in (plain, plain.translate(_MEANT), joined):
        yield written
        yield _repeated(written)
        bare = written.strip("0123456789 !?.,;:-_*#@$%&+=/()'\"")
        if len(written) - len(bare) <= _PADDING:
            yield bare
            yield _repeated(bare)


def _repeated(written: str) -> str:
    """The shortest beginning of which a word is made by saying it again and again."""
    for size in range(3, len(written) // 2 + 1):
        unit = written[:size]
        if (unit * (len(written) // size + 1)).startswith(written):
            return unit
    return written


@cache
def _listed() -> list[bytes]:
    raw = _LIST.read_bytes()
    return [raw[at : at + _WIDTH] for at in range(0, len(raw), _WIDTH)]


def _is_listed(word: str) -> bool:
    beginning = hashlib.sha256(word.encode()).digest()[:_WIDTH]
    listed = _listed()
    at = bisect_left(listed, beginning)
    return at < len(listed) and listed[at] == beginning
