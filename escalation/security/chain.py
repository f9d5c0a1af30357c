"""The chain of a case's events: each hash covers the one before, so that no event can be changed,
taken out or put in unnoticed.

The body is canonical JSON, written once and hashed as stored; it is never rebuilt for checking.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from workflows.events import Code

GENESIS = "0" * 64
"""The hash before the first event."""

VERSION = 2
"""The form of a body: 1, which named none, had no `entry`, `said`, `after` and `opened`."""
_DOMAIN = b"escalation-event-v1"


@dataclass(frozen=True, slots=True)
class Told:
    """What an event binds beside its own facts.

    `entry` is the stage entry it belongs to. `said` has for each written field its class and the SHA-256 of
    its text as stored. `after` is what the case row says after the last event of a unit of work, `opened`
    what never changes in it, in the first event of a case.
    """

    entry: int
    said: Mapping[str, Sequence[str]] = field(default_factory=dict)
    after: Mapping[str, Code | None] = field(default_factory=dict)
    opened: Mapping[str, Code | None] = field(default_factory=dict)


def body_of(
    kind: str,
    at: datetime,
    actor: int | None,
    slot: str | None,
    via: str | None,
    codes: Mapping[str, Code],
    told: Told,
) -> str:
    """The canonical body: sorted keys, no spaces, time as whole microseconds since 1970 UTC.

    What is empty is left out. A body without `v` is of the first form, which bound no words.
    """
    bound = (("said", told.said), ("after", told.after), ("opened", told.opened))
    return json.dumps(
        {
            "v": VERSION,
            "kind": kind,
            "at_us": microseconds(at),
            "actor": actor,
            "slot": slot,
            "via": via,
            "codes": dict(codes),
            "entry": told.entry,
            **{name: dict(values) for name, values in bound if values},
        },
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=True,
    )


def microseconds(at: datetime) -> int:
    """An instant as whole microseconds since 1970 UTC."""
    return int(at.timestamp()) * 1_000_000 + at.microsecond


def text_digest(text: str) -> str:
    """SHA-256 in hex of a text as it is stored."""
    return hashlib.sha256(text.encode()).hexdigest()


def event_hash(partnership: int, case: int, seq: int, previous: str, body: str) -> str:
    """SHA-256 in hex over the domain tag and the length-prefixed fields."""
    digest = hashlib.sha256(_DOMAIN)
    for part in (str(partnership), str(case), str(seq), previous, body):
        raw = part.encode()
        digest.update(len(raw).to_bytes(8, "big") + raw)
    return digest.hexdigest()
