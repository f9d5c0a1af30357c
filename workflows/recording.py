"""What is only put on record, or opens a gate: notes, confirmations, meetings, plans, tracks beside."""

from dataclasses import replace
from datetime import UTC, datetime

from workflows.commands import (
    Command,
    Confirm,
    Convene,
    HoldMeeting,
    OpenBeside,
)
from workflows.effect import Answer, Effect
from workflows.events import Event, EventKind
from workflows.question import Question
from workflows.vocabulary import Gate


def note(kind: EventKind) -> Answer:
    """An effect that is only put on record."""
    return lambda question, command, now: Effect(question.case, (Event(kind),))


def confirm(question: Question, command: Command, now: datetime) -> Effect:
    """Somebody confirms what a gate asks."""
    if not isinstance(command, Confirm):
        raise TypeError(f"{command!r} opens no gate")
    return open_gate(question, command.gate, Event(EventKind.GATE_OPENED, {"gate": str(command.gate)}))


def open_gate(question: Question, gate: Gate, event: Event) -> Effect:
    """The gate is open, and who opened it is known."""
    terms, account = question.case.terms, question.actor.account or 0
    case = replace(question.case, terms=replace(terms, gates={**terms.gates, gate: account}))
    return Effect(case, (event,))


def convene(question: Question, command: Command, now: datetime) -> Effect:
    """A meeting is called for a day."""
    if not isinstance(command, Convene):
        raise TypeError(f"{command!r} calls no meeting")
    codes = {"meeting": str(command.meeting), "when": command.when.astimezone(UTC).isoformat()}
    return Effect(question.case, (Event(EventKind.MEETING_CALLED, codes),))


def hold_meeting(question: Question, command: Command, now: datetime) -> Effect:
    """A meeting was held and its words are on record."""
    if not isinstance(command, HoldMeeting):
        raise TypeError(f"{command!r} holds no meeting")
    event = Event(EventKind.MEETING_HELD, {"meeting": str(command.meeting)})
    return open_gate(question, Gate.MEETING_HELD, event)


def record_plan(question: Question, command: Command, now: datetime) -> Effect:
    """The plan is on record."""
    return open_gate(question, Gate.PLAN_RECORDED, Event(EventKind.PLAN_RECORDED))


def open_beside(question: Question, command: Command, now: datetime) -> Effect:
    """Another track is opened beside the case, which goes on."""
    if not isinstance(command, OpenBeside):
        raise TypeError(f"{command!r} opens no track")
    event = Event(EventKind.BESIDE_OPENED, {"track": str(command.track)})
    return Effect(question.case, (event,), beside=(command.track,))
