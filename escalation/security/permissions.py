"""Who may do what: one table, relation x action x phase. What is not in it is denied.

A protocol file says who makes a move; this table is the ceiling that no file can raise. The relation
comes from the slot a person sits in, so a board may name its slots as it likes.
"""

from collections.abc import Iterable
from enum import StrEnum

from workflows.protocol import Protocol
from workflows.triggers import Trigger
from workflows.vocabulary import Phase, Side, Tier


class Relation(StrEnum):
    """How a person stands to one case. Somebody with none is a stranger and gets 404."""

    RAISER = "raiser"
    RAISING_LEADER = "raising_leader"
    CHALLENGED_LEADER = "challenged_leader"
    OFFICE = "office"
    CHAIR = "chair"


class Reading(StrEnum):
    """What may be read of a case, coarsest first. (Field rules by class deepen this.)"""

    SUMMARY = "read_summary"
    NARRATIVE = "read_narrative"
    RAISING_SIDE = "read_raising_side"
    """What the raiser's own side wrote among itself: the lead's view and reasons."""
    PRIVATE = "read_private"
    """Whether it was safe to raise, and whether a withdrawal was free."""


Action = Trigger | Reading

_OPEN = frozenset({Phase.INFORMAL, Phase.MANAGER, Phase.SENIOR, Phase.ARBITRATION})
_RUNNING = _OPEN | {Phase.PROVISIONAL}
_ANY = _RUNNING | {Phase.CLOSED}

_EVERYONE = frozenset(Relation)
_PARTIES = frozenset({Relation.RAISER, Relation.RAISING_LEADER, Relation.CHALLENGED_LEADER})
_RAISING = frozenset({Relation.RAISER, Relation.RAISING_LEADER})
_BOARD = frozenset({Relation.OFFICE, Relation.CHAIR})
_LEADERS = _EVERYONE - {Relation.RAISER}

TABLE: dict[Action, tuple[frozenset[Relation], frozenset[Phase]]] = {
    Reading.SUMMARY: (_EVERYONE, _ANY),
    Reading.NARRATIVE: (_EVERYONE, _ANY),
    Reading.RAISING_SIDE: (_RAISING | _BOARD, _ANY),
    Reading.PRIVATE: (_BOARD | {Relation.RAISER}, _ANY),
    Trigger.SUPPORT: (frozenset({Relation.RAISING_LEADER}), _OPEN),
    Trigger.DECLINE_SUPPORT: (frozenset({Relation.RAISING_LEADER}), _OPEN),
    Trigger.ACKNOWLEDGE: (_LEADERS, _RUNNING),
    Trigger.CHANGE_DECISION: (frozenset({Relation.CHALLENGED_LEADER}), _OPEN),
    Trigger.KEEP_DECISION: (frozenset({Relation.CHALLENGED_LEADER}), _OPEN),
    Trigger.ASK_INFORMATION: (frozenset({Relation.CHALLENGED_LEADER}), _OPEN),
    Trigger.TELL_CHANGE: (_EVERYONE, _RUNNING),
    Trigger.SAY_SAFETY: (_EVERYONE, _RUNNING),
    Trigger.READDRESS: (frozenset({Relation.CHALLENGED_LEADER, Relation.OFFICE}), _OPEN),
    Trigger.PROPOSE_SETTLEMENT: (_PARTIES, _OPEN),
    Trigger.AGREE_SETTLEMENT: (_PARTIES, _OPEN),
    Trigger.DECLINE_SETTLEMENT: (_PARTIES, _OPEN),
    Trigger.ESCALATE: (_PARTIES, _OPEN),
    Trigger.WITHDRAW: (frozenset({Relation.RAISER}), _OPEN),
    # Some boards let heads or directors decide below the board; at the board nobody decides their own case.
    Trigger.RECORD_DECISION: (_LEADERS - {Relation.OFFICE}, _OPEN),
    Trigger.RECUSE: (_LEADERS - {Relation.OFFICE}, _OPEN),
    Trigger.ANSWER_FOLLOW_UP: (_RAISING, frozenset({Phase.PROVISIONAL})),
    Trigger.SKIP: (_EVERYONE, _OPEN),
    Trigger.RETURN_DOWN: (_LEADERS, _OPEN),
    Trigger.CHOOSE_FORUM: (_LEADERS, _OPEN),
    Trigger.HAND_OVER: (_EVERYONE, _RUNNING),
    Trigger.CONFIRM: (_EVERYONE, _RUNNING),
    Trigger.CONVENE: (_EVERYONE, _RUNNING),
    Trigger.HOLD_MEETING: (_EVERYONE, _RUNNING),
    Trigger.RECORD_PLAN: (_EVERYONE, _RUNNING),
    Trigger.RECORD_DISSENT: (_EVERYONE, _RUNNING),
    Trigger.SET_TIME: (_EVERYONE, _OPEN),
    Trigger.PROPOSE_TIME: (_PARTIES, _OPEN),
    Trigger.AGREE_TIME: (_PARTIES, _OPEN),
    Trigger.EXTEND: (_LEADERS, _RUNNING),
    Trigger.PAUSE: (_LEADERS, _OPEN),
    Trigger.RESUME: (_EVERYONE, _OPEN),
    Trigger.OPEN_BESIDE: (_EVERYONE, _RUNNING),
}
"""RAISE and TIME_OUT are missing on purpose: raising needs a post, not a case; time is nobody's to send."""


def relation_of(protocol: Protocol, slot: str) -> Relation:
    """The relation that a slot of a protocol gives."""
    found = protocol.slots[slot]
    if found.side is Side.BOARD:
        return Relation.CHAIR if found.tier in (Tier.CHAIR, Tier.PANEL) else Relation.OFFICE
    if found.side is Side.CHALLENGED:
        return Relation.CHALLENGED_LEADER
    return Relation.RAISER if found.tier is Tier.PRACTITIONER else Relation.RAISING_LEADER


def permitted(relations: Iterable[Relation], action: Action, phase: Phase) -> bool:
    """True if any of the relations may do this in this phase."""
    if action not in TABLE:
        return False
    who, when = TABLE[action]
    return phase in when and not who.isdisjoint(relations)
