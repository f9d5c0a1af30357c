"""What happened, in the past tense: the closed list of events.

An event holds codes and ids only. The words people wrote stand in statements that point at the event.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class EventKind(StrEnum):
    """Everything that can have happened to a case."""

    CONCERN_RAISED = "concern_raised"
    LEAD_SUPPORTED = "lead_supported"
    LEAD_DECLINED = "lead_declined"
    OWNED = "owned"
    DECISION_CHANGED = "decision_changed"
    DECISION_KEPT = "decision_kept"
    INFORMATION_ASKED = "information_asked"
    CHANGE_TOLD = "change_told"
    RISK_ROSE = "risk_rose"
    SAFETY_SAID = "safety_said"
    READDRESSED = "readdressed"
    SETTLEMENT_PROPOSED = "settlement_proposed"
    SETTLEMENT_AGREED = "settlement_agreed"
    SETTLEMENT_DECLINED = "settlement_declined"
    DEADLINE_LAPSED = "deadline_lapsed"
    MOVED_UP = "moved_up"
    BOARD_DECIDED = "board_decided"
    RECUSED = "recused"
    SETTLED_FOR_NOW = "settled_for_now"
    FOLLOW_UP_ANSWERED = "follow_up_answered"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    # These three are written by the service, not by decide(): they tell what the directory and the post did.
    REMINDED = "reminded"
    POST_VACANT = "post_vacant"
    MAIL_UNDELIVERABLE = "mail_undeliverable"


class Cause(StrEnum):
    """Why a case moved up."""

    CHOSEN = "chosen"
    SILENCE = "silence"


Code = str | int | bool


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `codes` hold ids and words from closed lists, never prose.

    Codes by kind:
    deadline_lapsed: clock, rung, due (ISO UTC), late_by (whole seconds), waits_for (slot), climbs;
    moved_up: from, to, cause, and waits_for (the silent slot) when the cause is silence;
    settled_for_now: cause (agreed | board); board_decided: changed; risk_rose: from, to (tracks);
    follow_up_answered: safer, safe_to_raise; withdrawn: freely; closed: cause; readdressed: agency;
    settlement_*: side, and reply (True when what was agreed to is a reply that was given);
    reminded: clock, rung, waits_for, climbs; post_vacant: slot;
    mail_undeliverable: slot, waits_for (the same), mail. The other kinds carry none.
    """

    kind: EventKind
    codes: Mapping[str, Code] = field(default_factory=dict)
