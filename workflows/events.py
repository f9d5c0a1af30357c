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
    RETURNED = "returned"
    HANDED_OVER = "handed_over"
    GATE_OPENED = "gate_opened"
    MEETING_CALLED = "meeting_called"
    MEETING_HELD = "meeting_held"
    PLAN_RECORDED = "plan_recorded"
    DISSENT_RECORDED = "dissent_recorded"
    TIME_SET = "time_set"
    TIME_PROPOSED = "time_proposed"
    TIME_AGREED = "time_agreed"
    EXTENDED = "extended"
    PAUSED = "paused"
    RESUMED = "resumed"
    BESIDE_OPENED = "beside_opened"
    TAKEN_AS_KEPT = "taken_as_kept"
    """Nobody answered, and the protocol takes that as: the decision was kept."""
    VERSION_CHANGED = "version_changed"
    """A person moved the case to another version of its protocol, with a reason."""
    PROTECTED_MEANWHILE = "protected_meanwhile"
    """They did not agree in time, so what protects the person happens anyway."""
    GLASS_BROKEN = "glass_broken"
    """Somebody without a seat opened the case for a stated reason."""
    GLASS_REVIEWED = "glass_reviewed"
    RAISER_NAMED = "raiser_named"
    """A custodian let the other side know who raised it through their safeguarding lead."""
    ERASURE_ASKED = "erasure_asked"
    """Somebody of the board asked that what was written in the case be destroyed, on a stated rule."""
    ERASURE_ENDED = "erasure_ended"
    """Nothing was destroyed: it was refused, withdrawn, or nobody answered."""
    CONTENT_DESTROYED = "content_destroyed"
    """A second person agreed, and the case's key is gone. This is written by them."""
    HOLD_SET = "hold_set"
    HOLD_LIFTED = "hold_lifted"
    # These three are written by the service, not by decide(): they tell what the directory and the post did.
    REMINDED = "reminded"
    POST_VACANT = "post_vacant"
    MAIL_UNDELIVERABLE = "mail_undeliverable"


class Cause(StrEnum):
    """Why a case moved up."""

    CHOSEN = "chosen"
    SILENCE = "silence"
    SKIPPED = "skipped"
    CAP = "cap"


Code = str | int | bool


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `codes` hold ids and words from closed lists, never prose.

    Codes by kind:
    concern_raised: track, pace, urgency, and also, third (further challenged agencies, if named);
    deadline_lapsed: clock, rung, due (ISO UTC), late_by (whole seconds), waits_for (slot), climbs,
        and why_late when it is carried out late;
    moved_up: from, to, cause, and waits_for (the silent slot) when the cause is silence;
    settled_for_now: cause (agreed | board); board_decided: changed; risk_rose: from, to (paces);
    returned: from, to; gate_opened: gate; meeting_*: meeting; time_* and extended: clock, until (ISO UTC);
    resumed: since (ISO UTC); beside_opened: track; taken_as_kept: clock, waits_for;
    version_changed: from, to (versions);
    follow_up_answered: safer, safe_to_raise; withdrawn: freely; closed: cause; readdressed: agency;
    settlement_*: side, and reply (True when what was agreed to is a reply that was given);
    reminded: clock, rung, waits_for, climbs; post_vacant: slot;
    glass_broken: reason, review_by (ISO UTC); glass_reviewed: finding, opened (the event's number);
    erasure_asked: rule, answer_by (ISO UTC); erasure_ended: how, asked (the event's number);
    content_destroyed: rule, asked, asked_by (an account's id); hold_set: ground; hold_lifted: set;
    mail_undeliverable: slot, waits_for (the same), mail. The other kinds carry none.
    """

    kind: EventKind
    codes: Mapping[str, Code] = field(default_factory=dict)
