"""What a protocol says beside its stages and ways, in the words of those who agree to it.

`diagram.text` shows stages, times and ways. Here is everything else that the file says: who, how fast,
who may do what and what must come first, other ends, reminders, meetings, notices, forms, Welsh.
"""

from collections.abc import Iterable, Iterator

from workflows.amount import Amount
from workflows.deeds import name_of
from workflows.gates import GATE_WORDS
from workflows.protocol import Form, Notice, Protocol, Slot
from workflows.stages import Clock, Move, Stage
from workflows.triggers import Trigger
from workflows.vocabulary import Anchor, Expiry


def by_pace(amounts: Iterable[Amount]) -> str:
    """Lengths of time in the order of the paces; one alone where all are the same."""
    said = [amount.in_words for amount in amounts]
    return said[0] if len(set(said)) == 1 else " / ".join(said)


def order_of_paces(protocol: Protocol) -> Iterator[str]:
    """In which order the lengths of a time stand."""
    if len(protocol.paces) > 1:
        yield f"Times stand in this order: {' / '.join(pace.name for pace in protocol.paces.values())}"


def beside_clock(protocol: Protocol, clock: Clock) -> Iterator[str]:
    """What else is said about a time: from when, on what, reminders, other ends."""
    if clock.anchor is not Anchor.ENTRY:
        yield f"counts from when {_FROM[clock.anchor]}"
    if clock.starts_on is not None:
        yield f"starts when this is done: {_triggers(clock.starts_on)}"
    if clock.stopped_by:
        yield f"is met by: {_triggers(clock.stopped_by)}"
    if clock.reminders:
        paces = [clock.reminders[pace] for pace in protocol.paces if pace in clock.reminders]
        yield f"a reminder {by_pace(paces)} before its end"
    if clock.on_expiry is Expiry.HOLD:
        yield f"after the first silence it waits for {_people(protocol, clock.hold_for)}"
    if clock.calendar is not None:
        yield f"runs in the working hours of the {clock.calendar} side"
    if clock.protective:
        yield "an earlier end may be set to protect somebody"
    if clock.negotiable:
        yield "both sides may agree another end"
    if clock.at_most is not None:
        yield f"more time is at most {clock.at_most.in_words}"


def of_stage(protocol: Protocol, stage: Stage) -> Iterator[str]:
    """Who takes part in a stage, who may do what there, and what must come first."""
    if stage.seats:
        yield f"who takes part: {_people(protocol, stage.seats)}"
    if stage.clocks:
        yield f"authority: {stage.authority}; settled by: {_CLOSES[str(stage.closes)]}"
    if stage.outcomes:
        yield f"may end as: {_plain(stage.outcomes)}"
    if stage.on_deadlock:
        yield f"meanwhile: {stage.on_deadlock}"
    for meeting in stage.meetings:
        yield (
            f"meeting: {meeting.title}, called by {_people(protocol, meeting.convener)}, "
            f"chaired by {_people(protocol, meeting.chair)}, with {_people(protocol, meeting.people)}"
        )
    for gate, by in stage.gates.items():
        yield f"on record first ({_plain([gate])}): by {_people(protocol, by)}"
    for move in stage.moves:
        if move.trigger is not Trigger.TIME_OUT:
            yield _may(protocol, move)


def _may(protocol: Protocol, move: Move) -> str:
    first = "".join(f" ({GATE_WORDS[gate]})" for gate in move.needs)
    only = f" (only if: {_plain(move.conditions)})" if move.conditions else ""
    because = f" (because: {move.because})" if move.because else ""
    done = f"{name_of(move.trigger, protocol.words)} [{move.trigger}]"
    return f"{done}: {_people(protocol, move.by)}{only}{first}{because}"


def ending(protocol: Protocol) -> Iterator[str]:
    """Who is meant by each place, how fast, who is told, which forms, and what stands there in Welsh."""
    yield from _part("Who", (_slot(protocol, slot) for slot in protocol.slots.values()))
    yield from _part("How fast", _paces(protocol))
    yield from _part("Who else is told", (_notice(protocol, notice) for notice in protocol.notices))
    yield from _part("Forms", (_form(protocol, form) for form in protocol.forms))
    yield from _part("The board's own words", (f"{key}: {own}" for key, own in protocol.words.items()))
    yield from _part("Welsh", (f"{key}: {words}" for key, words in protocol.welsh.items()))
    yield from _part("Where this comes from", _source(protocol))


def _part(title: str, lines: Iterable[str]) -> Iterator[str]:
    found = [f"  {line}" for line in lines]
    yield from ["", title, *found] if found else []


def _slot(protocol: Protocol, slot: Slot) -> str:
    others = f"; if there is none: {_plain(slot.alternatives)}" if slot.alternatives else ""
    lent = "".join(
        f"; {_plain([kind])} borrows it from {_plain([other])}" for kind, other in slot.borrows.items()
    )
    line = "; of the line of the role that is challenged" if slot.line else ""
    kind = f"; of {_plain([slot.kind])}, whoever challenges whom" if slot.kind else ""
    neutral = "; takes no side" if slot.neutral else ""
    when = "".join(f"; only if {key} is {_plain(sorted(words))}" for key, words in slot.when.items())
    whose = f"{line}{_FURTHER[slot.party]}{kind}"
    return f"{slot.title}: {slot.side} side, {_plain([slot.tier])}{others}{lent}{whose}{neutral}{when}"


def _paces(protocol: Protocol) -> Iterator[str]:
    for pace in protocol.paces.values():
        rise = protocol.paces[pace.on_risk_rise].name if pace.on_risk_rise else "it stays at this pace"
        yield f"{pace.name}: for {_plain(sorted(pace.urgencies))}; when the risk rises: {rise}"


def _notice(protocol: Protocol, notice: Notice) -> str:
    where = (
        "every stage"
        if len(notice.stages) == len(protocol.stages)
        else ", ".join(_in(protocol, notice.stages))
    )
    told = f"{_people(protocol, notice.to)} is told" if notice.to else ""
    copy = f"{_people(protocol, notice.copy)} gets a copy" if notice.copy else ""
    marking = f"; marked “{notice.marking}”" if notice.marking else ""
    before = "; the other side is told beforehand" if notice.forewarn else ""
    both = "; ".join(part for part in (told, copy) if part)
    return f"{_OCCASIONS.get(str(notice.on), str(notice.on))}, in {where}: {both}{marking}{before}"


def _form(protocol: Protocol, form: Form) -> str:
    where = ", ".join(_in(protocol, form.stages))
    head = f"{form.title}, version {form.version}, with “{name_of(form.on, protocol.words)}” in {where}"
    return f"{head} ({_plain(form.sides)} side): {'; '.join(f.label for f in form.fields)}"


def _source(protocol: Protocol) -> Iterator[str]:
    if protocol.boards:
        yield f"boards: {', '.join(protocol.boards)}"
    yield f"about: {_plain(protocol.subjects)}; bank holidays of: {protocol.nation}"
    yield f"to be looked at again by {protocol.review_by:%d %B %Y}"
    yield f"after: {protocol.source}"
    if protocol.topics:
        yield f"topics: {'; '.join(protocol.topics.values())}"
    if protocol.forums:
        yield f"where it may arise: {'; '.join(protocol.forums.values())}"
    if protocol.sittings:
        yield f"the panel sits on: {', '.join(f'{day:%d %B %Y}' for day in protocol.sittings)}"


def _in(protocol: Protocol, stages: Iterable[str]) -> list[str]:
    named = set(stages)
    return [stage.name for stage in protocol.stages.values() if stage.id in named]


def _people(protocol: Protocol, slots: Iterable[str]) -> str:
    """Titles in the order given, or in that of the file where none is."""
    named = slots if isinstance(slots, tuple) else [slot for slot in protocol.slots if slot in set(slots)]
    return "; ".join(protocol.slots[slot].title for slot in named) or "nobody"


def _triggers(triggers: Iterable[Trigger]) -> str:
    return _plain(sorted(triggers))


def _plain(words: Iterable[str]) -> str:
    return ", ".join(str(word).replace("_", " ") for word in words)


_FROM = {Anchor.RAISED: "it was raised", Anchor.CONCERN: "the disagreement arose"}
_FURTHER = ("", "; of the second agency, if one is named", "; of the third agency, if one is named")
_CLOSES = {"raiser": "the raising side", "both": "both sides", "decider": "whoever decides here"}
_OCCASIONS = {
    "entered": "when a stage is entered",
    "climbed": "when it moves up",
    "silence": "when a time passes in silence",
    "settled": "when it is settled for now",
    "closed": "when it is closed",
    "answered": "when the other side changes or keeps its decision",
    "decided": "when a decision is recorded",
    "extended": "when more time is given",
    "reminded": "when a reminder is sent",
}
