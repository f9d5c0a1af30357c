"""The ways through a protocol: every stage is reached and left, and no case goes round in circles."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from workflows.lint.finding import Finding
from workflows.protocol import Protocol
from workflows.stages import Move, Stage
from workflows.triggers import Trigger
from workflows.vocabulary import Expiry, Phase, Tier

DOWN = frozenset({Trigger.RETURN_DOWN, Trigger.CHOOSE_FORUM})
"""Moves by which a person may give a case back."""


def entries(protocol: Protocol) -> tuple[str, ...]:
    """Every stage at which a case can begin."""
    return tuple(dict.fromkeys(entry for track in protocol.tracks.values() for entry in track.entries))


def exits(protocol: Protocol, stage: Stage) -> list[str]:
    """The stages to which moves and caps lead from here."""
    caps = [cap.to for cap in protocol.caps_over(stage.id) if cap.to is not None]
    return [target for move in stage.moves for target in move.to] + caps


def silent_exits(protocol: Protocol, stage: Stage) -> list[str]:
    """The stages to which silence alone leads."""
    climbs = any(clock.on_expiry is Expiry.CLIMB for clock in stage.clocks)
    time_out = stage.move(Trigger.TIME_OUT)
    caps = [cap.to for cap in protocol.caps_over(stage.id) if cap.to is not None]
    return (list(time_out.to) if climbs and time_out else []) + caps


def before(protocol: Protocol) -> Mapping[str, frozenset[str]]:
    """For each stage those from which it can be reached, itself included."""
    reached = {stage: _from(protocol, stage) for stage in protocol.stages}
    return {
        stage: frozenset(other for other, found in reached.items() if stage in found)
        for stage in protocol.stages
    }


def _walk(protocol: Protocol, start: str, leads: Callable[[Stage], list[str]]) -> set[str]:
    """Every stage that is reached from one by going where `leads` says."""
    seen: set[str] = set()
    todo = [start]
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += leads(protocol.stages[name])
    return seen


def _from(protocol: Protocol, start: str) -> set[str]:
    return _walk(protocol, start, lambda stage: exits(protocol, stage))


def seated_on_every_way(protocol: Protocol) -> dict[str, frozenset[str]]:
    """For each stage the slots that are seated there, whichever way a case came."""
    office = frozenset(s.id for s in protocol.slots.values() if s.tier is Tier.OFFICE)
    seated = {stage: frozenset(protocol.slots) for stage in protocol.stages}
    todo = [protocol.stages[entry] for entry in entries(protocol)]
    for stage in todo:
        seated[stage.id] &= office | {protocol.raiser.id} | frozenset(stage.seats)
    while todo:
        stage = todo.pop()
        for target in (protocol.stages[name] for name in exits(protocol, stage)):
            less = seated[target.id] & (seated[stage.id] | frozenset(target.seats))
            if less != seated[target.id]:
                seated[target.id] = less
                todo.append(target)
    return seated


def reachable(protocol: Protocol) -> Iterable[Finding]:
    """Every stage can be reached from where a concern begins."""
    found = {stage for entry in entries(protocol) for stage in _from(protocol, entry)}
    for stage in protocol.stages:
        if stage not in found:
            yield Finding("reachable", ("stage", stage), "no move leads to this stage")


def leavable(protocol: Protocol) -> Iterable[Finding]:
    """From every stage a closed one can be reached."""
    ends = {s.id for s in protocol.stages.values() if s.phase is Phase.CLOSED}
    if not ends:
        yield Finding("leavable", ("stage",), "no stage has the phase closed: a case could never end")
        return
    for stage in protocol.stages:
        if not ends & _from(protocol, stage):
            yield Finding("leavable", ("stage", stage), "no way leads from here to a closed stage")


def closed_is_closed(protocol: Protocol) -> Iterable[Finding]:
    """A closed stage has no moves and no clocks."""
    for stage in protocol.stages.values():
        if stage.phase is Phase.CLOSED and (stage.moves or stage.clocks):
            yield Finding(
                "closed_is_closed", ("stage", stage.id), "a closed stage has no moves and no clocks"
            )


def no_way_round_without_progress(protocol: Protocol) -> Iterable[Finding]:
    """No case goes round by silence, and only a person who gives it back may bring it to where it was."""
    for stage in protocol.stages.values():
        for move in stage.moves:
            for target in move.to if move.trigger not in DOWN else ():
                if stage.id in _upwards(protocol, target):
                    words = (
                        f"leads to {target!r}, from where it comes back here: a case could go round for ever"
                    )
                    place = ("stage", stage.id, "move", str(move.trigger), "to")
                    yield Finding("no_way_round_without_progress", place, words)


def _upwards(protocol: Protocol, start: str) -> set[str]:
    """The stages that are reached from here without anybody giving the case back."""
    return _walk(
        protocol,
        start,
        lambda stage: [t for m in _up(stage) for t in m.to] + silent_exits(protocol, stage),
    )


def _up(stage: Stage) -> Iterator[Move]:
    return (move for move in stage.moves if move.trigger not in DOWN)
