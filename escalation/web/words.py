"""The words of the pages: times, states and events as sentences. Pure functions of views.

Neutral on purpose: people see things differently, nobody wins; red and alarm are for danger alone.
"""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from escalation.schemas.words import ROLE_SHORT
from escalation.services.views import CaseView, DeadlineView, EventView, SeatView, Standing, StepView, WorkRow
from notifications.message import Via
from workflows import amount
from workflows.case import LeadView, Position
from workflows.commands import Late
from workflows.events import EventKind
from workflows.triggers import Trigger
from workflows.vocabulary import Phase, Side, Urgency


def day(when: datetime | date, zone: str = "Europe/London", *, year: bool = False) -> str:
    """For example: Wednesday 25 November, with the year when asked for."""
    local = when.astimezone(ZoneInfo(zone)) if isinstance(when, datetime) else when
    return f"{local:%A} {local.day} {local:%B}{f' {local.year}' if year else ''}"


def clock_time(when: datetime, zone: str) -> str:
    """For example: 5pm, 9:12am."""
    local = when.astimezone(ZoneInfo(zone))
    minutes = f":{local.minute:02d}" if local.minute else ""
    return f"{local.hour % 12 or 12}{minutes}{local:%p}".lower()


def moment(when: datetime, zone: str) -> str:
    """For example: Wednesday 25 November 2026 at 5pm."""
    return f"{day(when, zone, year=True)} at {clock_time(when, zone)}"


def short_moment(when: datetime, zone: str) -> str:
    """For example: Friday 20 November, 9:12am."""
    return f"{day(when, zone)}, {clock_time(when, zone)}"


def working_days(count: int) -> str:
    """For example: 1 working day, 2 working days."""
    return f"{count} working day{'' if count == 1 else 's'}"


def time_left(deadline: DeadlineView) -> str:
    """How much is left, in words."""
    if deadline.days_left < 0:
        return f"past its time by {working_days(-deadline.days_left)}"
    if deadline.days_left == 0:
        return f"due today at {clock_time(deadline.due, deadline.zone)}"
    return f"{working_days(deadline.days_left)} left"


def budget(words: str) -> str:
    """`5 working_days` as people say it."""
    return amount.parse(words).in_words


def the_sum(deadline: DeadlineView) -> str:
    """How the date was counted, so that anybody can check it."""
    counted = _counted(deadline)
    return f"{counted} {_PAST_TERMS.format(deadline.agency)}" if deadline.past_terms else counted


_PAST_TERMS = "No term of {} is known for that day yet, so every weekday was counted: the board office can bring its dates up to date."


def _counted(deadline: DeadlineView) -> str:
    told = _told(deadline)
    until = moment(deadline.due, deadline.zone)
    if len(deadline.days) > 1:
        days = ", ".join(f"{d:%a} {d.day} {d:%b}" for d in deadline.days)
        return f"{budget(deadline.budget)}, told {told}; the first is the day after: {days}. It ends when {deadline.agency} closes: {until}."
    return f"{budget(deadline.budget)} from {told}: {until}."


def closed_until(deadline: DeadlineView) -> str | None:
    """That whoever is asked is not at work now, and when they are again; None while they are."""
    if deadline.opens is None:
        return None
    return f"{deadline.agency} is closed until {moment(deadline.opens, deadline.zone)}."


def _told(deadline: DeadlineView) -> str:
    """When somebody was told, and from which day that counts when it is not the same day."""
    told, first = short_moment(deadline.base, deadline.zone), deadline.counts_from
    if first == deadline.base.astimezone(ZoneInfo(deadline.zone)).date():
        return told
    return f"{told}, outside working hours, so it counts as told on {first:%a} {first.day} {first:%b}"


def state(case: CaseView) -> str:
    """Where the case is and whose turn it is, in one phrase."""
    if case.phase is Phase.CLOSED:
        return _ending(case)
    if case.phase is Phase.PROVISIONAL:
        return _provisional(case)
    if case.main is None:
        return f"In the hands of {case.challenged_agency}"
    if case.position is Position.CHANGED:
        return "Decision changed: accept it or move it up"
    if case.position is Position.KEPT:
        return "Decision kept: accept it or move it up"
    if case.phase is Phase.ARBITRATION:
        return "With the independent chair"
    if case.phase is Phase.SENIOR:
        return "With heads of service on both sides"
    if any(d.clock == "information" for d in case.running) and case.my_side is Side.RAISING:
        return "They asked you for information"
    return f"Waiting for {case.main.agency} to reply"


def _ending(case: CaseView) -> str:
    withdrawn = any(e.kind is EventKind.WITHDRAWN for e in case.events)
    return "Withdrawn by the person who raised it" if withdrawn else "Closed: the outcome is on record"


def _provisional(case: CaseView) -> str:
    late = case.main is not None and (case.main.days_left < 0 or _has_lapsed(case, case.main))
    return "Follow-up past its time" if late else "Settled for now"


def _has_lapsed(case: CaseView, deadline: DeadlineView) -> bool:
    """Whether this deadline runs again because it ran out before."""
    return any((d.clock, d.waits_for) == (deadline.clock, deadline.waits_for) for d in case.lapsed)


def title_of(case: CaseView) -> str:
    """The heading of a case page."""
    return f"Challenge to {case.challenged_agency}"


def relation(case: CaseView) -> str:
    """How the reader stands to the case."""
    if case.is_raiser:
        return "raised by you"
    return f"to you as {', '.join(case.my_titles)}" if case.my_titles else ""


def unread_tonight(case: CaseView) -> bool:
    """Whether something may happen before whoever must answer is at work again."""
    return case.urgency == Urgency.TODAY and case.main is not None and not case.main.at_work


def role(word: str) -> str:
    """The challenged role in words."""
    return ROLE_SHORT.get(word, word)


def holder(case: CaseView) -> str:
    """Who holds it now: the post, and who holds the post today."""
    if case.main is None:
        return "Nobody: it is closed" if case.phase is Phase.CLOSED else "Nobody: no time runs"
    seat = next((s for s in case.seats if s.slot == case.main.waits_for), None)
    if seat is None:
        return case.raiser
    return post_and_people(seat)


def post_and_people(seat: SeatView) -> str:
    """A post with its people, or that nobody holds it."""
    if seat.via is Via.VACANT:
        return f"{seat.title}: nobody holds this post, the board office was told"
    stand_in = ", standing in" if seat.via is Via.DEPUTY else ""
    return f"{seat.title} ({', '.join(seat.people)}{stand_in})"


def moves_up_to(case: CaseView) -> str | None:
    """The stage to which silence moves the case now, or None when it would stay where it is."""
    return case.if_nobody if case.position is Position.NONE else None


def if_nobody(case: CaseView) -> str:
    """What silence does now."""
    if above := moves_up_to(case):
        return f"It moves up by itself: {above}"
    if case.phase is Phase.PROVISIONAL:
        return "It stays open, and the board sees it"
    return "The board office is told, and it is asked again"


def owned(case: CaseView) -> str | None:
    """Since when the reader owns the case in this stage, or None when they have not said so."""
    here = next((s.entered_at for s in case.steps if s.state == "here"), None)
    since = [
        e.at for e in case.events if e.kind is EventKind.OWNED and e.by_me and (not here or e.at >= here)
    ]
    if not since:
        return None
    return f"Yours since {short_moment(since[0], case.partnership.zone)}. The clock keeps running until there is a position."


_STANDING: Mapping[Standing, str] = {
    Standing.POSITION: "Gave a position, {at}",
    Standing.OWNED: "Owns it since {at}. No position yet",
    Standing.OPENED: "Opened it, {at}. No position yet",
    Standing.TOLD: "Told by e-mail, {at}. Not opened",
    Standing.UNREACHED: "Could not be told: the board office was told instead",
    Standing.SILENT: "Did not answer: the time ended on {at}",
}
MARKS: Mapping[Standing, str] = {
    Standing.POSITION: "tick",
    Standing.OWNED: "half",
    Standing.OPENED: "half",
    Standing.TOLD: "ring",
    Standing.UNREACHED: "diamond",
    Standing.SILENT: "diamond",
}


def standing(seat: SeatView, zone: str) -> str:
    """How somebody who was told stands."""
    if seat.at is None and seat.standing is Standing.TOLD:
        return "Takes part. Not opened"
    return _STANDING[seat.standing].format(at=day(seat.at, zone) if seat.at else "")


def step_note(step: StepView, zone: str) -> str:
    """One line under a stage."""
    if step.state == "here":
        why = ", by itself: nobody answered" if step.cause == "silence" else ""
        since = f" since {day(step.entered_at, zone)}" if step.entered_at else ""
        return f"Here{since}{why}"
    if step.state == "done":
        return f"Done, entered {day(step.entered_at, zone)}" if step.entered_at else "Done"
    return "Not needed" if step.state == "skipped" else _AHEAD.get(step.phase, "Only if needed")


_AHEAD: Mapping[Phase, str] = {Phase.PROVISIONAL: "Once it is settled or decided", Phase.CLOSED: "At the end"}


_HAPPENED: Mapping[EventKind, str] = {
    EventKind.CONCERN_RAISED: "{who} raised the concern",
    EventKind.LEAD_SUPPORTED: "{who} supports the challenge",
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
    EventKind.WITHDRAWN: "{who} withdrew the challenge",
    EventKind.CLOSED: "The case was closed",
    EventKind.REMINDED: "A reminder was sent",
    EventKind.POST_VACANT: "Nobody holds a post that is needed: the board office was told",
    EventKind.MAIL_UNDELIVERABLE: "An e-mail could not be delivered: others were told",
    EventKind.RETURNED: "{who} gave it back to an earlier stage",
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
    EventKind.PROTECTED_MEANWHILE: "They did not agree in time: what protects the person happens anyway",
}


_LATE: Mapping[str, str] = {
    Late.SERVICE_AWAY: "the service was away",
    Late.BACKLOG: "much fell due at once",
}


_YOU: Mapping[EventKind, str] = {
    EventKind.LEAD_SUPPORTED: "You support the challenge",
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


def happened(event: EventView) -> str:
    """An event as a sentence."""
    if event.by_me and event.kind in _YOU:
        return _YOU[event.kind]
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
    return _HAPPENED[event.kind].format(who=_who(event))


def _who(event: EventView) -> str:
    if event.by_me:
        return "You"
    return f"{event.actor}, {event.actor_agency}" if event.actor_agency else event.actor or "The service"


def by_silence(event: EventView) -> bool:
    """True for what happened because nobody answered: shown with a diamond."""
    return event.kind is EventKind.DEADLINE_LAPSED or event.codes.get("cause") == "silence"


FIELD_LABELS: Mapping[str, str] = {
    "person_reference": "Reference for the person",
    "decision": "Decision",
    "risk": "Why this might leave someone at risk",
    "request": "Asks for",
    "urgency": "How soon something may happen",
    "attempts": "Tried so far",
    "changed_lately": "Changed lately",
    "what_changed": "What has changed",
    "reasons": "Reasons",
    "would_change_mind": "What new fact would change this view",
    "alternatives": "Alternatives considered",
    "dissent": "Who sees it differently",
    "outcome": "Outcome for the child or adult",
    "actions": "Who acts, by when",
    "how_known": "How this is known",
    "still_open": "Still open",
    "how": "How this is known",
    "minutes": "What was said",
    "plan": "Plan",
    "safety": "Safety tonight",
}
"""In the order of the forms, which is the order in which they are shown."""


def parts(event: EventView, *, safety: bool = False) -> tuple[tuple[str, str], ...]:
    """What was written with an event: labels and texts in the order of the form it came from.

    Who keeps the person safe is left out unless asked for: it has a place of its own on the page.
    """
    known = list(FIELD_LABELS)
    shown = [w for w in event.written if safety or w.field != "safety"]
    ordered = sorted(shown, key=lambda w: known.index(w.field) if w.field in known else len(known))
    return tuple((label(w.field), w.text) for w in ordered)


def label(name: str) -> str:
    """What a written field is called."""
    return FIELD_LABELS.get(name, name)


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
    Trigger.WITHDRAW: "Withdraw the challenge",
    Trigger.RECORD_DECISION: "Record the decision",
    Trigger.RECUSE: "Stand aside from this decision",
    Trigger.ANSWER_FOLLOW_UP: "Answer the follow-up",
    Trigger.SKIP: "Go over a stage",
    Trigger.RETURN_DOWN: "Give it back to an earlier stage",
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


def receipt(case: CaseView) -> str:
    """A text to paste into one's own record. No names."""
    zone = case.partnership.zone
    raised = case.raised_at.astimezone(ZoneInfo(zone))
    first = f"Safeguarding challenge {case.reference}, {raised.day} {raised:%b %Y %H:%M}, {case.raising_agency} to "
    first += f"{case.challenged_agency} ({role(case.challenged_role)}), my reference {case.person_reference}. {case.stage_name}."
    if case.main is None:
        return first
    due = case.main.due.astimezone(ZoneInfo(case.main.zone))
    above = moves_up_to(case)
    then = f", else {above}" if above else ""
    return f"{first} {case.main.title}: due {due.day} {due:%b %Y %H:%M}{then}."


def work_state(row: WorkRow) -> str:
    """One case in a list, in one phrase."""
    if row.phase is Phase.CLOSED:
        return "Closed"
    if row.unheld:
        return f"Nobody holds the post it waits for: {row.waits_for_title}"
    if row.due is None:
        return "Waiting for nobody: no time runs"
    waits = (
        "Waiting for you"
        if row.waits_for_me
        else f"Waiting for {row.waits_for_title}, {row.waits_for_agency}"
    )
    return f"{waits}, past its time" if row.past_time else waits


def lead_view(view: LeadView) -> str:
    """What the raiser's own lead has said."""
    return {
        LeadView.NONE: "has not given a view yet",
        LeadView.SUPPORTS: "supports it",
        LeadView.DECLINES: "does not support it",
    }[view]
