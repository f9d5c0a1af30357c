"""How sensitive each written field is. Every field of every command stands here, or is refused."""

from escalation.models.record import FieldClass
from workflows.asked import found_by, parts_of
from workflows.events import EventKind
from workflows.protocol import Protocol
from workflows.vocabulary import Readers

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
    # Why somebody looked, or named somebody, is for the raiser and the board.
    (EventKind.GLASS_BROKEN, "reasons"): FieldClass.RAISER,
    (EventKind.GLASS_REVIEWED, "reasons"): FieldClass.RAISER,
    (EventKind.RAISER_NAMED, "reasons"): FieldClass.RAISER,
}


_AMONG_THEMSELVES = frozenset({EventKind.LEAD_DECLINED, EventKind.LEAD_SUPPORTED})


def class_of(kind: EventKind, field: str, of_form: FieldClass = FieldClass.NARRATIVE) -> str:
    """The field class of a written field that came with an event; `of_form` is what the protocol's form
    says of it, if it is an answer to one. Raises KeyError for an unknown field."""
    if parts_of(field) and field not in _BY_FIELD:
        return str(FieldClass.LEADERSHIP if kind in _AMONG_THEMSELVES else of_form)
    return str(_OF_KIND.get((kind, field)) or _BY_FIELD[field])


_OF_READERS = {
    Readers.EVERYBODY: FieldClass.NARRATIVE,
    Readers.RAISING_SIDE: FieldClass.LEADERSHIP,
    Readers.BOARD: FieldClass.RAISER,
}


def class_of_answer(protocol: Protocol, name: str) -> FieldClass:
    """The field class that a protocol's form gives an answer, by the name under which it is kept."""
    found = found_by(protocol, name)
    return _OF_READERS[found[1].readers] if found else FieldClass.NARRATIVE
