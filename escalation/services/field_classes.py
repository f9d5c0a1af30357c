"""How sensitive each written field is. Every field of every command stands here, or is refused."""

from escalation.models.record import FieldClass
from workflows.events import EventKind

_BY_FIELD = {
    "person_reference": FieldClass.IDENTIFIER,
    "safety": FieldClass.HOUSEHOLD,
    "decision": FieldClass.NARRATIVE,
    "risk": FieldClass.NARRATIVE,
    "request": FieldClass.NARRATIVE,
    "attempts": FieldClass.NARRATIVE,
    "changed_lately": FieldClass.NARRATIVE,
    "what_changed": FieldClass.NARRATIVE,
    "reasons": FieldClass.NARRATIVE,
    "would_change_mind": FieldClass.NARRATIVE,
    "how_known": FieldClass.NARRATIVE,
    "still_open": FieldClass.NARRATIVE,
    "outcome": FieldClass.DECISION,
    "alternatives": FieldClass.DECISION,
    "dissent": FieldClass.DECISION,
    "actions": FieldClass.DECISION,
    "plan": FieldClass.DECISION,
    "how": FieldClass.NARRATIVE,
    "minutes": FieldClass.NARRATIVE,
}

_OF_KIND = {
    (EventKind.BOARD_DECIDED, "decision"): FieldClass.DECISION,
    (EventKind.BOARD_DECIDED, "reasons"): FieldClass.DECISION,
    (EventKind.LEAD_DECLINED, "reasons"): FieldClass.LEADERSHIP,
    (EventKind.LEAD_SUPPORTED, "reasons"): FieldClass.LEADERSHIP,
}


def class_of(kind: EventKind, field: str) -> str:
    """The field class of a written field that came with an event. Raises KeyError for an unknown one."""
    return str(_OF_KIND.get((kind, field)) or _BY_FIELD[field])
