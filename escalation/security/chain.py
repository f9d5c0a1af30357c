"""The chain of a case's events: each hash covers the one before, so that no event can be changed,
taken out or put in unnoticed.

The body is canonical JSON, written once and hashed as stored; it is never rebuilt for checking.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime

from workflows.events import Code

GENESIS = "0" * 64
"""The hash before the first event."""

_DOMAIN = b"escalation-event-v1"


def body_of(
    kind: str, at: datetime, actor: int | None, slot: str | None, via: str | None, codes: Mapping[str, Code]
) -> str:
    """The canonical body: sorted keys, no spaces, time as whole microseconds since 1970 UTC."""
    return json.dumps(
        {
            "kind": kind,
            "at_us": int(at.timestamp()) * 1_000_000 + at.microsecond,
            "actor": actor,
            "slot": slot,
            "via": via,
            "codes": dict(codes),
        },
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=True,
    )


def event_hash(partnership: int, case: int, seq: int, previous: str, body: str) -> str:
    """SHA-256 in hex over the domain tag and the length-prefixed fields."""
    digest = hashlib.sha256(_DOMAIN)
    for field in (str(partnership), str(case), str(seq), previous, body):
        raw = field.encode()
        digest.update(len(raw).to_bytes(8, "big") + raw)
    return digest.hexdigest()
