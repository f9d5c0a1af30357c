"""What people may do: every gate can open, every promise of a stage can be kept, nothing hangs in the air."""

from collections.abc import Iterable, Mapping

from workflows.lint.finding import Finding, Place
from workflows.lint.ways import before, exits
from workflows.protocol import Form, Protocol
from workflows.stages import Stage
from workflows.triggers import Trigger
from workflows.vocabulary import Authority, Gate, Occasion, Outcome, Phase
from workflows.welsh import english_of

_OPENED_BY: Mapping[Gate, Trigger] = {
    Gate.PLAN_RECORDED: Trigger.RECORD_PLAN,
    Gate.MEETING_HELD: Trigger.HOLD_MEETING,
}


def gates_can_open(protocol: Protocol) -> Iterable[Finding]:
    """What a move needs can be put on record in its stage, or in one before it."""
    earlier = before(protocol)
    for stage in protocol.stages.values():
        for move in stage.moves:
            for gate in move.needs:
                if not any(_opens(protocol.stages[name], gate) for name in earlier[stage.id]):
                    words = f"needs {gate!s}, which nobody can put on record here or before"
                    place = ("stage", stage.id, "move", str(move.trigger), "needs")
                    yield Finding("gates_can_open", place, words)


def _opens(stage: Stage, gate: Gate) -> bool:
    trigger = _OPENED_BY.get(gate)
    if trigger is not None:
        return stage.move(trigger) is not None
    confirm = stage.move(Trigger.CONFIRM)
    return confirm is not None and bool(stage.gates.get(gate, frozenset()) & confirm.by)


def gates_have_confirm(protocol: Protocol) -> Iterable[Finding]:
    """A stage with gates has the move that opens them, for the same people; and the other way round."""
    for stage in protocol.stages.values():
        confirm = stage.move(Trigger.CONFIRM)
        for gate, by in stage.gates.items():
            if confirm is None or not by & confirm.by:
                words = "nobody of these may confirm here: add a move with do = 'confirm' for them"
                yield Finding("gates_have_confirm", ("stage", stage.id, "gate", str(gate)), words)
        if confirm is not None and not stage.gates:
            words = "there is nothing to confirm here: add a gate, or take the move out"
            yield Finding("gates_have_confirm", ("stage", stage.id, "move", "confirm"), words)


def meetings_can_be_held(protocol: Protocol) -> Iterable[Finding]:
    """A meeting can be called by its conveners and held; and without a meeting there is nothing to call."""
    for stage in protocol.stages.values():
        convene, hold = stage.move(Trigger.CONVENE), stage.move(Trigger.HOLD_MEETING)
        for meeting in stage.meetings:
            if convene is None or hold is None or not convene.by & {*meeting.convener}:
                words = "cannot be called and held: add moves convene (by a convener) and hold_meeting"
                yield Finding("meetings_can_be_held", ("stage", stage.id, "meeting", meeting.id), words)
        for move in (convene, hold):
            if move is not None and not stage.meetings:
                place = ("stage", stage.id, "move", str(move.trigger))
                yield Finding("meetings_can_be_held", place, "there is no meeting in this stage")


def who_decides_may(protocol: Protocol) -> Iterable[Finding]:
    """Only where somebody decides can a decision be recorded that both sides need not agree to."""
    for stage in protocol.stages.values():
        may = stage.authority in (Authority.DECIDES, Authority.STATUTORY)
        if stage.move(Trigger.RECORD_DECISION) and not may:
            place = ("stage", stage.id, "authority")
            words = f"this stage only {_DOES[stage.authority]}, and a decision is recorded in it"
            yield Finding("who_decides_may", place, words)


_DOES = {Authority.MEDIATES: "mediates", Authority.INFORMED: "is informed"}

_NEEDS_MOVE: Mapping[Outcome, frozenset[Trigger]] = {
    Outcome.AGREED: frozenset({Trigger.AGREE_SETTLEMENT, Trigger.RECORD_DECISION}),
    Outcome.AGREED_WITH_PLAN: frozenset(
        {Trigger.RECORD_PLAN, Trigger.AGREE_SETTLEMENT, Trigger.RECORD_DECISION}
    ),
    Outcome.STANDS_DISSENT_KEPT: frozenset({Trigger.RECORD_DISSENT, Trigger.RECORD_DECISION}),
    Outcome.UP: frozenset({Trigger.ESCALATE, Trigger.SKIP, Trigger.TIME_OUT, Trigger.CHOOSE_FORUM}),
    Outcome.DIVERTED: frozenset({Trigger.HAND_OVER, Trigger.CHOOSE_FORUM, Trigger.READDRESS}),
    Outcome.WITHDRAWN: frozenset({Trigger.WITHDRAW}),
    Outcome.EXIT_COURT: frozenset({Trigger.HAND_OVER}),
}


def outcomes_can_happen(protocol: Protocol) -> Iterable[Finding]:
    """Each outcome that a stage names can be brought about by a move of it."""
    for stage in protocol.stages.values():
        done = {move.trigger for move in stage.moves}
        for outcome in stage.outcomes:
            if not _NEEDS_MOVE[outcome] & done:
                words = f"{outcome!s} cannot happen here: no move brings it about"
                yield Finding("outcomes_can_happen", ("stage", stage.id, "outcomes"), words)


def notice_can_happen(protocol: Protocol) -> Iterable[Finding]:
    """What a notice is sent upon can happen in each stage that it names; in one of all, if it names none."""
    for index, notice in enumerate(protocol.notices):
        named = [stage for stage in protocol.stages.values() if stage.id in notice.stages]
        never = [stage.id for stage in named if not _may_happen(protocol, stage, notice.on)]
        if len(never) == len(named):
            words = f"{notice.on!s} can happen in none of these stages"
            yield Finding("notice_can_happen", ("notice", str(index), "on"), words)
        elif never and len(named) < len(protocol.stages):
            instead = "; a reply is on = 'answered'" if notice.on is Occasion.DECIDED else ""
            words = f"{notice.on!s} can never happen in {_quoted(never)}: name other stages{instead}"
            yield Finding("notice_can_happen", ("notice", str(index), "stages"), words)


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in names)


def _may_happen(protocol: Protocol, stage: Stage, occasion: Occasion) -> bool:
    done = {move.trigger for move in stage.moves}
    clocks = protocol.clocks_of(stage.id)
    phases = {protocol.stages[to].phase for to in exits(protocol, stage)}
    return {
        Occasion.ENTERED: True,
        Occasion.CLIMBED: _leads_up(protocol, stage),
        Occasion.SILENCE: bool(clocks),
        Occasion.SETTLED: Phase.PROVISIONAL in phases,
        Occasion.CLOSED: stage.phase is Phase.CLOSED,
        Occasion.ANSWERED: bool(done & {Trigger.CHANGE_DECISION, Trigger.KEEP_DECISION}),
        Occasion.DECIDED: Trigger.RECORD_DECISION in done,
        Occasion.EXTENDED: Trigger.EXTEND in done,
        Occasion.REMINDED: any(clock.reminders for clock in clocks),
    }[occasion]


def _leads_up(protocol: Protocol, stage: Stage) -> bool:
    """Whether a case can go on from here to a stage that does not end it, and not as given back."""
    moved = (to for move in stage.moves if move.trigger is not Trigger.RETURN_DOWN for to in move.to)
    capped = (cap.to for cap in protocol.caps_over(stage.id) if cap.to is not None)
    ending = (Phase.PROVISIONAL, Phase.CLOSED)
    return any(protocol.stages[to].phase not in ending for to in (*moved, *capped))


def forms_are_used(protocol: Protocol) -> Iterable[Finding]:
    """A form belongs to something that can be done in one of its stages, by a side that fills it in."""
    for form in protocol.forms:
        doing = {protocol.slots[slot].side for slot in _doers(protocol, form)}
        if not doing:
            words = f"{form.on!s} can be done in none of its stages: the form is never filled in"
            yield Finding("forms_are_used", ("form", form.id, "on"), words)
        elif not doing & set(form.sides):
            words = f"{form.on!s} is done by none of these sides: the form is never filled in"
            yield Finding("forms_are_used", ("form", form.id, "sides"), words)


def _doers(protocol: Protocol, form: Form) -> frozenset[str]:
    """The slots that may do what a form belongs to."""
    if form.on is Trigger.RAISE:
        return frozenset({protocol.raiser.id})
    moves = (protocol.stages[stage].move(form.on) for stage in form.stages)
    return frozenset().union(*(move.by for move in moves if move))


def times_can_be_agreed(protocol: Protocol) -> Iterable[Finding]:
    """A time that may be agreed can be proposed by one side and agreed by the other; a bound on more time
    stands where somebody can give it."""
    yield from _bounds_on_nothing(protocol)
    for stage in protocol.stages.values():
        asked, agreed = stage.move(Trigger.PROPOSE_TIME), stage.move(Trigger.AGREE_TIME)
        possible = asked and agreed and len({protocol.slots[s].side for s in asked.by | agreed.by}) > 1
        for clock in stage.clocks:
            if clock.negotiable and not possible:
                words = "may be agreed: add moves propose_time and agree_time, for both sides"
                yield Finding("times_can_be_agreed", (*_of(stage, clock.id), "negotiable"), words)
        if (asked or agreed) and not any(clock.negotiable for clock in stage.clocks):
            words = "no clock of this stage may be agreed: set negotiable = true, or take the move out"
            there = "propose_time" if asked else "agree_time"
            yield Finding("times_can_be_agreed", ("stage", stage.id, "move", there), words)


def _bounds_on_nothing(protocol: Protocol) -> Iterable[Finding]:
    words = "nobody can give this clock more time: set negotiable = true, add a move extend, or take it out"
    for stage in protocol.stages.values():
        for clock in stage.clocks:
            if clock.at_most and not clock.negotiable and stage.move(Trigger.EXTEND) is None:
                yield Finding("times_can_be_agreed", (*_of(stage, clock.id), "at_most"), words)
    for cap in protocol.caps.values():
        if cap.clock.at_most and not any(protocol.stages[s].move(Trigger.EXTEND) for s in cap.stages):
            place = ("cap", cap.clock.id.removeprefix("cap:"), "at_most")
            yield Finding("times_can_be_agreed", place, words)


def _of(stage: Stage, clock: str) -> Place:
    return ("stage", stage.id, "clock", clock)


def paused_can_resume(protocol: Protocol) -> Iterable[Finding]:
    """Clocks that can be stopped can be started again."""
    for stage in protocol.stages.values():
        if (stage.move(Trigger.PAUSE) is None) != (stage.move(Trigger.RESUME) is None):
            words = "pause and resume belong together: add the other one"
            there = "pause" if stage.move(Trigger.PAUSE) else "resume"
            yield Finding("paused_can_resume", ("stage", stage.id, "move", there), words)


def can_be_proposed(protocol: Protocol) -> Iterable[Finding]:
    """What can be agreed to can be proposed: by a proposal, or by a reply that may be accepted."""
    proposing = {Trigger.PROPOSE_SETTLEMENT, Trigger.CHANGE_DECISION, Trigger.KEEP_DECISION}
    for stage in protocol.stages.values():
        done = {move.trigger for move in stage.moves}
        for trigger in (Trigger.AGREE_SETTLEMENT, Trigger.DECLINE_SETTLEMENT):
            if trigger in done and not proposing & done:
                words = "nothing can be proposed or replied here that this could answer"
                yield Finding("can_be_proposed", ("stage", stage.id, "move", str(trigger)), words)


def translations_exist(protocol: Protocol) -> Iterable[Finding]:
    """Welsh text stands beside something that is there."""
    known = english_of(protocol)
    for name in protocol.welsh:
        if name not in known:
            words = "translates nothing that is there; write for example \"stage.1\" = '...'"
            yield Finding("translations_exist", ("welsh", name), words)
