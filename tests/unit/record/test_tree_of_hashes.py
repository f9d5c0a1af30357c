"""The tree of a seal is that of RFC 6962, and a path proves each leaf and nothing else."""

import hashlib

import pytest

from escalation.security import merkle

LEAVES = [
    bytes.fromhex(text)
    for text in (
        *("", "00", "10", "2021", "3031", "40414243", "5051525354555657"),
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
"""The published roots of the first one, two ... eight of these leaves."""


@pytest.mark.parametrize("count", range(1, 9))
def test_a_root_is_the_published_one(count: int) -> None:
    assert merkle.root_of(LEAVES[:count]) == ROOTS[count - 1]


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert merkle.root_of([]) == hashlib.sha256(b"").hexdigest()


@pytest.mark.parametrize("count", range(1, 18))
def test_each_leaf_climbs_to_the_root_and_no_other_does(count: int) -> None:
    leaves = [bytes([n]) for n in range(count)]
    for index, leaf in enumerate(leaves):
        path = merkle.path_of(leaves, index)
        assert _climbed(leaf, path) == merkle.root_of(leaves)
        assert _climbed(leaf + b"x", path) != merkle.root_of(leaves)


def _climbed(leaf: bytes, path: merkle.Path) -> str:
    node = merkle.leaf_hash(leaf)
    for side, other in path:
        pair = bytes.fromhex(other) + node if side == "left" else node + bytes.fromhex(other)
        node = hashlib.sha256(b"\x01" + pair).digest()
    return node.hex()
