"""What is done, in the words of people: the names of the moves, for texts and drawings of a procedure."""

from collections.abc import Mapping

from workflows.own_words import said
from workflows.triggers import Trigger

_NAMES: Mapping[Trigger, str] = {
    Trigger.RAISE: "Raise a concern",
    Trigger.SUPPORT: "Support it",
    Trigger.DECLINE_SUPPORT: "Not support it",
    Trigger.ACKNOWLEDGE: "Own it",
    Trigger.CHANGE_DECISION: "Change the decision",
    Trigger.KEEP_DECISION: "Keep the decision",
    Trigger.ASK_INFORMATION: "Ask for information",
    Trigger.TELL_CHANGE: "Tell what has changed",
    Trigger.SAY_SAFETY: "Say who keeps the person safe",
    Trigger.READDRESS: "Pass it on to the right agency",
    Trigger.PROPOSE_SETTLEMENT: "Propose that it is settled",
    Trigger.AGREE_SETTLEMENT: "Agree that it is settled",
    Trigger.DECLINE_SETTLEMENT: "Not agree that it is settled",
    Trigger.ESCALATE: "Move it up",
    Trigger.WITHDRAW: "Withdraw the {challenge}",
    Trigger.RECORD_DECISION: "Record the decision",
    Trigger.RECUSE: "Stand aside",
    Trigger.ANSWER_FOLLOW_UP: "Answer the follow-up",
    Trigger.SKIP: "Go over a {stage}",
    Trigger.RETURN_DOWN: "Give it back",
    Trigger.CHOOSE_FORUM: "Choose where it goes on",
    Trigger.HAND_OVER: "Hand it over to another process",
    Trigger.CONFIRM: "Confirm that something is done",
    Trigger.CONVENE: "Call a meeting",
    Trigger.HOLD_MEETING: "Record a meeting",
    Trigger.RECORD_PLAN: "Record the plan",
    Trigger.RECORD_DISSENT: "Record a different view",
    Trigger.SET_TIME: "Set an earlier time",
    Trigger.PROPOSE_TIME: "Propose another time",
    Trigger.AGREE_TIME: "Agree to another time",
    Trigger.EXTEND: "Give more time",
    Trigger.PAUSE: "Let the clocks stand still",
    Trigger.RESUME: "Let the clocks run on",
    Trigger.OPEN_BESIDE: "Open something beside it",
    Trigger.TIME_OUT: "Silence",
}


def name_of(trigger: Trigger, words: Mapping[str, str]) -> str:
    """The name of a move, with a board's own words in it."""
    return said(_NAMES[trigger], words)
