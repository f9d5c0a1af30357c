"""Past cases as scenarios: last year's cases under new timescales. Codes only; nothing that people wrote."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from escalation.models import Case, EventRow
from escalation.models.types import AnyRow
from escalation.services import terms
from escalation.services.unit import Unit
from workflows.events import EventKind
from workflows.scenario import Scenario, Step
from workflows.triggers import Trigger
from workflows.vocabulary import AgencyKind, Anchor, Subject, Urgency, Within

_DONE: Mapping[EventKind, Trigger] = {
    EventKind.LEAD_SUPPORTED: Trigger.SUPPORT,
    EventKind.LEAD_DECLINED: Trigger.DECLINE_SUPPORT,
    EventKind.OWNED: Trigger.ACKNOWLEDGE,
    EventKind.DECISION_CHANGED: Trigger.CHANGE_DECISION,
    EventKind.DECISION_KEPT: Trigger.KEEP_DECISION,
    EventKind.INFORMATION_ASKED: Trigger.ASK_INFORMATION,
    EventKind.CHANGE_TOLD: Trigger.TELL_CHANGE,
    EventKind.READDRESSED: Trigger.READDRESS,
    EventKind.SETTLEMENT_PROPOSED: Trigger.PROPOSE_SETTLEMENT,
    EventKind.SETTLEMENT_AGREED: Trigger.AGREE_SETTLEMENT,
    EventKind.SETTLEMENT_DECLINED: Trigger.DECLINE_SETTLEMENT,
    EventKind.MOVED_UP: Trigger.ESCALATE,
    EventKind.BOARD_DECIDED: Trigger.RECORD_DECISION,
    EventKind.RECUSED: Trigger.RECUSE,
    EventKind.FOLLOW_UP_ANSWERED: Trigger.ANSWER_FOLLOW_UP,
    EventKind.WITHDRAWN: Trigger.WITHDRAW,
}
"""What a person did, by the event that it left."""


def scenarios(unit: Unit, partnership: int, since: datetime, protocol: str) -> list[Scenario]:
    """The cases of a partnership raised since then, oldest first, to be played under a protocol."""
    cases = unit.session.execute(
        select(*Case.__table__.c)
        .where(Case.partnership_id == partnership, Case.raised_at >= since)
        .order_by(Case.raised_at, Case.id)
    ).all()
    return [_scenario(unit, case, protocol) for case in cases]


def _scenario(unit: Unit, case: AnyRow, protocol: str) -> Scenario:
    kept = terms.from_text(case.terms, None)
    return Scenario(
        protocol=protocol,
        title=case.reference,
        raised=case.raised_at,
        urgency=Urgency(case.urgency),
        subject=Subject(kept.facts.subject),
        topic=kept.facts.topic or None,
        forum=kept.facts.forum or None,
        challenged=AgencyKind(kept.facts.challenged),
        raising=AgencyKind(kept.facts.raising),
        also=len(kept.named) > 1,
        within=Within(kept.facts.within),
        concern=kept.anchors.get(Anchor.CONCERN),
        until=case.closed_at or unit.now,
        steps=tuple(_steps(_events(unit, case))),
    )


def _events(unit: Unit, case: AnyRow) -> list[AnyRow]:
    query = select(EventRow.at, EventRow.kind, EventRow.slot, EventRow.actor_id, EventRow.body)
    mine = query.where(EventRow.partnership_id == case.partnership_id, EventRow.case_id == case.id)
    return list(unit.session.execute(mine.order_by(EventRow.seq)).all())


def _steps(events: Iterable[AnyRow]) -> Iterable[Step]:
    for event in events:
        kind = EventKind(event.kind)
        if event.actor_id is not None and event.slot and kind in _DONE:
            yield Step(event.at, event.slot, _DONE[kind], _given(kind, json.loads(event.body)))


def _given(kind: EventKind, body: Mapping[str, Any]) -> dict[str, Any]:
    codes = body.get("codes", body)
    if kind is EventKind.WITHDRAWN:
        return {"freely": bool(codes.get("freely", True))}
    return {"changed": codes["changed"]} if kind is EventKind.BOARD_DECIDED else {}
