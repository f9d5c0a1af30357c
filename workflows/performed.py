"""From a step of a scenario to the command that a person would give. What is written is left blank."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from workflows import commands as c
from workflows.calendar import WorkingCalendar
from workflows.scenario import Scenario, ScenarioError, Step
from workflows.triggers import Trigger
from workflows.vocabulary import Gate

_TEXT = "-"
"""Prose is no part of a simulation."""
_ELSEWHERE = 4
"""The agency to which a wrong door passes a concern on."""


def concern_of(scenario: Scenario) -> c.RaiseConcern:
    """The command with which a scenario begins."""
    return c.RaiseConcern(
        person_reference=_TEXT,
        decision=_TEXT,
        risk=_TEXT,
        request=_TEXT,
        urgency=scenario.urgency,
        subject=scenario.subject,
        topic=c.Id(scenario.topic) if scenario.topic else None,
        forum=c.Id(scenario.forum) if scenario.forum else None,
        enter=c.Id(scenario.enter) if scenario.enter else None,
        concern_at=scenario.concern,
        protect_by=scenario.protect_by,
    )


def command_of(step: Step) -> c.Command:
    """The command of a step. Raises ScenarioError when a choice that it needs is missing, or is none."""
    try:
        return _MADE[step.do](step)
    except KeyError as error:
        raise ScenarioError(f"{step.do!s} at {step.at:%Y-%m-%d %H:%M} needs {error}") from error
    except ValueError as error:
        raise ScenarioError(f"{step.do!s} at {step.at:%Y-%m-%d %H:%M}: {error}") from error


def _going(kind: type[c.Going]) -> Callable[[Step], c.Command]:
    return lambda step: kind(reasons=_TEXT, to=_id(step.given, "to"))


def _id(given: Mapping[str, Any], key: str) -> c.Id | None:
    return c.Id(given[key]) if key in given else None


_MADE: Mapping[Trigger, Callable[[Step], c.Command]] = {
    Trigger.SUPPORT: lambda _: c.Support(reasons=_TEXT),
    Trigger.DECLINE_SUPPORT: lambda _: c.DeclineSupport(reasons=_TEXT),
    Trigger.ACKNOWLEDGE: lambda _: c.Acknowledge(),
    Trigger.CHANGE_DECISION: lambda _: c.ChangeDecision(reasons=_TEXT),
    Trigger.KEEP_DECISION: lambda _: c.KeepDecision(reasons=_TEXT, would_change_mind=_TEXT),
    Trigger.ASK_INFORMATION: lambda _: c.AskInformation(reasons=_TEXT),
    Trigger.TELL_CHANGE: lambda s: c.TellChange(
        what_changed=_TEXT, risk_rose=s.given.get("risk_rose", False)
    ),
    Trigger.SAY_SAFETY: lambda _: c.SaySafety(safety=_TEXT),
    Trigger.READDRESS: lambda _: c.Readdress(
        reasons=_TEXT, agency=_ELSEWHERE, calendar=WorkingCalendar("ENG")
    ),
    Trigger.PROPOSE_SETTLEMENT: lambda _: c.ProposeSettlement(outcome=_TEXT),
    Trigger.AGREE_SETTLEMENT: lambda _: c.AgreeSettlement(outcome=_TEXT),
    Trigger.DECLINE_SETTLEMENT: lambda _: c.DeclineSettlement(reasons=_TEXT),
    Trigger.ESCALATE: lambda _: c.Escalate(reasons=_TEXT),
    Trigger.WITHDRAW: lambda s: c.Withdraw(reasons=_TEXT, freely=s.given.get("freely", True)),
    Trigger.RECORD_DECISION: lambda s: c.RecordDecision(
        decision=_TEXT,
        reasons=_TEXT,
        alternatives=_TEXT,
        dissent=_TEXT,
        changed=c.Changed(s.given.get("changed", "yes")),
        outcome=_TEXT,
    ),
    Trigger.RECUSE: lambda _: c.Recuse(reasons=_TEXT),
    Trigger.ANSWER_FOLLOW_UP: lambda _: c.AnswerFollowUp(safer=c.Safer.YES, how_known=_TEXT),
    Trigger.SKIP: _going(c.Skip),
    Trigger.RETURN_DOWN: _going(c.ReturnDown),
    Trigger.CHOOSE_FORUM: _going(c.ChooseForum),
    Trigger.HAND_OVER: _going(c.HandOver),
    Trigger.CONFIRM: lambda s: c.Confirm(gate=Gate(s.given["gate"]), how=_TEXT),
    Trigger.CONVENE: lambda s: c.Convene(
        meeting=c.Id(s.given["meeting"]), when=s.given.get("end", s.at + timedelta(days=1))
    ),
    Trigger.HOLD_MEETING: lambda s: c.HoldMeeting(meeting=c.Id(s.given["meeting"]), minutes=_TEXT),
    Trigger.RECORD_PLAN: lambda _: c.RecordPlan(plan=_TEXT),
    Trigger.RECORD_DISSENT: lambda _: c.RecordDissent(dissent=_TEXT),
    Trigger.SET_TIME: lambda s: c.SetTime(until=s.given["end"], reasons=_TEXT),
    Trigger.PROPOSE_TIME: lambda s: c.ProposeTime(
        clock=c.Id(s.given["clock"]), until=s.given["end"], reasons=_TEXT
    ),
    Trigger.AGREE_TIME: lambda _: c.AgreeTime(),
    Trigger.EXTEND: lambda s: c.Extend(
        clock=c.Id(s.given["clock"]), until=s.given["end"], reasons=_TEXT, safety=_TEXT
    ),
    Trigger.PAUSE: lambda _: c.Pause(reasons=_TEXT),
    Trigger.RESUME: lambda _: c.Resume(),
    Trigger.OPEN_BESIDE: lambda s: c.OpenBeside(track=c.Id(s.given["beside"]), reasons=_TEXT),
}
