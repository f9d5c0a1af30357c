"""What a condition looks at, and what it answers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from workflows.case import Actor, CaseState, Refusal
from workflows.commands import (
    Command,
    Going,
    TimeOut,
)
from workflows.protocol import Protocol
from workflows.stages import Clock, Move, Stage
from workflows.vocabulary import Expiry, Side


@dataclass(frozen=True, slots=True)
class Question:
    """Everything a condition may look at. `command` is None when only asking what is possible."""

    protocol: Protocol
    case: CaseState
    move: Move
    command: Command | None
    actor: Actor
    now: datetime | None

    def sides(self) -> frozenset[Side]:
        """The sides from which this actor may make this move."""
        able = self.actor.slots & self.move.by
        return frozenset(self.protocol.slots[slot].side for slot in able)

    def stage(self) -> Stage:
        """The stage in which the case is."""
        return self.protocol.stages[self.case.stage]

    def timed_out(self) -> Clock | None:
        """The clock whose time is said to be up, or None."""
        command = self.command
        return self.protocol.clock(self.case.stage, command.clock) if isinstance(command, TimeOut) else None

    def wanted(self) -> str | None:
        """Where the asker, or the clock that ran out, wants the case to go; None: stay, or no choice."""
        if isinstance(self.command, Going):
            return self.command.to
        clock = self.timed_out()
        if clock is None or clock.on_expiry is not Expiry.CLIMB:
            return None
        cap = self.protocol.caps.get(clock.id)
        return cap.to if cap else next(iter(self.move.to), None)


Condition = Callable[[Question], Refusal | None]
