"""The terms of a case as text in its row: what was agreed or put on record and bears on what may follow."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from workflows.case import Terms, TimeProposal
from workflows.facts import Facts
from workflows.vocabulary import Anchor, Gate, Side


def as_text(terms: Terms) -> str:
    """The terms as JSON. Since when the clocks stand still has a column of its own."""
    values: dict[str, Any] = {
        "facts": asdict(terms.facts),
        "named": terms.named,
        "gates": {str(gate): account for gate, account in terms.gates.items()},
        "anchors": {str(anchor): at.isoformat() for anchor, at in terms.anchors.items()},
        "protect_by": terms.protect_by.isoformat() if terms.protect_by else None,
        "time_proposal": _proposal(terms.time_proposal),
    }
    return json.dumps(values, separators=(",", ":"), sort_keys=True)


def from_text(text: str, paused_at: datetime | None) -> Terms:
    """The terms that a row keeps."""
    values = json.loads(text)
    protect_by = values["protect_by"]
    return Terms(
        facts=Facts(**values["facts"]),
        named=tuple(values.get("named", ())),
        gates={Gate(gate): account for gate, account in values["gates"].items()},
        anchors={Anchor(a): datetime.fromisoformat(at) for a, at in values["anchors"].items()},
        protect_by=datetime.fromisoformat(protect_by) if protect_by else None,
        time_proposal=_proposed(values["time_proposal"]),
        paused_at=paused_at,
    )


def _proposal(proposal: TimeProposal | None) -> dict[str, str] | None:
    if proposal is None:
        return None
    return {"side": str(proposal.side), "clock": proposal.clock, "until": proposal.until.isoformat()}


def _proposed(values: Mapping[str, str] | None) -> TimeProposal | None:
    if values is None:
        return None
    return TimeProposal(Side(values["side"]), values["clock"], datetime.fromisoformat(values["until"]))
