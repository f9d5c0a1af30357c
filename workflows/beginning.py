"""How a case begins: the router, the stage, the pace, the first clocks."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from workflows import clocks
from workflows.calendar import WorkingCalendar
from workflows.case import (
    CaseState,
    Decision,
    Elsewhere,
    Entry,
    Refusal,
    Terms,
)
from workflows.commands import (
    RaiseConcern,
)
from workflows.effect import said_about_safety
from workflows.events import Code, Event, EventKind
from workflows.facts import Facts
from workflows.protocol import Protocol, Route
from workflows.routing import entry_of, route_of, unfilled
from workflows.vocabulary import FURTHER, Anchor, Side, Within


def begin(
    protocol: Protocol,
    command: RaiseConcern,
    *,
    calendars: Mapping[Side, WorkingCalendar],
    empty_slots: frozenset[str],
    party_agencies: frozenset[int],
    party_people: frozenset[int],
    now: datetime,
    challenged: str = "other",
    raising: str = "other",
    within: Within = Within.BETWEEN,
    named: tuple[int, ...] = (),
    slot_calendars: Mapping[str, WorkingCalendar] | None = None,
    beside: str | None = None,
) -> Decision | Refusal:
    """A concern is raised: the router picks its track, its urgency the pace, the raiser perhaps the stage.

    `challenged` and `raising` are the kinds of the two agencies, `named` the challenged ones in their
    order; `beside` is the track when it is opened beside a running case, which asks no router. Refused
    when it cannot begin there; Elsewhere when it is not for this process.
    """
    facts = facts_of(command, challenged, within, raising)
    found = route_of(protocol, facts)
    route = protocol.ending(found)
    if beside is None and route.to is None:
        return _elsewhere(protocol.routes.index(found) if protocol.routes else 0, route, facts)
    track = beside or str(route.to)
    stage = entry_of(protocol, track, command.enter)
    if stage is None:
        return Refusal("not_an_entry", "This procedure cannot begin at that stage.")
    pace = protocol.pace_for(command.urgency)
    terms = _first_terms(command, facts, named, now)
    case = CaseState(
        stage=stage.id,
        pace=pace.id,
        calendars=calendars,
        empty_slots=empty_slots | unfilled(protocol, terms),
        party_agencies=party_agencies | {*named},
        party_people=party_people,
        slot_calendars=slot_calendars or {},
        terms=terms,
    )
    codes: dict[str, Code] = {"track": track, "pace": pace.id, "urgency": str(command.urgency)}
    codes |= dict(zip(FURTHER, named[1:], strict=False))
    raised = Event(EventKind.CONCERN_RAISED, codes)
    started = clocks.entry_clocks(protocol, case, stage, now)
    return Decision(
        after=replace(case, clocks=clocks.running(started), rungs=clocks.rungs(started)),
        events=(raised, *said_about_safety(command)),
        entered=Entry(stage.id, stage.phase, "raised", stage.seats),
        started=started,
    )


def _elsewhere(number: int, route: Route, facts: Facts) -> Elsewhere:
    words = f"This goes to: {route.elsewhere}. {route.because}".strip()
    return Elsewhere("elsewhere", words, number, str(route.elsewhere), route.because, route.reason, facts)


def facts_of(command: RaiseConcern, challenged: str, within: Within, raising: str) -> Facts:
    """What the router and conditional seats look at."""
    topic, forum = command.topic or "", command.forum or ""
    return Facts(command.subject, topic, forum, challenged, command.urgency, within, raising)


def _first_terms(command: RaiseConcern, facts: Facts, named: tuple[int, ...], now: datetime) -> Terms:
    anchors = {Anchor.RAISED: now}
    if command.concern_at is not None:
        anchors[Anchor.CONCERN] = command.concern_at
    return Terms(facts=facts, named=named, anchors=anchors, protect_by=command.protect_by)
