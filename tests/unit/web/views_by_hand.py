"""Views made by hand, as the services would give them: each has the usual values but those that a test names."""

import re
from datetime import UTC, date, datetime
from typing import Any

from escalation.services.views import (
    CaseView,
    DeadlineView,
    EventView,
    PartnershipView,
    SeatView,
    Standing,
    StepState,
    StepView,
    WorkRow,
)
from notifications.message import Via
from workflows.case import DeadlineState, LeadView, Position
from workflows.events import EventKind
from workflows.vocabulary import Phase, Side

LONDON = "Europe/London"
TOLD = datetime(2026, 11, 18, 17, 51, tzinfo=UTC)
DUE = datetime(2026, 11, 25, 17, 0, tzinfo=UTC)
FIVE_DAYS = tuple(date(2026, 11, n) for n in (19, 20, 23, 24, 25))
NOT_OUR_WORDS = re.compile(
    r"\b(dispute|complaint|allegation|claims?|breached|failed|upheld|overturned|won|lost|rejected|ignored|"
    r"accidental|subject|SLA|ticket)\b",
    re.IGNORECASE,
)


def a_deadline(**other: Any) -> DeadlineView:
    usual: dict[str, Any] = {
        "clock": "reply",
        "title": "Reply of the challenged side",
        "rung": 1,
        "side": Side.CHALLENGED,
        "waits_for": "challenged_manager",
        "waits_for_title": "Clinical lead",
        "agency": "Northtown Hospitals",
        "base": TOLD,
        "due": DUE,
        "budget": "5 working_days",
        "counts_from": TOLD.date(),
        "days": FIVE_DAYS,
        "days_left": 2,
        "state": DeadlineState.OPEN,
        "zone": LONDON,
    }
    return DeadlineView(**(usual | other))


def a_seat(**other: Any) -> SeatView:
    usual: dict[str, Any] = {
        "slot": "challenged_manager",
        "title": "Clinical lead",
        "agency": "Northtown Hospitals",
        "side": Side.CHALLENGED,
        "people": ("Dr Sam Okafor",),
        "via": Via.HOLDER,
        "standing": Standing.TOLD,
        "at": TOLD,
        "mine": False,
    }
    return SeatView(**(usual | other))


def an_event(kind: EventKind, **other: Any) -> EventView:
    usual: dict[str, Any] = {
        "seq": 1,
        "kind": kind,
        "at": TOLD,
        "codes": {},
        "actor": "Dr Sam Okafor",
        "actor_agency": "Northtown Hospitals",
        "by_me": False,
    }
    return EventView(**(usual | other))


def a_case(**other: Any) -> CaseView:
    """A case in manager review that waits for the hospital, as its raiser sees it."""
    place = PartnershipView(
        "p", "Northtown", "Professional challenge", "1", "2", "9 to 5", "o@x.invalid", LONDON
    )
    usual: dict[str, Any] = {
        "public_id": "c",
        "reference": "NC-26-0147",
        "version": 1,
        "partnership": place,
        "person_reference": "TOD-17",
        "raised_at": TOLD,
        "raiser": "Dr Amara Lewis",
        "raiser_role": "The person who raised it",
        "raising_agency": "Riverside Surgery",
        "challenged_agency": "Northtown Hospitals",
        "challenged_role": "doctor",
        "urgency": "not_sure",
        "pace": "standard",
        "pace_name": "Standard",
        "protocol": "Four-stage challenge, version 2026.1",
        "stage": "manager_review",
        "stage_name": "Manager review",
        "phase": Phase.MANAGER,
        "my_side": Side.RAISING,
        "my_slots": frozenset({"raiser"}),
        "my_titles": ("The person who raised it",),
        "is_raiser": True,
        "position": Position.NONE,
        "lead_view": LeadView.NONE,
        "proposal": None,
        "written": {},
        "replies": (),
        "news": (),
        "safety": None,
        "running": (a_deadline(),),
        "main": a_deadline(),
        "mine": None,
        "lapsed": (),
        "steps": (),
        "seats": (a_seat(),),
        "if_nobody": "Senior challenge",
        "events": (),
        "actions": (),
        "last_activity": TOLD,
    }
    return CaseView(**(usual | other))


def a_closed_case(*kinds: EventKind) -> CaseView:
    events = tuple(an_event(kind) for kind in kinds)
    return a_case(
        phase=Phase.CLOSED, stage_name="Closed", main=None, running=(), if_nobody=None, events=events
    )


def a_row(**other: Any) -> WorkRow:
    usual: dict[str, Any] = {
        "public_id": "c",
        "reference": "NC-26-0147",
        "partnership": "Northtown",
        "raising_agency": "Riverside Surgery",
        "challenged_agency": "Northtown Hospitals",
        "stage_name": "Manager review",
        "phase": Phase.MANAGER,
        "due": DUE,
        "zone": LONDON,
        "waits_for_title": "Clinical lead",
        "waits_for_agency": "Northtown Hospitals",
        "waits_for_me": False,
        "moved_by_silence": False,
        "unheld": False,
        "past_time": False,
        "again": False,
        "raised_by_me": True,
    }
    return WorkRow(**(usual | other))


def a_step(state: StepState, cause: str | None = "raised", at: datetime | None = TOLD) -> StepView:
    return StepView("senior_challenge", "Senior challenge", Phase.SENIOR, state, at, cause)
