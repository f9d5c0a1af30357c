"""The closed vocabulary of conditions: what must hold before a move, and what to say when it does not.

A protocol file names conditions from `CONDITIONS` and no others; the names map to callables here and
are never handed to a library as strings. A condition gives None when it holds, else a Refusal in words
the person can act on.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from workflows.case import Actor, CaseState, LeadView, Position, Proposal, Refusal
from workflows.commands import (
    AgreeSettlement,
    Command,
    Confirm,
    Convene,
    Extend,
    Going,
    HoldMeeting,
    OpenBeside,
    ProposeTime,
    SetTime,
    TimeOut,
)
from workflows.protocol import Clock, Move, Protocol, Stage
from workflows.triggers import Trigger
from workflows.vocabulary import Authority, Closer, Expiry, Gate, Phase, Side, Urgency


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


def seated(question: Question) -> Refusal | None:
    """Every move but the clock's: the actor sits in a slot that may make it, on one side only."""
    sides = question.sides()
    if not sides:
        return Refusal("not_yours", "This is for somebody else in this case to do.")
    if {Side.RAISING, Side.CHALLENGED} <= sides:
        return Refusal(
            "both_sides", "You have a post on both sides of this case. Ask a colleague on one of them to act."
        )
    return None


def position_given(question: Question) -> Refusal | None:
    """The challenged side has replied in this stage."""
    if question.case.position is Position.NONE:
        return Refusal("no_position", "The other side has not given its position yet.")
    return None


def no_position_yet(question: Question) -> Refusal | None:
    """The challenged side has not replied in this stage."""
    if question.case.position is not Position.NONE:
        return Refusal("position_given", "A position has been given already.")
    return None


def view_not_given(question: Question) -> Refusal | None:
    """The raiser's lead has not said yet whether they support it."""
    if question.case.lead_view is not LeadView.NONE:
        return Refusal(
            "already_given", "Your view is on record already. Use “Tell them what has changed” if it has."
        )
    return None


def proposal_from_other_side(question: Question) -> Refusal | None:
    """The other side has a proposal open."""
    proposal = question.case.proposal
    if proposal is None or proposal.side in question.sides():
        return Refusal("no_proposal", "The other side has not proposed to settle it.")
    return None


def no_proposal_of_ours(question: Question) -> Refusal | None:
    """This side has not proposed already."""
    proposal = question.case.proposal
    if proposal is not None and not proposal.reply and proposal.side in question.sides():
        return Refusal(
            "already_proposed", "Your side has proposed this already and waits for the other side."
        )
    return None


def outcome_given(question: Question) -> Refusal | None:
    """Settling needs the outcome for the person: in the proposal, or from whoever accepts a reply."""
    proposal, command = question.case.proposal, question.command
    if not isinstance(command, AgreeSettlement) or not _without_outcome(proposal) or command.outcome:
        return None
    return Refusal("outcome_missing", "Say what the outcome is for the child or adult.")


def _without_outcome(proposal: Proposal | None) -> bool:
    return proposal is not None and proposal.reply


def not_readdressed_before(question: Question) -> Refusal | None:
    """A concern is passed on once in a stage: then somebody must take a position."""
    if question.case.readdressed:
        return Refusal(
            "already_readdressed",
            "It has been passed on once already. Give a position, move it up, or ask the board office.",
        )
    return None


def not_party(question: Question) -> Refusal | None:
    """Nobody decides in their own case: not who acted, sits or works on a side of it."""
    actor, case = question.actor, question.case
    on_a_side = any(question.protocol.slots[slot].side is not Side.BOARD for slot in actor.slots)
    if on_a_side or actor.account in case.party_people or actor.agencies & case.party_agencies:
        return Refusal(
            "own_case",
            "You or your agency have a part in this case, so somebody else must decide it. Stand aside, "
            "and the deputy is asked.",
        )
    return None


def overdue(question: Question) -> Refusal | None:
    """The deadline that the clock names is running and its instant has come."""
    command, now = question.command, question.now
    if isinstance(command, TimeOut) and now is not None and question.case.terms.paused_at is None:
        for clock in question.case.clocks:
            if (clock.clock, clock.rung) == (command.clock, command.rung) and clock.due <= now:
                return None
    return Refusal("not_due", "That deadline does not run any more, or is not due yet.")


def open_gate(gate: Gate) -> Condition:
    """The condition that a gate is open."""

    def gate_is_open(question: Question) -> Refusal | None:
        opened_by = question.case.terms.gates.get(gate)
        if opened_by is None:
            return Refusal("gate_closed", GATE_WORDS[gate])
        if gate is Gate.SECOND_PERSON_AGREES and opened_by == question.actor.account:
            return Refusal("gate_closed", GATE_WORDS[gate])
        return None

    return gate_is_open


GATE_WORDS: Mapping[Gate, str] = {
    Gate.MANAGER_VALIDATES: "A manager of your own agency must first confirm that this should go on.",
    Gate.LEAD_CONSULTED: "Talk to the safeguarding lead first, and put it on record here.",
    Gate.EVIDENCE_ATTACHED: "Put on record first what the concern rests on.",
    Gate.DISCUSSION_RECORDED: "Put on record first what was said between those who disagree.",
    Gate.PERSON_VIEW_OR_REASON: "Put on record first what the person wants, or why they were not asked.",
    Gate.SECOND_OPINION_INDEPENDENT: "Confirm first that the second opinion is independent of the first.",
    Gate.FAMILY_TOLD: "Put on record first that the family was told, or why not.",
    Gate.LESSONS_RECORDED: "Put on record first what was learnt, and why it was not settled earlier.",
    Gate.SECOND_PERSON_AGREES: "A second person must agree to this first.",
    Gate.PLAN_RECORDED: "Put the plan on record first: what, by whom, until when.",
    Gate.MEETING_HELD: "The meeting must be held first, and what was said put on record.",
}
"""Why a closed gate holds a move, in words a person can act on."""


GATE_MEANS: Mapping[Gate, str] = {
    Gate.MANAGER_VALIDATES: "A manager of this agency agrees that it should go on",
    Gate.LEAD_CONSULTED: "The safeguarding lead was consulted",
    Gate.EVIDENCE_ATTACHED: "What the concern rests on is on record",
    Gate.DISCUSSION_RECORDED: "What was said between those who disagree is on record",
    Gate.PERSON_VIEW_OR_REASON: "What the person wants is on record, or why they were not asked",
    Gate.SECOND_OPINION_INDEPENDENT: "The second opinion is independent of the first",
    Gate.FAMILY_TOLD: "The family was told, or why not is on record",
    Gate.LESSONS_RECORDED: "What was learnt is on record, and why it was not settled earlier",
    Gate.SECOND_PERSON_AGREES: "A second person agrees to this",
}
"""What can be confirmed, in words."""


def gate_is_yours(question: Question) -> Refusal | None:
    """The gate is one of this stage, and this person may open it."""
    command, gates = question.command, question.stage().gates
    if command is None:
        allowed = any(by & question.actor.slots for by in gates.values())
    else:
        by = gates.get(command.gate, frozenset()) if isinstance(command, Confirm) else frozenset()
        allowed = bool(by & question.actor.slots)
    return None if allowed else Refusal("not_yours", "This is for somebody else in this case to confirm.")


def meeting_is_here(question: Question) -> Refusal | None:
    """The meeting is one of this stage."""
    command = question.command
    if isinstance(command, Convene | HoldMeeting):
        known = {meeting.id for meeting in question.stage().meetings}
    else:
        return None
    if command.meeting in known:
        return None
    return Refusal("no_such_meeting", "This stage has no such meeting.")


def track_is_beside(question: Question) -> Refusal | None:
    """The track may be opened beside a case."""
    command = question.command
    if not isinstance(command, OpenBeside):
        return None
    track = question.protocol.tracks.get(command.track)
    return None if track and track.beside else Refusal("no_such_track", "There is no such track to open.")


def clock_lets(question: Question) -> Refusal | None:
    """Another end may be given to this clock: it runs, it allows it, and the end lies ahead."""
    command, now = question.command, question.now
    if isinstance(command, Extend | ProposeTime | SetTime) and now is not None and command.until <= now:
        return Refusal("time_is_past", "Give a time that lies ahead.")
    if not isinstance(command, Extend | ProposeTime):
        return None
    running = next((c for c in question.case.clocks if c.clock == command.clock), None)
    if running is None:
        return Refusal("no_such_clock", "That time does not run any more.")
    clock = question.protocol.clock(question.case.stage, command.clock)
    if isinstance(command, ProposeTime) and not (clock and clock.negotiable):
        return Refusal("not_negotiable", "This time is fixed by the procedure.")
    if isinstance(command, Extend) and command.until <= running.due:
        return Refusal("not_longer", "An extension gives more time. To end sooner, set an earlier time.")
    return None


def safe_meanwhile(question: Question) -> Refusal | None:
    """More time is given only when somebody says who keeps the person safe until then."""
    command = question.command
    if isinstance(command, Extend) and not command.safety:
        return Refusal("safety_missing", "Say who keeps the person safe until then.")
    return None


def time_from_other_side(question: Question) -> Refusal | None:
    """The other side has proposed another end, and its clock still runs."""
    proposal = question.case.terms.time_proposal
    runs = proposal is not None and any(c.clock == proposal.clock for c in question.case.clocks)
    if proposal is None or not runs or proposal.side in question.sides():
        return Refusal("no_proposal", "The other side has not proposed another time.")
    return None


def may_stand_still(question: Question) -> Refusal | None:
    """Clocks stand still only while the risk is not immediate, and not twice."""
    if Urgency.TODAY in question.protocol.paces[question.case.pace].urgencies:
        return Refusal("risk_is_immediate", "The clocks cannot stand still while the risk is immediate.")
    if question.case.terms.paused_at is not None:
        return Refusal("paused_already", "The clocks stand still already.")
    return None


def stands_still(question: Question) -> Refusal | None:
    """The clocks stand still."""
    if question.case.terms.paused_at is None:
        return Refusal("not_paused", "The clocks are running.")
    return None


def no_party_at_the_board(question: Question) -> Refusal | None:
    """Where the board decides, nobody decides in their own case, whatever a file says.

    Where the law names who decides (a decision-maker, a lead agency), it is theirs all the same.
    """
    stage = question.stage()
    board = stage.phase is Phase.ARBITRATION and stage.authority is not Authority.STATUTORY
    return not_party(question) if board else None


def closer_agrees(question: Question) -> Refusal | None:
    """Where only the raising side or the decider may close, nobody else's agreement settles it."""
    closes = question.stage().closes
    if closes is Closer.BOTH or (closes is Closer.RAISER and Side.RAISING in question.sides()):
        return None
    who = "whoever raised it" if closes is Closer.RAISER else "whoever decides here"
    return Refusal("not_closer", f"In this stage it is for {who} to say that it is settled.")


ALWAYS: Mapping[Trigger, tuple[Condition, ...]] = {
    Trigger.RECORD_DECISION: (no_party_at_the_board,),
    Trigger.AGREE_SETTLEMENT: (closer_agrees,),
    Trigger.CONFIRM: (gate_is_yours,),
    Trigger.CONVENE: (meeting_is_here,),
    Trigger.HOLD_MEETING: (meeting_is_here,),
    Trigger.OPEN_BESIDE: (track_is_beside,),
    Trigger.SET_TIME: (clock_lets,),
    Trigger.PROPOSE_TIME: (clock_lets,),
    Trigger.AGREE_TIME: (time_from_other_side,),
    Trigger.EXTEND: (clock_lets, safe_meanwhile),
    Trigger.PAUSE: (may_stand_still,),
    Trigger.RESUME: (stands_still,),
}
"""What a trigger asks under every protocol: a file can ask for more, and for no less."""


CONDITIONS: Mapping[str, Condition] = {
    condition.__name__: condition
    for condition in (
        position_given,
        no_position_yet,
        view_not_given,
        proposal_from_other_side,
        no_proposal_of_ours,
        outcome_given,
        not_readdressed_before,
        not_party,
    )
}
"""The names that a protocol file may use."""
