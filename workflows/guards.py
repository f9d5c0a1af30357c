"""The closed vocabulary of conditions: what must hold before a move, and what to say when it does not.

A protocol file names conditions from `CONDITIONS` and no others; the names map to callables here and
are never handed to a library as strings. A condition gives None when it holds, else a Refusal in words
the person can act on.
"""

from collections.abc import Mapping

from workflows.case import LeadView, Position, Proposal, Refusal
from workflows.commands import (
    AgreeSettlement,
    Convene,
    HoldMeeting,
    OpenBeside,
)
from workflows.gates import gate_is_yours
from workflows.question import Condition, Question
from workflows.time_guards import (
    clock_lets,
    may_stand_still,
    safe_meanwhile,
    stands_still,
    time_from_other_side,
)
from workflows.triggers import Trigger
from workflows.vocabulary import Authority, Closer, Phase, Side


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
    return (
        None
        if track and track.beside and not track.elsewhere
        else Refusal("no_such_track", "There is no such track to open.")
    )


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


def first_named_passes_on(question: Question) -> Refusal | None:
    """Whose place is not the first agency's has nothing to pass on: the first one, or the office, does."""
    able = (question.protocol.slots[slot] for slot in question.actor.slots & question.move.by)
    if any(slot.side is Side.BOARD or slot.is_first_named for slot in able):
        return None
    return Refusal(
        "not_named_first", "Only the agency that was named first can pass this on. Tell the board office."
    )


ALWAYS: Mapping[Trigger, tuple[Condition, ...]] = {
    Trigger.RECORD_DECISION: (no_party_at_the_board,),
    Trigger.AGREE_SETTLEMENT: (closer_agrees,),
    Trigger.READDRESS: (first_named_passes_on,),
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
