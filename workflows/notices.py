"""Which of a protocol's own notices an event calls for: who is told beside those who must act."""

from collections.abc import Iterator, Mapping

from workflows.events import Event, EventKind
from workflows.protocol import Notice, Protocol
from workflows.vocabulary import Occasion

_UPON: Mapping[EventKind, tuple[Occasion, ...]] = {
    EventKind.CONCERN_RAISED: (Occasion.ENTERED,),
    EventKind.MOVED_UP: (Occasion.ENTERED, Occasion.CLIMBED),
    EventKind.RETURNED: (Occasion.ENTERED,),
    EventKind.DEADLINE_LAPSED: (Occasion.SILENCE,),
    EventKind.SETTLED_FOR_NOW: (Occasion.ENTERED, Occasion.SETTLED),
    EventKind.DECISION_CHANGED: (Occasion.ANSWERED,),
    EventKind.DECISION_KEPT: (Occasion.ANSWERED,),
    EventKind.BOARD_DECIDED: (Occasion.DECIDED,),
    EventKind.EXTENDED: (Occasion.EXTENDED,),
    EventKind.REMINDED: (Occasion.REMINDED,),
    EventKind.CLOSED: (Occasion.ENTERED, Occasion.CLOSED),
}
_OF_NEW_STAGE = (Occasion.ENTERED, Occasion.CLOSED)
"""What happens in the stage that was entered; everything else happened in the one before."""


def notices_for(protocol: Protocol, event: Event, before: str, after: str) -> Iterator[Notice]:
    """The notices upon an event that led from one stage to another (or stayed in it)."""
    for occasion in _UPON.get(event.kind, ()):
        stage = after if occasion in _OF_NEW_STAGE else before
        for notice in protocol.notices:
            if notice.on is occasion and stage in notice.stages:
                yield notice


def noticed(protocol: Protocol, event: Event, before: str, after: str) -> tuple[str, ...]:
    """The slots that these notices name, each once."""
    named = (slot for n in notices_for(protocol, event, before, after) for slot in (*n.to, *n.copy))
    return tuple(dict.fromkeys(named))


def marking(protocol: Protocol, stage: str) -> str:
    """The fixed words that a protocol puts in front of the subject of mails about a stage."""
    found = (n.marking for n in protocol.notices if n.marking and stage in n.stages)
    return next(found, "")
