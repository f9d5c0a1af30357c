"""What the two sides and their leads say to each other: positions, proposals, agreement, withdrawal."""

from dataclasses import replace
from datetime import datetime

from workflows.case import (
    LeadView,
    Position,
    Proposal,
)
from workflows.commands import (
    AnswerFollowUp,
    Command,
    Readdress,
    RecordDecision,
    TellChange,
    Withdraw,
)
from workflows.effect import Answer, Effect
from workflows.events import Code, Event, EventKind
from workflows.question import Question
from workflows.risk import raise_risk
from workflows.vocabulary import Side


def lead_view(view: LeadView, kind: EventKind) -> Answer:
    """The raiser's lead says whether they support it."""
    return lambda question, command, now: Effect(replace(question.case, lead_view=view), (Event(kind),))


def position(position: Position, kind: EventKind) -> Answer:
    """The challenged side changes its decision, or keeps it."""

    def effect(question: Question, command: Command, now: datetime) -> Effect:
        # A reply is a standing proposal: the raising side may accept it.
        proposal = Proposal(Side.CHALLENGED, reply=True)
        return Effect(replace(question.case, position=position, proposal=proposal), (Event(kind),))

    return effect


def tell_change(question: Question, command: Command, now: datetime) -> Effect:
    """Something changed for the person; where the risk rose, the case goes on faster."""
    told = (Event(EventKind.CHANGE_TOLD),)
    if not (isinstance(command, TellChange) and command.risk_rose):
        return Effect(question.case, told)
    effect = raise_risk(question.protocol, question.case, now)
    return replace(effect, events=told + effect.events)


def readdress(question: Question, command: Command, now: datetime) -> Effect:
    """Passed on to the agency whose decision it was: its own time begins."""
    if not isinstance(command, Readdress):
        raise TypeError(f"{command!r} says not where to")
    case = question.case
    after = replace(
        case,
        readdressed=case.readdressed + 1,
        calendars={**case.calendars, Side.CHALLENGED: command.calendar},
        party_agencies=case.party_agencies | {command.agency},
        terms=replace(case.terms, named=(command.agency, *case.terms.named[1:])),
        position=Position.NONE,
        proposal=None,
    )
    return Effect(after, (Event(EventKind.READDRESSED, {"agency": command.agency}),))


def propose(question: Question, command: Command, now: datetime) -> Effect:
    """A side proposes to settle it."""
    side = _side(question)
    event = Event(EventKind.SETTLEMENT_PROPOSED, {"side": str(side)})
    return Effect(replace(question.case, proposal=Proposal(side)), (event,))


def agree(question: Question, command: Command, now: datetime) -> Effect:
    """The other side agrees to what was proposed or replied."""
    proposal = question.case.proposal
    codes: dict[str, Code] = {"side": str(_side(question)), "reply": proposal.reply if proposal else False}
    return Effect(question.case, (Event(EventKind.SETTLEMENT_AGREED, codes),), "agreed")


def decline(question: Question, command: Command, now: datetime) -> Effect:
    """The other side does not agree, and the case goes on."""
    event = Event(EventKind.SETTLEMENT_DECLINED, {"side": str(_side(question))})
    return Effect(replace(question.case, proposal=None), (event,))


def withdraw(question: Question, command: Command, now: datetime) -> Effect:
    """The raising side takes the concern back, freely or not."""
    freely = command.freely if isinstance(command, Withdraw) else True
    return Effect(question.case, (Event(EventKind.WITHDRAWN, {"freely": freely}),), "withdrawn")


def record_decision(question: Question, command: Command, now: datetime) -> Effect:
    """The board, or whom the law names, decides."""
    changed = str(command.changed) if isinstance(command, RecordDecision) else ""
    return Effect(question.case, (Event(EventKind.BOARD_DECIDED, {"changed": changed}),), "board")


def answer_follow_up(question: Question, command: Command, now: datetime) -> Effect:
    """The raiser says afterwards whether the person is safer, and whether raising it was safe."""
    if not isinstance(command, AnswerFollowUp):
        raise TypeError(f"{command!r} answers no follow-up")
    codes = {"safer": str(command.safer), "safe_to_raise": str(command.safe_to_raise)}
    return Effect(question.case, (Event(EventKind.FOLLOW_UP_ANSWERED, codes),), "answered")


def _side(question: Question) -> Side:
    return min(question.sides(), key=lambda side: list(Side).index(side))
