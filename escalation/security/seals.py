"""What a seal is made of: the leaves of its tree, its canonical body, its hash (see docs/record.md)."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

LEAF, READ, SEAL = b"escalation-leaf-v1", b"escalation-read-v1", b"escalation-seal-v1"
"""What each hash begins with, so that none can be taken for one of another kind."""


@dataclass(frozen=True, slots=True)
class Seal:
    """One seal, as its body says it. `cases`, `events` and `reads` are all that is sealed up to it."""

    v: int
    partnership: int
    public_id: str
    n: int
    epoch: int
    at_us: int
    previous: str
    root: str
    leaves: int
    cases: int
    events: int
    reads: int
    key: str

    @property
    def body(self) -> str:
        """The canonical body, which is kept as it is hashed and signed."""
        return canonical(asdict(self))


def canonical(values: dict[str, Any]) -> str:
    """JSON with sorted keys, no spaces and ASCII only."""
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def signed_bytes(body: str) -> bytes:
    """What hash and signature of a seal cover: the tag and the length-prefixed body."""
    return _tagged(SEAL, body)


def seal_hash(body: str) -> str:
    """SHA-256 in hex over what is signed."""
    return hashlib.sha256(signed_bytes(body)).hexdigest()


def anchor_of(public_id: str, n: int, digest: str) -> str:
    """A seal as one line of a mail or an export, by which a verification knows it again."""
    return f"escalation-seal {public_id} {n} {digest}"


def read_hash(
    partnership: int, number: int, case: int, account: int, slot: str | None, what: str,
    reason: str | None, at_us: int,
) -> str:  # fmt: skip
    """SHA-256 in hex over the canonical form of one entry of the read log, its reason as stored."""
    entry = {
        "partnership": partnership, "id": number, "case": case, "account": account, "slot": slot,
        "what": what, "reason": reason, "at_us": at_us,
    }  # fmt: skip
    return hashlib.sha256(_tagged(READ, canonical(entry))).hexdigest()


def leaf_of_head(partnership: int, case: int, seq: int, event_hash: str) -> bytes:
    """The leaf for a case whose newest event is `seq`."""
    return _tagged(LEAF, "head", str(partnership), str(case), str(seq), event_hash)


def leaf_of_read(partnership: int, number: int, digest: str) -> bytes:
    """The leaf for one entry of the read log, with its `read_hash`."""
    return _tagged(LEAF, "read", str(partnership), str(number), digest)


def _tagged(tag: bytes, *fields: str) -> bytes:
    parts = (field.encode() for field in fields)
    return tag + b"".join(len(part).to_bytes(8, "big") + part for part in parts)
