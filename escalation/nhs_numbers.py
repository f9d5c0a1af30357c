"""What an NHS number is, wherever one is typed."""

import re

BETWEEN = re.compile(r"[\s\-–/.]+")
"""What people type between the digits of a number."""
_WEIGHTS = range(10, 1, -1)


def is_nhs_number(text: str) -> bool:
    """True for ten digits (spaces, dashes, dots or strokes between them allowed) with a right check digit."""
    digits = BETWEEN.sub("", text)
    if not re.fullmatch(r"[0-9]{10}", digits):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits[:9], _WEIGHTS, strict=True))
    return (11 - total % 11) % 11 == int(digits[9])
