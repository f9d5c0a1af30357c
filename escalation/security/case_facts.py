"""What the record says of a case's own row: bound into its events, so that the row can be rebuilt from them.

The first event of a case holds what never changes in the row, the last event of each unit of work what the
row says from then on. Instants are whole microseconds since 1970 UTC; the terms stand as their SHA-256.
"""

from collections.abc import Mapping
from typing import Any

from escalation.security.chain import microseconds, text_digest
from workflows.events import Code

OPENED = (
    *("public_id", "reference", "raiser_id", "challenged_role", "urgency", "track"),
    *("quiet", "follows_id", "beside_id", "raised_at"),
)
"""The columns that never change after a case was opened."""
AFTER = (
    *("protocol_version_id", "pace", "terms", "paused_at", "stage", "phase"),
    *("position", "lead_view", "readdressed", "closed_at"),
)
"""The columns that a move may change, but for the head of the chain, which the chain itself gives."""


def opened(row: Mapping[str, Any]) -> dict[str, Code | None]:
    """What the first event says of a case row."""
    return {name: _said(name, row[name]) for name in OPENED}


def after(row: Mapping[str, Any]) -> dict[str, Code | None]:
    """What the last event of a unit of work says of a case row."""
    return {name: _said(name, row[name]) for name in AFTER}


def _said(name: str, value: Any) -> Code | None:
    if name == "terms":
        return text_digest(value)
    return microseconds(value) if name.endswith("_at") and value is not None else value
