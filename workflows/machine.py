"""`decide`: the one question this room answers, and the only file that imports `transitions`.

Overview. A protocol is compiled once into a stateless `transitions` machine: a state for each stage, a
transition for each move, whose conditions are our own callables. To decide, a throw-away walker stands
in the case's stage, the trigger is fired, and the machine says whether it may go and where to. The
effects (events, clocks, proposals) are then computed by `effects` from the case as it was.

    case + command + actor + now --> fire on a walker --> Refusal
                                                     \\-> effects --> Decision

What can go wrong. The library leaves a model moved when a callback fails, accepts unknown names until
they fire, and imports callback strings: so it gets callables only, no callbacks with effects, and a
walker that nobody keeps.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from transitions import EventData, Machine, MachineError

from workflows import beginning, effects
from workflows.case import Actor, CaseState, Decision, Possibility, Refusal
from workflows.commands import Command
from workflows.gates import open_gate
from workflows.guards import ALWAYS, CONDITIONS, seated
from workflows.protocol import Protocol
from workflows.question import Condition, Question
from workflows.stages import Move, Stage
from workflows.time_guards import overdue
from workflows.triggers import Trigger
from workflows.vocabulary import Phase

begin = beginning.begin


@dataclass(slots=True)
class _Walker:
    """What the machine moves: a stage, the question asked on the way, the first refusal met."""

    state: str
    question: Question
    refusal: Refusal | None = field(default=None)


PICKED = frozenset({Trigger.SKIP, Trigger.RETURN_DOWN, Trigger.CHOOSE_FORUM, Trigger.HAND_OVER})
"""Moves whose target a person may name."""
_compiled: dict[int, tuple[Protocol, Machine]] = {}


def compiled(protocol: Protocol) -> Machine:
    """The machine of a protocol, built once: protocols are frozen and few."""
    known = _compiled.get(id(protocol))
    if known is None or known[0] is not protocol:
        known = _compiled[id(protocol)] = (protocol, _build(protocol))
    return known[1]


def _build(protocol: Protocol) -> Machine:
    return Machine(
        model=None,
        states=list(protocol.stages),
        initial=protocol.first_stage.id,
        transitions=[
            transition
            for stage in protocol.stages.values()
            for move in stage.moves
            for transition in _transitions(protocol, stage, move)
        ],
        auto_transitions=False,
        send_event=True,
    )


def _transitions(protocol: Protocol, stage: Stage, move: Move) -> Iterator[dict[str, Any]]:
    """One for each place to which a move may lead. None is an internal transition: the case stays."""
    checks: list[Condition] = [overdue] if move.trigger is Trigger.TIME_OUT else [seated]
    checks += [*ALWAYS.get(move.trigger, ()), *(CONDITIONS[name] for name in move.conditions)]
    checks += [open_gate(gate) for gate in move.needs]
    targets = _targets(protocol, stage, move)
    for target in targets:
        picked = len(targets) > 1 or move.trigger in PICKED
        chosen = [_chosen(target, only=len(targets) == 1)] if picked else []
        yield {
            "trigger": str(move.trigger),
            "source": stage.id,
            "dest": target,
            "conditions": chosen + [_condition(check) for check in checks],
        }


def _targets(protocol: Protocol, stage: Stage, move: Move) -> Sequence[str | None]:
    if move.trigger is not Trigger.TIME_OUT:
        return move.to or (None,)
    climbs = [cap.to for cap in protocol.caps_over(stage.id) if cap.to is not None]
    return list(dict.fromkeys([None, *move.to, *climbs]))


def _chosen(target: str | None, *, only: bool) -> Callable[[EventData], bool]:
    def is_wanted(data: EventData) -> bool:
        walker = cast(_Walker, data.model)
        question = walker.question
        # To ask what is possible is to ask without a target: any will do.
        asking = question.command is None and target is not None
        wanted = question.wanted()
        if asking or wanted == target or (only and wanted is None):
            return True
        walker.refusal = walker.refusal or Refusal("choose_where", "Choose where it should go.")
        return False

    return is_wanted


def _condition(check: Condition) -> Callable[[EventData], bool]:
    def holds(data: EventData) -> bool:
        walker = cast(_Walker, data.model)
        walker.refusal = check(walker.question)
        return walker.refusal is None

    return holds


def decide(
    protocol: Protocol, case: CaseState, command: Command, actor: Actor, now: datetime
) -> Decision | Refusal:
    """What should happen when `actor` asks for `command` at `now` (aware UTC), or why not.

    Pure and total: for every stage, trigger and actor it returns a Decision or a Refusal.
    """
    move = protocol.stages[case.stage].move(command.trigger)
    if move is None:
        return _not_here(protocol.stages[case.stage], command.trigger)
    if command.trigger is Trigger.TIME_OUT and actor.account is not None:
        return Refusal("not_yours", "Only the clock can say that time is up.")
    walker = _fire(protocol, Question(protocol, case, move, command, actor, now))
    if walker.refusal is not None:
        return walker.refusal
    return effects.of(walker.question, protocol.stages[walker.state])


def possibilities(protocol: Protocol, case: CaseState, actor: Actor) -> tuple[Possibility, ...]:
    """What this actor may do in this stage, and what not yet and why. Moves of others are left out."""
    stage = protocol.stages[case.stage]
    mine = [m for m in stage.moves if m.by & actor.slots and m.trigger is not Trigger.TIME_OUT]
    asked = ((m, _fire(protocol, Question(protocol, case, m, None, actor, None))) for m in mine)
    return tuple(Possibility(m.trigger, walker.refusal) for m, walker in asked)


def _fire(protocol: Protocol, question: Question) -> _Walker:
    walker = _Walker(question.case.stage, question)
    try:
        compiled(protocol).events[str(question.move.trigger)].trigger(walker)
    except MachineError:
        walker.refusal = _not_here(protocol.stages[question.case.stage], question.move.trigger)
    return walker


def _not_here(stage: Stage, trigger: Trigger) -> Refusal:
    if stage.phase is Phase.CLOSED:
        return Refusal(
            "closed", "This case is closed. If somebody may still be at risk, raise a new concern."
        )
    return Refusal("not_possible_here", f"This cannot be done while the case is in “{stage.name}”.")
