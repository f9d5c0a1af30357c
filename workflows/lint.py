"""What a protocol that loads may still get wrong: places nobody reaches, clocks that end in nothing.

Each rule is a function of the protocol alone, and gives findings in words a board officer can act on.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from workflows.protocol import Clock, Expiry, Phase, Protocol, Side, Stage, Tier, Unit, Urgency
from workflows.triggers import Trigger


class Weight(StrEnum):
    """An ERROR must not be published; a WARNING should be looked at."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: by which rule, where (stage, or empty for the whole), and what to do."""

    rule: str
    where: str
    words: str
    weight: Weight = Weight.ERROR


def lint(protocol: Protocol) -> tuple[Finding, ...]:
    """Everything that the rules find, errors first."""
    found = [finding for rule in RULES for finding in rule(protocol)]
    return tuple(sorted(found, key=lambda f: f.weight is Weight.WARNING))


def reachable(protocol: Protocol) -> Iterable[Finding]:
    """Every stage can be reached from the first one."""
    seen, todo = set(), [protocol.first_stage.id]
    while todo:
        stage = todo.pop()
        if stage not in seen:
            seen.add(stage)
            todo += _exits(protocol.stages[stage])
    for stage in protocol.stages:
        if stage not in seen:
            yield Finding("reachable", stage, "no move leads to this stage")


def leavable(protocol: Protocol) -> Iterable[Finding]:
    """From every stage a closed one can be reached."""
    ends = {s.id for s in protocol.stages.values() if s.phase is Phase.CLOSED}
    if not ends:
        yield Finding("leavable", "", "no stage has the phase closed: a case could never end")
    grown = True
    while grown:
        more = {s.id for s in protocol.stages.values() if ends & set(_exits(s))} - ends
        grown, ends = bool(more), ends | more
    for stage in protocol.stages:
        if stage not in ends:
            yield Finding("leavable", stage, "no way leads from here to a closed stage")


def closed_is_closed(protocol: Protocol) -> Iterable[Finding]:
    """A closed stage has no moves and no clocks."""
    for stage in protocol.stages.values():
        if stage.phase is Phase.CLOSED and (stage.moves or stage.clocks):
            yield Finding("closed_is_closed", stage.id, "a closed stage can have no moves and no clocks")


def waiting_has_clock(protocol: Protocol) -> Iterable[Finding]:
    """A stage in which a case waits has a clock that starts on entry and never just falls silent."""
    for stage in protocol.stages.values():
        waits = any(c.starts_on is None and c.on_expiry is not Expiry.RECORD for c in stage.clocks)
        if stage.phase is not Phase.CLOSED and not waits:
            yield Finding("waiting_has_clock", stage.id, "no clock starts here whose end does something")


def climb_leads_up(protocol: Protocol) -> Iterable[Finding]:
    """A clock that climbs needs a time_out move to climb by, and a time_out move needs such a clock."""
    for stage in protocol.stages.values():
        climbs = any(c.on_expiry is Expiry.CLIMB for c in stage.clocks)
        time_out = stage.move(Trigger.TIME_OUT)
        moves = time_out is not None and time_out.to is not None
        if climbs and not moves:
            yield Finding("climb_leads_up", stage.id, "a clock climbs: add a move with do = 'time_out'")
        if moves and not climbs:
            yield Finding("climb_leads_up", stage.id, "no clock climbs: the move time_out can never happen")


def met_by_somebody(protocol: Protocol) -> Iterable[Finding]:
    """Every clock can be met by a move of its stage, and what starts it can be done there."""
    for stage in protocol.stages.values():
        done = {m.trigger for m in stage.moves}
        for clock in stage.clocks:
            if not clock.stopped_by & done:
                yield Finding(
                    "met_by_somebody", stage.id, f"nothing that stops the clock {clock.id!r} can be done here"
                )
            if clock.starts_on is not None and not clock.starts_on & done:
                yield Finding(
                    "met_by_somebody",
                    stage.id,
                    f"nothing that starts the clock {clock.id!r} can be done here",
                )


def no_dead_slot(protocol: Protocol) -> Iterable[Finding]:
    """Every slot is seated somewhere, and nothing is asked of a slot before it is seated."""
    anywhere = _office(protocol) | {slot for stage in protocol.stages.values() for slot in stage.seats}
    for slot in protocol.slots:
        if slot not in anywhere:
            yield Finding("no_dead_slot", "", f"the slot {slot!r} is seated in no stage")
    seated = _seated_on_every_way(protocol)
    for stage, clock in _clocks(protocol):
        for slot in clock.waits_for:
            if slot not in seated[stage.id]:
                words = (
                    f"the clock {clock.id!r} waits for {slot!r}, who may not be seated yet: add it to seats"
                )
                yield Finding("no_dead_slot", stage.id, words)


def both_sides_and_board(protocol: Protocol) -> Iterable[Finding]:
    """There is a raiser, somebody on the challenged side, and a board office that hears of everything."""
    slots = protocol.slots.values()
    if not any(s.side is Side.RAISING and s.tier is Tier.PRACTITIONER for s in slots):
        yield Finding("both_sides_and_board", "", "no slot for the raiser: side raising, tier practitioner")
    if not any(s.side is Side.CHALLENGED for s in slots):
        yield Finding("both_sides_and_board", "", "no slot on the challenged side")
    if not any(s.side is Side.BOARD and s.tier is Tier.OFFICE for s in slots):
        yield Finding("both_sides_and_board", "", "no slot for the board office: side board, tier office")


def no_rehearsal_units(protocol: Protocol) -> Iterable[Finding]:
    """Seconds are for rehearsals."""
    for stage, clock in _clocks(protocol):
        amounts = (*clock.budgets.values(), *clock.reminders.values(), clock.repeat)
        if any(amount is not None and amount.unit is Unit.SECONDS for amount in amounts):
            yield Finding("no_rehearsal_units", stage.id, f"the clock {clock.id!r} counts seconds")


def risk_only_shortens(protocol: Protocol) -> Iterable[Finding]:
    """A rise in risk leads to another track that is there and never back to where it came from."""
    for track in protocol.tracks.values():
        seen, step = {track.id}, track.on_risk_rise
        while step is not None:
            if step in seen:
                yield Finding(
                    "risk_only_shortens", "", f"a rise in risk on the track {track.id!r} leads in a circle"
                )
                break
            seen.add(step)
            step = protocol.tracks[step].on_risk_rise


def has_urgent_path(protocol: Protocol) -> Iterable[Finding]:
    """Somebody who says 'today' should not wait as long as everybody else."""
    if protocol.track_for(Urgency.TODAY) is protocol.track_for(Urgency.NOT_URGENT):
        yield Finding("has_urgent_path", "", "there is no faster track for a risk today", Weight.WARNING)


RULES: tuple[Callable[[Protocol], Iterable[Finding]], ...] = (
    reachable,
    leavable,
    closed_is_closed,
    waiting_has_clock,
    climb_leads_up,
    met_by_somebody,
    no_dead_slot,
    both_sides_and_board,
    no_rehearsal_units,
    risk_only_shortens,
    has_urgent_path,
)


def _exits(stage: Stage) -> list[str]:
    return [move.to for move in stage.moves if move.to is not None]


def _office(protocol: Protocol) -> frozenset[str]:
    """The board office sits in every case from the first day."""
    return frozenset(s.id for s in protocol.slots.values() if s.tier is Tier.OFFICE)


def _seated_on_every_way(protocol: Protocol) -> dict[str, frozenset[str]]:
    """For each stage the slots that are seated there, whichever way a case came."""
    first, office = protocol.first_stage, _office(protocol)
    seated = {stage: frozenset(protocol.slots) for stage in protocol.stages}
    seated[first.id] = office | frozenset(first.seats)
    todo = [first]
    while todo:
        stage = todo.pop()
        for target in (protocol.stages[name] for name in _exits(stage)):
            less = seated[target.id] & (seated[stage.id] | frozenset(target.seats))
            if less != seated[target.id]:
                seated[target.id] = less
                todo.append(target)
    return seated


def _clocks(protocol: Protocol) -> Iterable[tuple[Stage, Clock]]:
    return ((stage, clock) for stage in protocol.stages.values() for clock in stage.clocks)
