"""The people: every place is used, can be filled, and is asked only after it was seated."""

from collections.abc import Iterable

from workflows.lint.finding import Finding
from workflows.lint.times import all_clocks
from workflows.lint.ways import seated_on_every_way
from workflows.protocol import Protocol, Slot
from workflows.routing import all_facts
from workflows.stages import Stage
from workflows.vocabulary import Side, Tier


def no_dead_slot(protocol: Protocol) -> Iterable[Finding]:
    """Every slot is seated somewhere, and nothing is asked of a slot before it is seated."""
    always = {s.id for s in protocol.slots.values() if s.tier is Tier.OFFICE or s.is_raiser}
    anywhere = always | {slot for stage in protocol.stages.values() for slot in stage.seats}
    for slot in protocol.slots:
        if slot not in anywhere:
            yield Finding("no_dead_slot", ("slot", slot), "is seated in no stage: add it to the seats of one")
    seated = seated_on_every_way(protocol)
    for stage in protocol.stages.values():
        for clock in stage.clocks:
            for key, asked in (("waits_for", clock.waits_for), ("hold_for", clock.hold_for)):
                for slot in sorted({*asked} - seated[stage.id]):
                    words = f"waits for {slot!r}, who may not be seated yet: add it to the seats of the stage"
                    yield Finding("no_dead_slot", ("stage", stage.id, "clock", clock.id, key), words)
        yield from _nobody_can(stage, seated[stage.id] | always)


def _nobody_can(stage: Stage, seated: frozenset[str] | set[str]) -> Iterable[Finding]:
    for move in stage.moves:
        if move.by and not move.by & seated:
            place = ("stage", stage.id, "move", str(move.trigger), "by")
            yield Finding("no_dead_slot", place, "nobody of these is seated here: add them to the seats")


def slot_can_be_filled(protocol: Protocol) -> Iterable[Finding]:
    """The condition of a conditional seat holds in some case."""
    for slot in protocol.slots.values():
        if slot.when and not any(facts.fit(slot.when) for facts in all_facts(protocol, slot.when)):
            words = "no case can fulfil this condition: the place stays empty"
            yield Finding("slot_can_be_filled", ("slot", slot.id, "when"), words)


def always_somebody(protocol: Protocol) -> Iterable[Finding]:
    """Whatever the case is about, each clock waits for somebody, or for a further agency if one is named."""
    for place, clock in all_clocks(protocol):
        slots = [protocol.slots[name] for name in clock.waits_for]
        if protocol.only_if_named(clock):
            continue
        if all(slot.when or slot.also for slot in slots) and _may_all_be_empty(protocol, slots):
            words = "waits only for conditional places, all of which can be empty at once"
            yield Finding("always_somebody", (*place, "waits_for"), words)


def _may_all_be_empty(protocol: Protocol, slots: list[Slot]) -> bool:
    # The second challenged agency may never be named: such a place counts as empty.
    conditions = [slot.when for slot in slots if not slot.also]
    keys = {key for when in conditions for key in when}
    return any(not any(f.fit(when) for when in conditions) for f in all_facts(protocol, keys))


def both_sides_and_board(protocol: Protocol) -> Iterable[Finding]:
    """There is somebody on the challenged side, and a board office that hears of everything."""
    slots = protocol.slots.values()
    if not any(s.side is Side.CHALLENGED and not s.also for s in slots):
        yield Finding("both_sides_and_board", ("slot",), "no slot on the challenged side")
    if not any(s.side is Side.BOARD and s.tier is Tier.OFFICE for s in slots):
        words = "no slot for the board office: side board, tier office"
        yield Finding("both_sides_and_board", ("slot",), words)


def notice_reaches_somebody(protocol: Protocol) -> Iterable[Finding]:
    """Each notice has somebody who takes part in one of its stages; a forewarning goes to the next ones."""
    seated = seated_on_every_way(protocol)
    for index, notice in enumerate(protocol.notices):
        told = {*notice.to, *notice.copy}
        if not notice.forewarn and not any(told & seated[stage] for stage in notice.stages):
            words = "tells only people who are not seated in these stages"
            yield Finding("notice_reaches_somebody", ("notice", str(index)), words)
