"""What has happened: every event as a sentence."""

from collections.abc import Mapping

from escalation.services.views import EventView
from workflows.commands import Late
from workflows.events import EventKind
from workflows.own_words import NONE, said

_HAPPENED: Mapping[EventKind, str] = {
    EventKind.CONCERN_RAISED: "{who} raised the concern",
    EventKind.LEAD_SUPPORTED: "{who} supports the {challenge}",
    EventKind.LEAD_DECLINED: "{who} does not support it. It goes on",
    EventKind.OWNED: "{who} has read this and owns it",
    EventKind.DECISION_CHANGED: "{who} changes the decision",
    EventKind.DECISION_KEPT: "{who} keeps the decision",
    EventKind.INFORMATION_ASKED: "{who} asks for information",
    EventKind.CHANGE_TOLD: "{who} added something new",
    EventKind.RISK_ROSE: "{who} said that the risk has risen: time is shorter",
    EventKind.SAFETY_SAID: "{who} said who keeps the person safe",
    EventKind.READDRESSED: "{who} passed it on to the right agency",
    EventKind.SETTLEMENT_PROPOSED: "{who} proposes that it is settled",
    EventKind.SETTLEMENT_AGREED: "{who} agrees that it is settled",
    EventKind.SETTLEMENT_DECLINED: "{who} does not agree that it is settled",
    EventKind.DEADLINE_LAPSED: "Time ended: nobody answered",
    EventKind.BOARD_DECIDED: "{who} recorded the board's decision",
    EventKind.RECUSED: "{who} stood aside",
    EventKind.SETTLED_FOR_NOW: "Settled for now: a follow-up comes",
    EventKind.FOLLOW_UP_ANSWERED: "{who} answered the follow-up",
    EventKind.WITHDRAWN: "{who} withdrew the {challenge}",
    EventKind.CLOSED: "The case was closed",
    EventKind.REMINDED: "A reminder was sent",
    EventKind.POST_VACANT: "Nobody holds a post that is needed: the {office} was told",
    EventKind.MAIL_UNDELIVERABLE: "An e-mail could not be delivered: others were told",
    EventKind.RETURNED: "{who} gave it back to an earlier {stage}",
    EventKind.HANDED_OVER: "{who} handed it over to another process",
    EventKind.GATE_OPENED: "{who} put on record that something is done",
    EventKind.MEETING_CALLED: "{who} called a meeting",
    EventKind.MEETING_HELD: "{who} recorded a meeting",
    EventKind.PLAN_RECORDED: "{who} recorded a plan",
    EventKind.DISSENT_RECORDED: "{who} put on record a different view",
    EventKind.TIME_SET: "{who} set an earlier time",
    EventKind.TIME_PROPOSED: "{who} proposed another time",
    EventKind.TIME_AGREED: "{who} agreed to another time",
    EventKind.EXTENDED: "{who} gave more time",
    EventKind.PAUSED: "{who} let the clocks stand still",
    EventKind.RESUMED: "The clocks run on",
    EventKind.BESIDE_OPENED: "{who} opened something beside this",
    EventKind.TAKEN_AS_KEPT: "Nobody answered: taken as keeping the decision",
    EventKind.VERSION_CHANGED: "{who} moved it to a new version of the procedure",
    EventKind.GLASS_BROKEN: "{who} opened this case without a seat in it, for a stated reason",
    EventKind.GLASS_REVIEWED: "{who} reviewed why it was opened without a seat",
    EventKind.RAISER_NAMED: "{who} let the other side know who raised it",
    EventKind.ERASURE_ASKED: "{who} asked that what was written here be destroyed",
    EventKind.CONTENT_DESTROYED: "{who} agreed as the second person: what was written here was destroyed",
    EventKind.HOLD_SET: "{who} put a legal hold on this case: nothing in it may be destroyed",
    EventKind.HOLD_LIFTED: "{who} lifted the legal hold",
    EventKind.PROTECTED_MEANWHILE: "They did not agree in time: what protects the person happens anyway",
}


_LATE: Mapping[str, str] = {
    Late.SERVICE_AWAY: "the service was away",
    Late.BACKLOG: "much fell due at once",
}


_NOT_DESTROYED: Mapping[str, str] = {
    "refused": "{who} did not agree that what was written here be destroyed: it is kept",
    "withdrawn": "{who} took back the request to destroy what was written here",
    "lapsed": "Nobody answered the request to destroy what was written here: it is kept",
}
_YOU: Mapping[EventKind, str] = {
    EventKind.LEAD_SUPPORTED: "You support the {challenge}",
    EventKind.LEAD_DECLINED: "You do not support it. It goes on",
    EventKind.OWNED: "You have read this and own it",
    EventKind.DECISION_CHANGED: "You change the decision",
    EventKind.DECISION_KEPT: "You keep the decision",
    EventKind.INFORMATION_ASKED: "You ask for information",
    EventKind.SETTLEMENT_PROPOSED: "You propose that it is settled",
    EventKind.SETTLEMENT_AGREED: "You agree that it is settled",
    EventKind.SETTLEMENT_DECLINED: "You do not agree that it is settled",
}
"""Where the verb differs when the reader is the one who acted."""


def happened(event: EventView, own: Mapping[str, str] = NONE) -> str:
    """An event as a sentence."""
    if event.by_me and event.kind in _YOU:
        return said(_YOU[event.kind], own)
    if event.kind is EventKind.MOVED_UP:
        return (
            "Moved up by itself: nobody answered"
            if event.codes.get("cause") == "silence"
            else f"{_who(event)} moved it up"
        )
    if event.kind is EventKind.RISK_ROSE and event.codes.get("from") == event.codes.get("to"):
        return f"{_who(event)} said that the risk has risen"
    if event.kind is EventKind.DEADLINE_LAPSED and (why := _LATE.get(str(event.codes.get("why_late")))):
        return f"{_HAPPENED[event.kind]}. Carried out late: {why}"
    if event.kind is EventKind.ERASURE_ENDED:
        return _NOT_DESTROYED[str(event.codes.get("how", "lapsed"))].replace("{who}", _who(event))
    # Names are put in last: nothing in them is a word of the board's.
    return said(_HAPPENED[event.kind].replace("{who}", _WHO), own).replace(_WHO, _who(event))


_WHO = "\0"
"""Where the name goes, until the board's own words are in."""


def _who(event: EventView) -> str:
    if event.by_me:
        return "You"
    return f"{event.actor}, {event.actor_agency}" if event.actor_agency else event.actor or "The service"


def by_silence(event: EventView) -> bool:
    """True for what happened because nobody answered: shown with a diamond."""
    return event.kind is EventKind.DEADLINE_LAPSED or event.codes.get("cause") == "silence"
