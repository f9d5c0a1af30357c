"""Where a case is, whose turn it is, and what silence does."""

from collections.abc import Mapping

from escalation.schemas.words import ROLE_SHORT
from escalation.services.views import CaseView, DeadlineView, Tie
from escalation.web.words.people import post_and_people
from escalation.web.words.times import short_moment
from workflows.case import LeadView, Position
from workflows.events import EventKind
from workflows.own_words import said, word
from workflows.vocabulary import Phase, Side, Urgency


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
        return said("With the {chair}", case.words)
    if case.phase is Phase.SENIOR:
        return said("With {heads} on both sides", case.words)
    if any(d.clock == "information" for d in case.running) and case.my_side is Side.RAISING:
        return "They asked you for information"
    return f"Waiting for {case.main.agency} to reply"


def _ending(case: CaseView) -> str:
    withdrawn = any(e.kind is EventKind.WITHDRAWN for e in case.events)
    ending = "Withdrawn by the {raiser}" if withdrawn else "Closed: the {outcome} is on record"
    return said(ending, case.words)


def _provisional(case: CaseView) -> str:
    late = case.main is not None and (case.main.days_left < 0 or _has_lapsed(case, case.main))
    return "Follow-up past its time" if late else "Settled for now"


def _has_lapsed(case: CaseView, deadline: DeadlineView) -> bool:
    """Whether this deadline runs again because it ran out before."""
    return any((d.clock, d.waits_for) == (deadline.clock, deadline.waits_for) for d in case.lapsed)


def title_of(case: CaseView) -> str:
    """The heading of a case page."""
    return f"{word('Challenge', case.words)} to {case.challenged_agency}"


_TIES: Mapping[Tie, str] = {
    Tie.FOLLOWS: "Raised from",
    Tie.FOLLOWED_BY: "A new concern was raised from this:",
    Tie.BESIDE: "Opened beside",
    Tie.OPENED_BESIDE: "Opened beside this:",
}


def tie(how: Tie) -> str:
    """How another case is tied to this one; its reference follows."""
    return _TIES[how]


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
    return post_and_people(seat, case.words)


def moves_up_to(case: CaseView) -> str | None:
    """The stage to which silence moves the case now, or None when it would stay where it is."""
    return case.if_nobody if case.position is Position.NONE else None


def if_nobody(case: CaseView) -> str:
    """What silence does now."""
    if above := moves_up_to(case):
        return f"It moves up by itself: {above}"
    if case.phase is Phase.PROVISIONAL:
        return "It stays open, and the board sees it"
    return said("The {office} is told, and it is asked again", case.words)


def owned(case: CaseView) -> str | None:
    """Since when the reader owns the case in this stage, or None when they have not said so."""
    here = next((s.entered_at for s in case.steps if s.state == "here"), None)
    since = [
        e.at for e in case.events if e.kind is EventKind.OWNED and e.by_me and (not here or e.at >= here)
    ]
    if not since:
        return None
    return f"Yours since {short_moment(since[0], case.partnership.zone)}. The clock keeps running until there is a position."


def lead_view(view: LeadView) -> str:
    """What the raiser's own lead has said."""
    return {
        LeadView.NONE: "has not given a view yet",
        LeadView.SUPPORTS: "supports it",
        LeadView.DECLINES: "does not support it",
    }[view]
