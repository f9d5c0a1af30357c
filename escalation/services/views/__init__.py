"""What may be seen: the frozen values that pages, the API, mails and exports accept, and nothing else.

They are made by `case_view.view_of(case, actor)` and never hold a model. Instants are aware UTC;
words for people are made at the doors.
"""

from escalation.services.views.case import CaseView, PartnershipView, ProposalView, SafetyView, Tie, TiedCase
from escalation.services.views.doing import ActionView, AskedView, FormView
from escalation.services.views.raising import (
    AgencyChoice,
    DiversionView,
    Draft,
    RaiseAsks,
    RaisePreview,
    WhoIsTold,
)
from escalation.services.views.record import (
    DeadlineView,
    EventView,
    SeatView,
    Standing,
    StepState,
    StepView,
    WrittenView,
)
from escalation.services.views.work import DraftRow, MyWork, WorkRow

__all__ = [
    "ActionView",
    "AgencyChoice",
    "AskedView",
    "CaseView",
    "DeadlineView",
    "DiversionView",
    "Draft",
    "DraftRow",
    "EventView",
    "FormView",
    "MyWork",
    "PartnershipView",
    "ProposalView",
    "RaiseAsks",
    "RaisePreview",
    "SafetyView",
    "SeatView",
    "Standing",
    "StepState",
    "StepView",
    "Tie",
    "TiedCase",
    "WhoIsTold",
    "WorkRow",
    "WrittenView",
]
