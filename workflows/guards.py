"""The closed vocabulary of conditions: what must hold before a move, and what to say when it does not.

A protocol file names conditions from `CONDITIONS` and no others; the names map to callables here and
are never handed to a library as strings. A condition gives None when it holds, else a Refusal in words
the person can act on.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from workflows.case import Actor, CaseState, LeadView, Position, Proposal, Refusal
from workflows.commands import AgreeSettlement, Command, TimeOut
from workflows.protocol import Move, Protocol, Side


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
        return Refusal("already_given", "Your view is on record already. Add a note if it has changed.")
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
    if isinstance(command, TimeOut) and now is not None:
        for clock in question.case.clocks:
            if (clock.clock, clock.rung) == (command.clock, command.rung) and clock.due <= now:
                return None
    return Refusal("not_due", "That deadline does not run any more, or is not due yet.")


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
