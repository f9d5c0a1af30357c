"""A tree of hashes over leaves, as in RFC 6962: one root stands for all of them, and a short path proves one.

A leaf and a node are hashed with different first bytes, so that neither can be taken for the other. A node
without a partner goes up as it is.
"""

import hashlib
from collections.abc import Sequence

Path = tuple[tuple[str, str], ...]
"""From a leaf to the root: on which side the other hash stands (`left`, `right`), and that hash in hex."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def root_of(leaves: Sequence[bytes]) -> str:
    """The root over the data of all leaves, in hex. Of none: the hash of nothing."""
    if not leaves:
        return hashlib.sha256(b"").hexdigest()
    level = [leaf_hash(data) for data in leaves]
    while len(level) > 1:
        level = _above(level)
    return level[0].hex()


def path_of(leaves: Sequence[bytes], index: int) -> Path:
    """What proves that leaf `index` is under the root."""
    level, path = [leaf_hash(data) for data in leaves], []
    while len(level) > 1:
        beside = index ^ 1
        if beside < len(level):
            path.append(("left" if beside < index else "right", level[beside].hex()))
        level, index = _above(level), index // 2
    return tuple(path)


def _above(level: Sequence[bytes]) -> list[bytes]:
    pairs = zip(level[::2], level[1::2], strict=False)
    made = [hashlib.sha256(b"\x01" + left + right).digest() for left, right in pairs]
    return [*made, level[-1]] if len(level) % 2 else made
