"""What somebody asks for, in the imperative. Every command names its trigger and carries its prose.

Prose is kept apart from codes: `prose()` gives the written answers, field by field, which the service
stores in sealed statements; everything else is codes that may stand in an event.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, NewType

from workflows.calendar import WorkingCalendar
from workflows.triggers import Trigger
from workflows.vocabulary import Gate, Subject, Urgency

Id = NewType("Id", str)
"""The id of something in a protocol file: a code, never prose."""


class Changed(StrEnum):
    """Whether the board's decision changed the decision that was challenged."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class Late(StrEnum):
    """Why a deadline is carried out late."""

    SERVICE_AWAY = "service_away"
    """Nothing was carried out between its instant and now: the service, or its database, did not run."""
    BACKLOG = "backlog"
    """The service ran, and came to this one late."""


class Safer(StrEnum):
    """The answer to: is the person safer? `NOT_KNOWN` is a real answer."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    NOT_KNOWN = "not_known"


class SafeToRaise(StrEnum):
    """The raiser's private answer to: was it safe to raise this?"""

    YES = "yes"
    NO = "no"
    NOT_SAID = "not_said"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Base of all commands. `safety` (who keeps the person safe tonight) may come with every move, and so
    may `forms`: what was filled in of the protocol's own forms, by form and field (`asked.answer_name`)."""

    trigger: ClassVar[Trigger]
    safety: str | None = None
    forms: Mapping[str, str] = field(default_factory=dict)

    def prose(self) -> Mapping[str, str]:
        """The written answers that are not empty, by field name."""
        written = ((f.name, getattr(self, f.name)) for f in fields(self) if f.type in _PROSE)
        return {name: value for name, value in written if value}


_PROSE = (str, str | None)


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseConcern(Command):
    """A concern, with the five things that are required and those that are welcome."""

    trigger = Trigger.RAISE
    person_reference: str
    decision: str
    risk: str
    request: str
    urgency: Urgency = Urgency.NOT_SURE
    attempts: str | None = None
    changed_lately: str | None = None
    subject: Subject = Subject.CHILD
    topic: Id | None = None
    forum: Id | None = None
    enter: Id | None = None
    """The stage to begin at, where the protocol lets the raiser choose; None: the usual one."""
    concern_at: datetime | None = None
    """When the disagreement arose."""
    protect_by: datetime | None = None
    """The moment by which somebody must be safe, set by the raiser."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Support(Command):
    trigger = Trigger.SUPPORT
    reasons: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineSupport(Command):
    trigger = Trigger.DECLINE_SUPPORT
    reasons: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledge(Command):
    trigger = Trigger.ACKNOWLEDGE


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeDecision(Command):
    trigger = Trigger.CHANGE_DECISION
    reasons: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepDecision(Command):
    trigger = Trigger.KEEP_DECISION
    reasons: str
    would_change_mind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskInformation(Command):
    trigger = Trigger.ASK_INFORMATION
    reasons: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TellChange(Command):
    """More information. `risk_rose` may only shorten running clocks."""

    trigger = Trigger.TELL_CHANGE
    what_changed: str
    risk_rose: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SaySafety(Command):
    trigger = Trigger.SAY_SAFETY
    safety: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Readdress(Command):
    """Not ours, it is theirs. The service looks the agency up and hands its calendar in."""

    trigger = Trigger.READDRESS
    reasons: str
    agency: int
    calendar: WorkingCalendar


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeSettlement(Command):
    trigger = Trigger.PROPOSE_SETTLEMENT
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreeSettlement(Command):
    """Agrees to the open proposal. `outcome` is required when the proposal carries none."""

    trigger = Trigger.AGREE_SETTLEMENT
    outcome: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineSettlement(Command):
    trigger = Trigger.DECLINE_SETTLEMENT
    reasons: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalate(Command):
    trigger = Trigger.ESCALATE
    reasons: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw(Command):
    """The raiser withdraws. `freely` is False when it did not feel safe to go on."""

    trigger = Trigger.WITHDRAW
    reasons: str
    freely: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDecision(Command):
    """The board's decision. It settles process, never a diagnosis."""

    trigger = Trigger.RECORD_DECISION
    decision: str
    reasons: str
    alternatives: str
    dissent: str
    changed: Changed
    outcome: str
    actions: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recuse(Command):
    trigger = Trigger.RECUSE
    reasons: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFollowUp(Command):
    trigger = Trigger.ANSWER_FOLLOW_UP
    safer: Safer
    how_known: str
    still_open: str | None = None
    safe_to_raise: SafeToRaise = SafeToRaise.NOT_SAID


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeOut(Command):
    """A deadline ran out. Only the clock sends it. `clock` and `rung` name the deadline.

    `why_late` says why it is carried out late, when it is.
    """

    trigger = Trigger.TIME_OUT
    clock: Id
    rung: int
    why_late: Late | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Going(Command):
    """Base of moves whose target a person picks. `to` is None when the protocol has only one."""

    reasons: str
    to: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip(Going):
    """Over a stage, to a higher one."""

    trigger = Trigger.SKIP


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnDown(Going):
    """Back to a lower stage."""

    trigger = Trigger.RETURN_DOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseForum(Going):
    """Whoever decides here picks the next forum."""

    trigger = Trigger.CHOOSE_FORUM


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver(Going):
    """To another process or body, where it goes on; here it ends."""

    trigger = Trigger.HAND_OVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm(Command):
    """Puts on record that a gate is open, and how that is known."""

    trigger = Trigger.CONFIRM
    gate: Gate
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Convene(Command):
    """Calls a meeting of this stage."""

    trigger = Trigger.CONVENE
    meeting: Id
    when: datetime
    reasons: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldMeeting(Command):
    """A meeting was held: who was there and what was said."""

    trigger = Trigger.HOLD_MEETING
    meeting: Id
    minutes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPlan(Command):
    """What will be done, by whom, until when."""

    trigger = Trigger.RECORD_PLAN
    plan: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDissent(Command):
    """Disagrees for the record."""

    trigger = Trigger.RECORD_DISSENT
    dissent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTime(Command):
    """Sets the moment by which somebody must be safe. It can only make clocks end sooner."""

    trigger = Trigger.SET_TIME
    until: datetime
    reasons: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeTime(Command):
    """Proposes another end for a clock that both sides may agree."""

    trigger = Trigger.PROPOSE_TIME
    clock: Id
    until: datetime
    reasons: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreeTime(Command):
    """Agrees to the end that the other side proposed."""

    trigger = Trigger.AGREE_TIME


@dataclass(frozen=True, slots=True, kw_only=True)
class Extend(Command):
    """Gives a clock more time. `safety` must say who keeps the person safe until then
    (Scotland's national guidance of 2021 lets a senior manager extend under the same condition)."""

    trigger = Trigger.EXTEND
    clock: Id
    until: datetime
    reasons: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause(Command):
    """The clocks stand still."""

    trigger = Trigger.PAUSE
    reasons: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume(Command):
    """The clocks run on with what was left."""

    trigger = Trigger.RESUME
    reasons: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBeside(Command):
    """Opens a track beside this case."""

    trigger = Trigger.OPEN_BESIDE
    track: Id
    reasons: str
