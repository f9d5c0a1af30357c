"""Gates: what must be on record before a move, who may put it there, and the words of both."""

from collections.abc import Mapping

from workflows.case import Refusal
from workflows.commands import (
    Confirm,
)
from workflows.question import Condition, Question
from workflows.vocabulary import Gate


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
