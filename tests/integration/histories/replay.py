"""The row of a case told again from its events alone, and its chain checked, by other code than the service's."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

PHASES = {
    "manager_review": "manager",
    "senior_challenge": "senior",
    "board_arbitration": "arbitration",
    "follow_up": "provisional",
    "closed": "closed",
}
_SAID = {
    "decision_changed": ("position", "changed"),
    "decision_kept": ("position", "kept"),
    "lead_supported": ("lead_view", "supports"),
    "lead_declined": ("lead_view", "declines"),
}
_ENTERED = {"settled_for_now": "follow_up", "closed": "closed"}


def replayed(events: Sequence[Any], pace: str) -> Mapping[str, object]:
    """The columns of the case row that its events determine."""
    row: dict[str, object] = {
        "stage": "manager_review", "entry_seq": 1, "position": "none", "lead_view": "none", "pace": pace,
    }  # fmt: skip
    for event in events:
        codes = json.loads(event.body).get("codes", {})
        if event.kind in _SAID:
            name, value = _SAID[event.kind]
            row[name] = value
        if event.kind == "risk_rose":
            row["pace"] = codes["to"]
        stage = codes["to"] if event.kind == "moved_up" else _ENTERED.get(event.kind)
        if stage:
            row |= {"stage": stage, "entry_seq": int(str(row["entry_seq"])) + 1, "position": "none"}
    last = events[-1]
    return row | {"phase": PHASES[str(row["stage"])], "event_seq": last.seq, "head": last.hash}


def broken(events: Sequence[Any]) -> list[int]:
    """The numbers of events that do not follow on the one before, or whose hash is not theirs."""
    found, previous = [], None
    for number, event in enumerate(events, start=1):
        whole = event.seq == number and (previous is None or event.previous == previous)
        if not (whole and _hash(event) == event.hash):
            found.append(event.seq)
        previous = event.hash
    return found


def _hash(event: Any) -> str:
    """The domain, then each field behind its length in eight bytes."""
    fields = (event.partnership_id, event.case_id, event.seq, event.previous, event.body)
    parts = (str(field).encode() for field in fields)
    whole = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    return hashlib.sha256(b"escalation-event-v1" + whole).hexdigest()
