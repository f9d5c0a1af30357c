"""What may be done, as the words of a link."""

from collections.abc import Mapping

from workflows.own_words import NONE, said
from workflows.triggers import Trigger

TRIGGER_LINKS: Mapping[Trigger, str] = {
    Trigger.SUPPORT: "Say whether you support it",
    Trigger.DECLINE_SUPPORT: "Say that you do not support it",
    Trigger.ACKNOWLEDGE: "I have read this and own it",
    Trigger.CHANGE_DECISION: "Change the decision",
    Trigger.KEEP_DECISION: "Keep the decision",
    Trigger.ASK_INFORMATION: "Ask for information",
    Trigger.TELL_CHANGE: "Tell them what has changed",
    Trigger.SAY_SAFETY: "Say who keeps this person safe tonight",
    Trigger.READDRESS: "This is not ours: pass it on",
    Trigger.PROPOSE_SETTLEMENT: "Propose that it is settled",
    Trigger.AGREE_SETTLEMENT: "Agree that it is settled",
    Trigger.DECLINE_SETTLEMENT: "Do not agree that it is settled",
    Trigger.ESCALATE: "Move it up now",
    Trigger.WITHDRAW: "Withdraw the {challenge}",
    Trigger.RECORD_DECISION: "Record the decision",
    Trigger.RECUSE: "Stand aside from this decision",
    Trigger.ANSWER_FOLLOW_UP: "Answer the follow-up",
    Trigger.SKIP: "Go over a {stage}",
    Trigger.RETURN_DOWN: "Give it back to an earlier {stage}",
    Trigger.CHOOSE_FORUM: "Choose where it goes on",
    Trigger.HAND_OVER: "Hand it over to another process",
    Trigger.CONFIRM: "Put on record that something is done",
    Trigger.CONVENE: "Call a meeting",
    Trigger.HOLD_MEETING: "Record a meeting",
    Trigger.RECORD_PLAN: "Record the plan",
    Trigger.RECORD_DISSENT: "Put on record that you see it differently",
    Trigger.SET_TIME: "Set an earlier time",
    Trigger.PROPOSE_TIME: "Propose another time",
    Trigger.AGREE_TIME: "Agree to the time that they proposed",
    Trigger.EXTEND: "Give more time",
    Trigger.PAUSE: "Let the clocks stand still",
    Trigger.RESUME: "Let the clocks run on",
    Trigger.OPEN_BESIDE: "Open something beside this",
}


def move_link(trigger: Trigger, own: Mapping[str, str] = NONE) -> str:
    """The words of the link to a move."""
    return said(TRIGGER_LINKS[trigger], own)
