"""`view_of`: the only way from a case to something that can be shown.

It takes the case's file and its record and lets through what the person's relations permit. What is
not put into the view here cannot reach a page, the API, a mail or an export.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import select

from escalation.models import Partnership
from escalation.models.record import FieldClass
from escalation.models.types import AnyRow
from escalation.security import offices
from escalation.security.permissions import Act, Standing, permitted, standing_of
from escalation.services import case_file, forms, history, protocols, tied_cases
from escalation.services.case_file import CaseFile, is_raiser_slot
from escalation.services.choices import choices_for
from escalation.services.deadline_view import deadline_views, main_deadline, own_deadline
from escalation.services.history import History
from escalation.services.seat_view import seat_views
from escalation.services.unit import Unit
from escalation.services.views import (
    ActionView,
    CaseView,
    DeadlineView,
    EventView,
    FormView,
    PartnershipView,
    ProposalView,
    SafetyView,
    StepState,
    StepView,
    WrittenView,
)
from workflows.asked import answer_name, found_by, parts_of
from workflows.case import LeadView, Position
from workflows.commands import Safer
from workflows.events import EventKind
from workflows.machine import possibilities
from workflows.protocol import Protocol
from workflows.stages import Stage
from workflows.triggers import Trigger
from workflows.vocabulary import AgencyKind, Phase, Side

UNNAMED = "The professional who raised it"
"""Stands for the raiser's name where it may not be read."""
_LEADERSHIP = frozenset({EventKind.LEAD_SUPPORTED, EventKind.LEAD_DECLINED})
_READING = {
    FieldClass.IDENTIFIER: Act.READ_IDENTIFIERS,
    FieldClass.HOUSEHOLD: Act.READ_HOUSEHOLD,
    FieldClass.RAISER: Act.READ_PRIVATE,
    FieldClass.LEADERSHIP: Act.READ_LEADERSHIP_NOTES,
    FieldClass.DECISION: Act.READ_DECISION,
}
"""What the reader of a field of this class must be allowed to read, where it is more than the narrative."""
_PRIVATE_CODES = frozenset({"safe_to_raise", "freely"})
_POSTAL = frozenset({EventKind.REMINDED, EventKind.POST_VACANT, EventKind.MAIL_UNDELIVERABLE})
"""What only tells how the post went: nothing has happened to the case."""
_POSITIONS = frozenset({EventKind.DECISION_CHANGED, EventKind.DECISION_KEPT, EventKind.INFORMATION_ASKED})


def slot_of(unit: Unit, partnership: int, case: int, account: int) -> str | None:
    """The first seat of a person in a case, in the protocol's order, for the read log."""
    file = case_file.load(unit.session, partnership, [case], unit.now)[case]
    mine = file.slots_of(account)
    return next((s for s in file.protocol.slots if s in mine), None)


def standings_in(file: CaseFile, account: int) -> set[Standing]:
    """How a person stands to a case today, by each seat they have in it."""
    return {standing_of(file.protocol, slot) for slot in file.slots_of(account)}


def view_of(
    unit: Unit,
    partnership: int,
    case: int,
    account: int,
    *,
    unmasked: bool = False,
    only: frozenset[Act] | None = None,
) -> CaseView:
    """The case as one person may see it. The caller has already asked `security.access`.

    `unmasked`: with identifiers that are masked for them otherwise, for a reason that is on record.
    `only`: what may be read by somebody who has no seat and opened it for a reason (see `glass`).
    """
    file = case_file.load(unit.session, partnership, [case], unit.now, acting=account)[case]
    record = history.read(unit.session, partnership, case)
    return _View(unit, file, record, account, unmasked, only).make()


class _View:
    """The making of one view; it holds what every part needs."""

    def __init__(
        self,
        unit: Unit,
        file: CaseFile,
        record: History,
        account: int,
        unmasked: bool,
        only: frozenset[Act] | None,
    ) -> None:
        self.unit, self.file, self.record, self.account = unit, file, record, account
        self.unmasked, self.only = unmasked, only
        self.slots = file.slots_of(account)
        self.phase = Phase(file.row.phase)
        self.standings = standings_in(file, account)

    def may(self, reading: Act) -> bool:
        """Whether the person's standing lets them read this much."""
        if self.only is not None:
            return reading in self.only
        if reading is Act.READ_IDENTIFIERS and self.unmasked:
            return permitted(self.standings, Act.UNMASK_IDENTIFIERS, self.phase)
        return permitted(self.standings, reading, self.phase)

    @cached_property
    def raiser_is_named(self) -> bool:
        """Whether this person may read who raised it."""
        row = self.file.row
        usual = not row.quiet or row.named_at is not None
        return self.may(Act.READ_RAISER if usual else Act.READ_QUIET_RAISER)

    def name_of(self, account: int) -> str:
        """A person's name, or what stands for it."""
        hidden = account_is_raiser(self.file, account) and not self.raiser_is_named
        return UNNAMED if hidden else self.record.names[account]

    def make(self) -> CaseView:
        file, row, protocol = self.file, self.file.row, self.file.protocol
        stage = protocol.stages[row.stage]
        events = self.events()
        deadlines, running = self._deadlines()
        written = _told_when_raised(events)
        destroyed = next((e.at for e in events if e.kind is EventKind.CONTENT_DESTROYED), None)
        return CaseView(
            public_id=row.public_id,
            reference=row.reference,
            version=row.event_seq,
            partnership=partnership_view(self._partnership()),
            person_reference=written["person_reference"].text if "person_reference" in written else "",
            raised_at=row.raised_at,
            raiser=self.name_of(row.raiser_id),
            quiet=row.quiet,
            named_at=row.named_at,
            may_name=self._may_name(),
            destroyed_at=destroyed,
            may_erase=destroyed is None and permitted(self.standings, Act.DESTROY_CONTENT, self.phase),
            masked=destroyed is None
            and not self.may(Act.READ_IDENTIFIERS)
            and permitted(self.standings, Act.UNMASK_IDENTIFIERS, self.phase),
            raiser_role=next(s.title for s in protocol.slots.values() if is_raiser_slot(s)),
            raising_agency=file.agencies[file.parties[Side.RAISING]].name,
            challenged_agency=file.agencies[file.parties[Side.CHALLENGED]].name,
            also_challenged=tuple(file.agencies[a].name for a in file.further),
            challenged_role=row.challenged_role,
            urgency=row.urgency,
            pace=row.pace,
            pace_name=protocol.paces[row.pace].name,
            protocol=f"{protocol.title}, version {protocol.version}",
            stage=row.stage,
            stage_name=stage.name,
            phase=self.phase,
            my_side=self._my_side(),
            my_slots=self.slots,
            my_titles=self._my_titles(),
            is_raiser=account_is_raiser(file, self.account),
            position=Position(row.position),
            lead_view=LeadView(row.lead_view) if self._knows_lead_view() else LeadView.NONE,
            proposal=self._proposal(events),
            written=written,
            replies=tuple(e for e in events if e.kind in _POSITIONS),
            news=tuple(w for e in events for w in e.written if w.field == "what_changed"),
            safety=_safety(events),
            running=running,
            main=(main := main_deadline(running, file)),
            mine=None if (mine := own_deadline(running, file, self.slots)) == main else mine,
            lapsed=tuple(d for d in deadlines if d.state == "lapsed"),
            steps=self._steps(),
            seats=seat_views(self.unit.now, file, self.record, self.slots),
            if_nobody=self._if_nobody(stage),
            events=events,
            actions=self._actions(),
            last_activity=self._last_activity(),
            outcome=_outcome(events),
            may_follow=destroyed is None and self._may_follow(events),
            mail_told={},
            words=protocol.words,
            welsh=protocol.welsh,
            tied=tied_cases.tied_to(self.unit, file.row, self.account),
        )

    def _deadlines(self) -> tuple[tuple[DeadlineView, ...], tuple[DeadlineView, ...]]:
        """All deadlines, and those that run."""
        every = deadline_views(self.unit.now, self.file, self.record)
        return every, tuple(d for d in every if d.state == "open")

    def _my_titles(self) -> tuple[str, ...]:
        return tuple(self.file.seats()[s].title for s in self.file.protocol.slots if s in self.slots)

    def _if_nobody(self, stage: Stage) -> str | None:
        """The stage to which silence moves the case, or None where silence moves nothing."""
        above = stage.silence_leads_to
        return self.file.protocol.stages[above].name if above else None

    def events(self) -> tuple[EventView, ...]:
        """Newest first, without what this person may not read."""
        shown = (self._event(e) for e in reversed(self.record.events))
        return tuple(e for e in shown if e is not None)

    def _event(self, row: AnyRow) -> EventView | None:
        kind = EventKind(row.kind)
        if kind in _LEADERSHIP and not self._knows_lead_view():
            return None
        codes = self.record.codes[row.seq]
        told_in_confidence = kind is EventKind.WITHDRAWN and not codes.get("freely", True)
        if not self.may(Act.READ_PRIVATE):
            codes = {k: v for k, v in codes.items() if k not in _PRIVATE_CODES}
        author, agency, side = self._author(row)
        # Who did not feel free to go on says why to the board office, not to the other side.
        reading = Act.READ_PRIVATE if told_in_confidence else Act.READ_NARRATIVE
        texts = self.record.written.get(row.seq, ()) if self.may(reading) else ()
        texts = tuple(t for t in texts if self.may(_READING.get(t.field_class, Act.READ_NARRATIVE)))
        return EventView(
            seq=row.seq,
            kind=kind,
            at=row.at,
            codes=codes,
            actor=author,
            actor_agency=agency,
            by_me=row.actor_id == self.account,
            written=tuple(
                WrittenView(t.field, t.text, author, agency, side, row.at, *self._asked_as(t.field))
                for t in texts
            ),
        )

    def _may_name(self) -> bool:
        row = self.file.row
        return (
            row.quiet
            and row.named_at is None
            and permitted(self.standings, Act.RELEASE_RAISER, self.phase)
            and offices.is_custodian(self.unit.session, row.partnership_id, self.account, self.unit.now)
        )

    def _knows_lead_view(self) -> bool:
        """That a lead supports it or not is a fact of the record; why is their own side's."""
        return self.may(Act.READ_LEADERSHIP_NOTES) or self.may(Act.READ_FULL_RECORD)

    def _asked_as(self, name: str) -> tuple[str, str, str]:
        """What a field of the protocol's forms is called, in which form, and in Welsh; empty for others."""
        if parts_of(name) is None:
            return "", "", ""
        books = (self.file.protocol, *self._earlier_versions)
        for found, book in ((found_by(book, name), book) for book in books):
            if found:
                form, asked = found
                return asked.label, form.title, book.welsh.get(f"field.{answer_name(form.id, asked.id)}", "")
        return name, "", ""

    @cached_property
    def _earlier_versions(self) -> tuple[Protocol, ...]:
        """For answers to forms that the procedure had before the case was moved to another version."""
        rows = protocols.published(self.unit.session, self.file.row.partnership_id)
        return tuple(protocols.of_ids(self.unit.connection, {row.id for row in rows}).values())

    def _author(self, row: AnyRow) -> tuple[str, str, Side | None]:
        """Display name, agency and side of who acted; empty for the clock."""
        if row.actor_id is None:
            return "", "", None
        place = next((p for p in reversed(self.file.places) if p.slot == row.slot), None)
        agency = self.file.agencies[place.agency_id].name if place else ""
        return self.name_of(row.actor_id), agency, Side(place.side) if place else None

    def _my_side(self) -> Side | None:
        sides = [self.file.protocol.slots[s].side for s in self.file.protocol.slots if s in self.slots]
        return sides[0] if sides else None

    def _proposal(self, events: Iterable[EventView]) -> ProposalView | None:
        open_one = self.file.proposal
        if open_one is None:
            return None
        event = next(e for e in events if e.seq == open_one.event_seq)
        outcome = next((w.text for w in event.written if w.field == "outcome"), None)
        side = Side(open_one.side)
        return ProposalView(side, side is self._my_side(), open_one.reply, outcome)

    def _steps(self) -> tuple[StepView, ...]:
        entered = {e.stage: e for e in self.record.entries}
        order = list(self.file.protocol.stages.values())
        here = next(i for i, s in enumerate(order) if s.id == self.file.row.stage)
        return tuple(
            StepView(
                s.id,
                s.name,
                s.phase,
                _step_state(i, here, s.id in entered),
                entered[s.id].entered_at if s.id in entered else None,
                entered[s.id].cause if s.id in entered else None,
            )
            for i, s in enumerate(order)
        )

    def _actions(self) -> tuple[ActionView, ...]:
        agencies = frozenset(p.agency_id for p in self.file.held if p.agency_kind != AgencyKind.BOARD)
        actor = self.file.actor(self.account, agencies | self.file.declared_by(self.account))
        return tuple(
            ActionView(
                p.trigger,
                p.refusal.reason if p.refusal else None,
                choices_for(self.file, p.trigger, actor),
                self._forms(p.trigger),
            )
            for p in possibilities(self.file.protocol, self.file.state(), actor)
            if permitted(self.standings, p.trigger, self.phase)
        )

    def _forms(self, trigger: Trigger) -> tuple[FormView, ...]:
        """The protocol's forms that a move asks for; with something new, parts that only others filled in."""
        mine, others = set[str](), list[str]()
        for event in self.record.events if trigger is Trigger.TELL_CHANGE else ():
            names = [t.field for t in self.record.written.get(event.seq, ())]
            ours = self._author(event)[2] is self._my_side()
            mine |= {parts[0] for name in names if ours and (parts := parts_of(name))}
            others += [] if ours else names
        found = forms.forms_of(self.file, trigger, self.slots, others)
        open_ones = (f for f in found if f.on is trigger or f.id not in mine)
        return tuple(forms.view_of(form, self.file.protocol.welsh) for form in open_ones)

    def _may_follow(self, events: Iterable[EventView]) -> bool:
        return _not_safer(events) and self.may(Act.OPEN_NEXT) and self._may_raise_again()

    def _may_raise_again(self) -> bool:
        """Today in an agency of the partnership, as raising asks."""
        here = (p for p in self.file.held if p.partnership_id == self.file.row.partnership_id)
        return any(p.agency_kind != AgencyKind.BOARD for p in here)

    def _last_activity(self) -> datetime:
        """When something last happened, by hand or by itself, or somebody opened it for the first time."""
        happened: list[datetime] = [e.at for e in self.record.events if e.kind not in _POSTAL]
        return max([*happened, *self.record.opened.values()])

    def _partnership(self) -> AnyRow:
        return self.unit.session.execute(
            select(*Partnership.__table__.c).where(Partnership.id == self.file.row.partnership_id)
        ).one()


def account_is_raiser(file: CaseFile, account: int) -> bool:
    """True for the person who raised this concern."""
    return bool(file.row.raiser_id == account)


def partnership_view(row: AnyRow | Any) -> PartnershipView:
    """What pages say about a partnership."""
    return PartnershipView(
        public_id=row.public_id,
        name=row.name,
        service_name=row.service_name,
        duty_phone=row.duty_phone,
        office_phone=row.office_phone,
        office_hours=row.office_hours,
        office_address=row.office_address,
        zone=row.zone,
    )


def _step_state(index: int, here: int, entered: bool) -> StepState:
    if index == here:
        return StepState.HERE
    if index > here:
        return StepState.AHEAD
    return StepState.DONE if entered else StepState.SKIPPED


def _safety(events: Iterable[EventView]) -> SafetyView | None:
    said = next((w for e in events for w in e.written if w.field == "safety"), None)
    return SafetyView(said.text, said.author, said.author_agency, said.at) if said else None


def _not_safer(events: Iterable[EventView]) -> bool:
    answer = next((e for e in events if e.kind is EventKind.FOLLOW_UP_ANSWERED), None)
    return answer is not None and answer.codes["safer"] == Safer.NO


def _told_when_raised(events: Iterable[EventView]) -> dict[str, WrittenView]:
    return {w.field: w for e in events if e.kind is EventKind.CONCERN_RAISED for w in e.written}


def _outcome(events: Iterable[EventView]) -> str | None:
    settled = (EventKind.SETTLEMENT_AGREED, EventKind.BOARD_DECIDED, EventKind.SETTLEMENT_PROPOSED)
    agreed = any(e.kind is EventKind.SETTLED_FOR_NOW for e in events)
    texts = (w.text for e in events if e.kind in settled for w in e.written if w.field == "outcome")
    return next(texts, None) if agreed else None
