"""What a person may pick where a move asks for it: stages, gates, meetings, running times, tracks."""

from collections.abc import Callable, Mapping

from escalation.services.case_file import CaseFile
from workflows.case import Actor
from workflows.gates import GATE_MEANS
from workflows.machine import PICKED
from workflows.stages import Stage
from workflows.triggers import Trigger

Choices = Mapping[str, str]
"""Ids and the words people read."""


def choices_for(file: CaseFile, trigger: Trigger, actor: Actor) -> Choices:
    """What the actor may pick for a trigger now; empty where nothing is picked."""
    stage = file.protocol.stages[file.row.stage]
    if trigger in PICKED:
        return _targets(file, stage, trigger)
    return _CHOICES[trigger](file, stage, actor) if trigger in _CHOICES else {}


def _targets(file: CaseFile, stage: Stage, trigger: Trigger) -> Choices:
    move = stage.move(trigger)
    return {to: file.protocol.stages[to].name for to in (move.to if move else ())}


def _gates(file: CaseFile, stage: Stage, actor: Actor) -> Choices:
    return {str(gate): GATE_MEANS[gate] for gate, by in stage.gates.items() if by & actor.slots}


def _meetings(file: CaseFile, stage: Stage, actor: Actor) -> Choices:
    return {meeting.id: meeting.title for meeting in stage.meetings}


def _running(file: CaseFile, stage: Stage, actor: Actor) -> Choices:
    known = {clock.id: clock.title for clock in file.protocol.clocks_of(stage.id)}
    return {row.clock: known[row.clock] for row in file.clocks if row.clock in known}


def _negotiable(file: CaseFile, stage: Stage, actor: Actor) -> Choices:
    may = {clock.id for clock in stage.clocks if clock.negotiable}
    return {clock: title for clock, title in _running(file, stage, actor).items() if clock in may}


def _tracks(file: CaseFile, stage: Stage, actor: Actor) -> Choices:
    return {
        track.id: track.name
        for track in file.protocol.tracks.values()
        if track.beside and not track.elsewhere
    }


_CHOICES: Mapping[Trigger, Callable[[CaseFile, Stage, Actor], Choices]] = {
    Trigger.CONFIRM: _gates,
    Trigger.CONVENE: _meetings,
    Trigger.HOLD_MEETING: _meetings,
    Trigger.EXTEND: _running,
    Trigger.PROPOSE_TIME: _negotiable,
    Trigger.OPEN_BESIDE: _tracks,
}
