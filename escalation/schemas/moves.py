"""What people may do to a case: for each trigger the answers it takes and the command they make."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields

from escalation.errors import InvalidInput
from escalation.schemas.fields import Choice, Instant, Written
from escalation.schemas.forms import both
from escalation.schemas.words import LONG, SHORT
from workflows import commands as c
from workflows.triggers import Trigger
from workflows.vocabulary import Gate

YES_NO = ("yes", "no")
NAME = 40
"""How long the id of a stage, a clock or a meeting may be."""
_SAFETY = {"safety": Written("Who keeps this person safe tonight", SHORT)}


@dataclass(frozen=True, slots=True)
class Move:
    """The schema of one trigger's answers, and what makes the command of them."""

    schema: Schema
    command: Callable[[Mapping[str, Any]], c.Command]


def _schema(**answers: fields.Field[Any]) -> Schema:
    made = Schema.from_dict({**answers, **_SAFETY})
    return made(unknown=RAISE)


def _reasons(ask: str, longest: int = LONG) -> Written:
    return Written("Your reasons", longest, ask=ask)


def _plain(command: Callable[..., c.Command]) -> Callable[[Mapping[str, Any]], c.Command]:
    return lambda given: command(**given)


def _tell_change(given: Mapping[str, Any]) -> c.Command:
    return c.TellChange(
        what_changed=given["what_changed"], risk_rose=given["risk_rose"] == "yes", safety=given["safety"]
    )


def _withdraw(given: Mapping[str, Any]) -> c.Command:
    return c.Withdraw(reasons=given["reasons"], freely=given["freely"] == "yes", safety=given["safety"])


def _decided(given: Mapping[str, Any]) -> c.Command:
    return c.RecordDecision(**{**given, "changed": c.Changed(given["changed"])})


def _followed_up(given: Mapping[str, Any]) -> c.Command:
    words = {"safer": c.Safer(given["safer"]), "safe_to_raise": c.SafeToRaise(given["safe_to_raise"])}
    return c.AnswerFollowUp(**{**given, **words})


def _going(kind: type[c.Going]) -> Move:
    where = Written("Where to", NAME)
    return Move(_schema(to=where, reasons=_reasons("Enter your reasons")), _plain(kind))


_WHEN = Instant("Enter the day and the time")
_OUTCOME = "Enter the outcome for the child or adult"

MOVES: Mapping[Trigger, Move] = {
    Trigger.SUPPORT: Move(_schema(reasons=Written("Your reasons", LONG)), _plain(c.Support)),
    Trigger.DECLINE_SUPPORT: Move(_schema(reasons=_reasons("Enter your reason")), _plain(c.DeclineSupport)),
    Trigger.ACKNOWLEDGE: Move(_schema(), _plain(c.Acknowledge)),
    Trigger.CHANGE_DECISION: Move(_schema(reasons=_reasons("Enter your reasons")), _plain(c.ChangeDecision)),
    Trigger.KEEP_DECISION: Move(
        _schema(
            reasons=_reasons("Enter your reasons"),
            would_change_mind=Written(
                "What would change your mind", SHORT, ask="Enter what would change your mind"
            ),
        ),
        _plain(c.KeepDecision),
    ),
    Trigger.ASK_INFORMATION: Move(
        _schema(reasons=_reasons("Enter what you need and from whom")), _plain(c.AskInformation)
    ),
    Trigger.TELL_CHANGE: Move(
        _schema(
            what_changed=Written("What has changed", LONG, ask="Enter what has changed"),
            risk_rose=Choice(YES_NO, "Select whether the risk has risen", default="no"),
        ),
        _tell_change,
    ),
    Trigger.SAY_SAFETY: Move(
        Schema.from_dict(
            {
                "safety": Written(
                    "Who keeps this person safe tonight",
                    SHORT,
                    ask="Enter who keeps this person safe tonight",
                )
            }
        )(unknown=RAISE),
        _plain(c.SaySafety),
    ),
    Trigger.PROPOSE_SETTLEMENT: Move(
        _schema(outcome=Written("Outcome", LONG, ask=_OUTCOME)), _plain(c.ProposeSettlement)
    ),
    Trigger.AGREE_SETTLEMENT: Move(_schema(outcome=Written("Outcome", LONG)), _plain(c.AgreeSettlement)),
    Trigger.DECLINE_SETTLEMENT: Move(
        _schema(reasons=_reasons("Enter your reasons")), _plain(c.DeclineSettlement)
    ),
    Trigger.ESCALATE: Move(_schema(reasons=_reasons("Enter why it should move up now")), _plain(c.Escalate)),
    Trigger.WITHDRAW: Move(
        _schema(
            reasons=_reasons("Enter why you withdraw it"),
            freely=Choice(YES_NO, "Select whether you withdraw it freely"),
        ),
        _withdraw,
    ),
    Trigger.RECORD_DECISION: Move(
        _schema(
            decision=Written("Decision", LONG, ask="Enter the decision"),
            reasons=_reasons("Enter your reasons"),
            alternatives=Written("Alternatives", LONG, ask="Enter the alternatives you considered"),
            dissent=Written("Dissent", LONG, ask="Enter who sees it differently, or that nobody does"),
            changed=Choice(c.Changed, "Select whether the decision changed"),
            outcome=Written("Outcome", LONG, ask=_OUTCOME),
            actions=Written("Who acts, by when", LONG),
        ),
        _decided,
    ),
    Trigger.RECUSE: Move(_schema(reasons=_reasons("Enter why you stand aside", SHORT)), _plain(c.Recuse)),
    Trigger.ANSWER_FOLLOW_UP: Move(
        _schema(
            safer=Choice(c.Safer, "Select whether the person is safer"),
            how_known=Written("How you know", LONG, ask="Enter how you know, or that you do not"),
            still_open=Written("What is still open", LONG),
            safe_to_raise=Choice(c.SafeToRaise, "Select an answer", default=str(c.SafeToRaise.NOT_SAID)),
        ),
        _followed_up,
    ),
    Trigger.SKIP: _going(c.Skip),
    Trigger.RETURN_DOWN: _going(c.ReturnDown),
    Trigger.CHOOSE_FORUM: _going(c.ChooseForum),
    Trigger.HAND_OVER: _going(c.HandOver),
    Trigger.CONFIRM: Move(
        _schema(
            gate=Choice(Gate, "Select what you confirm"),
            how=Written("How you know", LONG, ask="Enter how you know"),
        ),
        lambda given: c.Confirm(**{**given, "gate": Gate(given["gate"])}),
    ),
    Trigger.CONVENE: Move(
        _schema(
            meeting=Written("Meeting", NAME, ask="Select the meeting"),
            when=Instant("Enter when the meeting is"),
            reasons=Written("What it is for", SHORT),
        ),
        _plain(c.Convene),
    ),
    Trigger.HOLD_MEETING: Move(
        _schema(
            meeting=Written("Meeting", NAME, ask="Select the meeting"),
            minutes=Written("What was said", LONG, ask="Enter who was there and what was said"),
        ),
        _plain(c.HoldMeeting),
    ),
    Trigger.RECORD_PLAN: Move(
        _schema(plan=Written("Plan", LONG, ask="Enter what will be done, by whom and by when")),
        _plain(c.RecordPlan),
    ),
    Trigger.RECORD_DISSENT: Move(
        _schema(dissent=Written("Who sees it differently", LONG, ask="Enter what you see differently")),
        _plain(c.RecordDissent),
    ),
    Trigger.SET_TIME: Move(
        _schema(until=_WHEN, reasons=_reasons("Enter why it must be sooner", SHORT)), _plain(c.SetTime)
    ),
    Trigger.PROPOSE_TIME: Move(
        _schema(
            clock=Written("Which time", NAME, ask="Select which time"),
            until=_WHEN,
            reasons=_reasons("Enter your reasons", SHORT),
        ),
        _plain(c.ProposeTime),
    ),
    Trigger.AGREE_TIME: Move(_schema(), _plain(c.AgreeTime)),
    Trigger.EXTEND: Move(
        _schema(
            clock=Written("Which time", NAME, ask="Select which time"),
            until=_WHEN,
            reasons=_reasons("Enter why more time is needed", SHORT),
        ),
        _plain(c.Extend),
    ),
    Trigger.PAUSE: Move(
        _schema(reasons=_reasons("Enter why the clocks should stand still")), _plain(c.Pause)
    ),
    Trigger.RESUME: Move(_schema(reasons=Written("Your reasons", LONG)), _plain(c.Resume)),
    Trigger.OPEN_BESIDE: Move(
        _schema(
            track=Written("Track", NAME, ask="Select what to open"),
            reasons=_reasons("Enter why it should be opened"),
        ),
        _plain(c.OpenBeside),
    ),
}
"""Readdress is missing: it names an agency, so it has `readdress_from`. Raise and time_out are no moves."""

_READDRESS = _schema(
    agency=Written("Agency", 40, ask="Select the agency it belongs to"),
    reasons=_reasons("Enter why it is theirs"),
)


def command_from(
    trigger: Trigger, answers: Mapping[str, Any], filled: Callable[[], Mapping[str, str]] = dict
) -> c.Command:
    """The command that a trigger's answers make, with what was filled in of the procedure's forms.

    Raises InvalidInput with messages by field, of the answers and of the forms together.
    """
    move = MOVES[trigger]
    given, forms = both(lambda: _loaded(move.schema, answers), filled)
    return replace(move.command(given), forms=forms)


def readdress_from(answers: Mapping[str, Any]) -> Mapping[str, Any]:
    """Agency (public id), reasons and safety of a concern that is passed on. Raises InvalidInput."""
    return _loaded(_READDRESS, answers)


def answers_of(trigger: Trigger) -> tuple[str, ...]:
    """The names of the answers that a trigger takes."""
    return tuple(schema_of(trigger).fields)


def schema_of(trigger: Trigger) -> Schema:
    """What checks the answers of a trigger. Raises KeyError for one that no person uses."""
    return _READDRESS if trigger is Trigger.READDRESS else MOVES[trigger].schema


def _loaded(schema: Schema, answers: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return dict(schema.load(dict(answers)))
    except ValidationError as error:
        raise InvalidInput(error.messages_dict) from error
