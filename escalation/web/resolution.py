"""How a case was resolved, in full: the board's decision, the settlement, the follow-up.

Pure functions of views. Each block stands at the top of the case page, its fields in the order of the
form that asked for them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from escalation.schemas.words import SAFE_TO_RAISE, SAFER
from escalation.services.views import CaseView, EventView
from escalation.web import words
from workflows.commands import Changed, SafeToRaise
from workflows.events import EventKind

_CHANGED = {
    Changed.YES: "Decision changed",
    Changed.PARTLY: "Decision changed in part",
    Changed.NO: "Decision stands",
}


@dataclass(frozen=True, slots=True)
class Block:
    """One heading and, below it, labels with what stands on record for each."""

    key: str
    heading: str
    rows: tuple[tuple[str, str], ...]


def blocks(case: CaseView) -> tuple[Block, ...]:
    """What was decided, settled, and found afterwards, as far as the reader may see it; newest last."""
    return tuple(_blocks(case))


def _blocks(case: CaseView) -> Iterator[Block]:
    decided = _last(case, EventKind.BOARD_DECIDED)
    agreed = _last(case, EventKind.SETTLEMENT_AGREED)
    answered = _last(case, EventKind.FOLLOW_UP_ANSWERED)
    if decided:
        yield Block("decision", "The board's decision", _decision(case, decided))
    elif agreed:
        yield Block("settlement", "How it was settled", _settlement(case, agreed))
    if answered:
        yield Block("followed", "The follow-up", _follow_up(case, answered))


def _last(case: CaseView, kind: EventKind) -> EventView | None:
    return next((e for e in case.events if e.kind is kind), None)


def _decision(case: CaseView, event: EventView) -> tuple[tuple[str, str], ...]:
    found = ("The decision that was challenged", _CHANGED[Changed(str(event.codes["changed"]))])
    return (*_who("Decided", case, event), found, *words.parts(event, case.words))


def _settlement(case: CaseView, event: EventView) -> tuple[tuple[str, str], ...]:
    """The outcome is that of whoever agreed or, where they left it at that, of the proposal."""
    outcome = [(words.label("outcome", case.words), case.outcome)] if case.outcome else []
    return (*_who("Agreed", case, event), *outcome)


def _follow_up(case: CaseView, event: EventView) -> tuple[tuple[str, str], ...]:
    rows = [*_who("Answered", case, event), ("Is the person safer?", SAFER[str(event.codes["safer"])])]
    rows += words.parts(event, case.words)
    private = event.codes.get("safe_to_raise", SafeToRaise.NOT_SAID)
    if private != SafeToRaise.NOT_SAID:
        rows.append(("Was it safe to raise this?", SAFE_TO_RAISE[str(private)]))
    return tuple(rows)


def _who(verb: str, case: CaseView, event: EventView) -> Iterator[tuple[str, str]]:
    yield f"{verb} by", f"{event.actor}, {event.actor_agency}" if event.actor_agency else event.actor
    yield f"{verb} on", words.moment(event.at, case.partnership.zone)
