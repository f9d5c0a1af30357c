"""Everything that must be read of some cases before something can be decided about them.

`load` reads a whole set of cases of one partnership in two statements, one for the cases and one for the
directory around them, so that a sweep over two hundred costs little more than a person's one.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from escalation.models import (
    Account,
    Case,
    Deadline,
    EventRow,
    Participation,
    ProposalRow,
    ProtocolVersion,
    Recusal,
    StageEntry,
)
from escalation.models.asking import Among, Together
from escalation.models.types import AnyRow, AnySelect
from escalation.security import envelope, proved
from escalation.services import directory, protocols, terms
from escalation.services.directory import Directory, HeldBy, HeldPost
from notifications.message import Person, Seat, Via
from workflows.calendar import WorkingCalendar
from workflows.case import Actor, CaseState, LeadView, Position, Proposal, RunningClock, Terms
from workflows.events import Cause
from workflows.protocol import Protocol, Slot
from workflows.routing import unfilled
from workflows.stages import CAP
from workflows.vocabulary import Side, Tier


@dataclass(frozen=True)
class CaseFile:
    """One case as read: its row, its protocol, who takes part, what runs, and the directory around it."""

    row: AnyRow
    protocol: Protocol
    places: tuple[AnyRow, ...]
    clocks: tuple[AnyRow, ...]
    """Open deadlines."""
    rungs: Mapping[str, int]
    """The highest rung of each clock in the current stage entry."""
    lapsed: frozenset[str]
    """Clocks of the current stage entry that have run out at least once."""
    proposal: AnyRow | None
    recused: frozenset[int]
    directory: Directory
    agencies: Mapping[int, AnyRow]
    board_agency: int
    parties: Mapping[Side, int]
    """The agency that now stands on the raising and on the challenged side."""
    acted: frozenset[int] = frozenset()
    """Everybody who ever acted in the case for one of the sides, where that was asked for."""
    held: tuple[HeldBy, ...] = ()
    """The posts that the acting person holds today, in all partnerships, where that was asked for."""
    interests: Mapping[int, frozenset[int]] = field(default_factory=dict)
    """Who declared a line to an agency, by the agency."""
    keys: tuple[AnyRow, ...] = ()
    """The rows of its keys, as `envelope.KEYS_OF_CASES`, where who acts was asked for."""

    def state(self) -> CaseState:
        """The facts for `workflows.machine.decide`."""
        return CaseState(
            stage=self.row.stage,
            pace=self.row.pace,
            calendars=self.calendars(),
            clocks=tuple(RunningClock(c.clock, c.rung, c.base_at, c.due_at) for c in self.clocks),
            position=Position(self.row.position),
            lead_view=LeadView(self.row.lead_view),
            proposal=Proposal(Side(self.proposal.side), self.proposal.reply) if self.proposal else None,
            readdressed=self.row.readdressed,
            rungs=self.rungs,
            empty_slots=self.empty_slots(),
            party_agencies=self.party_agencies(),
            party_people=self.acted | {self.row.raiser_id},
            slot_calendars=self.slot_calendars(),
            terms=self.terms,
        )

    @cached_property
    def terms(self) -> Terms:
        """What was agreed or put on record and bears on what may follow."""
        return terms.from_text(self.row.terms, self.row.paused_at)

    def calendars(self) -> Mapping[Side, WorkingCalendar]:
        """The working calendar of each side."""
        return {side: directory.calendar_of(self.agencies[self.agency_of(side)]) for side in Side}

    def slot_calendars(self) -> Mapping[str, WorkingCalendar]:
        """The calendars of slots that are another agency's than the first of their side."""
        others = (slot for slot in self.protocol.slots.values() if not slot.is_first_named)
        return {slot.id: directory.calendar_of(self.agencies[self.agency_for(slot)]) for slot in others}

    def calendar_of(self, slot: str) -> WorkingCalendar:
        """The working calendar of whoever sits in a slot."""
        return directory.calendar_of(self.agencies[self.agency_for(self.protocol.slots[slot])])

    @property
    def further(self) -> tuple[int, ...]:
        """The agencies that are challenged beside the first, in the order in which they were named."""
        return self.terms.named[1:] if self.protocol.parties > 1 else ()

    def agency_for(self, slot: Slot) -> int:
        """The agency whose slot it is: that of its side, a further one, or the one it is fixed to."""
        own, place = self.agency_of(slot.side), self.place_in(slot.id)
        if place is not None and not slot.is_first_named:
            return int(place.agency_id)
        if slot.also:
            return self.further[slot.party - 1] if slot.party <= len(self.further) else own
        if slot.kind is None or self.agencies[own].kind == slot.kind:
            return own
        here = [*self.further, *self.parties.values(), *sorted(self.agencies)]
        return next((a for a in here if self.agencies[a].kind == slot.kind), own)

    def agency_of(self, side: Side) -> int:
        """The agency that now stands on a side (after a wrong door, the right one)."""
        if side is Side.BOARD:
            return self.board_agency
        return self.parties[side]

    def party_agencies(self) -> frozenset[int]:
        """All agencies that ever stood on either side, or were named for it."""
        stood = frozenset(p.agency_id for p in self.places if p.side != Side.BOARD)
        return stood | {*self.parties.values(), *self.further}

    def empty_slots(self) -> frozenset[str]:
        """Slots that stay empty: conditional ones that do not fit, those of agencies that nobody named, and
        those in which only the raiser could sit. Nobody is asked to support themselves."""
        alone = frozenset({self.row.raiser_id})
        return unfilled(self.protocol, self.terms) | frozenset(
            s.id
            for s in self.protocol.slots.values()
            if s.side is Side.RAISING
            and not is_raiser_slot(s)
            and (post := self.post_for(s)) is not None
            and post.accounts == alone
        )

    def place_in(self, slot: str) -> AnyRow | None:
        """The standing participation of a slot, if it has been seated."""
        return self._standing.get(slot)

    @cached_property
    def _standing(self) -> Mapping[str, AnyRow]:
        return {p.slot: p for p in reversed(self.places) if p.ended_at is None}

    def post_for(self, slot: Slot) -> HeldPost | None:
        """The post of a slot: the one seated, else the one that the directory would seat now."""
        place = self.place_in(slot.id)
        if place is not None:
            return self.directory.posts.get(place.post_id) if place.post_id else None
        return self.find(slot, self.agency_for(slot))

    def find(self, slot: Slot, agency: int) -> HeldPost | None:
        """The post that answers for a slot in an agency: of its tier, of an alternative one, or borrowed."""
        line = self.row.challenged_role if slot.line else None
        lender = slot.borrows.get(self.agencies[agency].kind) if slot.borrows else None
        lending = (a.id for a in self.agencies.values() if a.kind == lender) if lender else ()
        tiers = (slot.tier, *slot.alternatives)
        return self.directory.first((agency, *lending), tiers, line)

    def seats(self) -> Mapping[str, Seat]:
        """Who sits in each slot of the protocol today (or would, for slots not seated yet)."""
        return {slot.id: self._seat(slot) for slot in self.protocol.slots.values()}

    def _seat(self, slot: Slot) -> Seat:
        agency = self.agencies[self.agency_for(slot)].name
        if is_raiser_slot(slot):
            raiser = Person(self.row.raiser_id, self.row.raiser_mail_ok)
            return Seat(slot.id, slot.side, slot.title, agency, (raiser,), Via.HOLDER)
        return self.directory.seat(slot, self.post_for(slot), agency, self.without(slot))

    def without(self, slot: Slot) -> frozenset[int]:
        """Who cannot be told for a slot: who stood aside, on the raising side the raiser, and for the board
        whoever has declared a line to an agency of either side."""
        more = {self.row.raiser_id} if slot.side is Side.RAISING else frozenset()
        return self.recused | (self.with_a_line if slot.side is Side.BOARD else more)

    @cached_property
    def with_a_line(self) -> frozenset[int]:
        """Everybody who has declared a line to an agency that has a part in the case."""
        if not self.interests:
            return frozenset()
        return frozenset().union(*(self.interests.get(a, ()) for a in self.party_agencies()))

    def declared_by(self, account: int) -> frozenset[int]:
        """The agencies to which a person has declared a line: for the board they count as their own."""
        return frozenset(agency for agency, accounts in self.interests.items() if account in accounts)

    def slots_of(self, account: int) -> frozenset[str]:
        """The slots of this case that a person sits in today: as raiser, holder or deputy.

        Who has proved no more than an address sits in none but the raiser's."""
        mine = {p.slot for p in self.places if p.ended_at is None and self._sits(p, account)}
        return frozenset(mine)

    def actor(self, account: int, agencies: frozenset[int]) -> Actor:
        """The person as `decide` sees them."""
        return Actor(account, self.slots_of(account), agencies)

    def _sits(self, place: AnyRow, account: int) -> bool:
        if place.account_id == account:
            return True
        if proved.only_as_raiser(account):
            return False
        post = self.directory.posts.get(place.post_id) if place.post_id else None
        aside = self.recused | (self.with_a_line if place.side == Side.BOARD else frozenset())
        return post is not None and account in post.accounts and account not in aside


def is_raiser_slot(slot: Slot) -> bool:
    """True for the slot of the person who raised the concern."""
    return slot.side is Side.RAISING and slot.tier is Tier.PRACTITIONER


def load(
    session: Session,
    partnership: int,
    ids: Sequence[int],
    now: datetime,
    *,
    acting: int | None = None,
    and_agencies: frozenset[int] = frozenset(),
) -> dict[int, CaseFile]:
    """Reads the files of cases of one partnership, by case id. Cases that do not exist are left out.

    With `acting`, an account, also which posts it holds and who ever acted for a side; `and_agencies` are
    known to the directory too.
    """
    connection = session.connection()
    asked = _OF_CASES if acting is None else _OF_CASES_AND_ACTS
    found = asked.read(connection, partnership=partnership, cases=ids)
    books = protocols.versions(
        connection, {(r.protocol_version_id, r.protocol_sha256) for r in found["cases"]}
    )
    places, clocks, proposals, recusals = (_by_case(found[name]) for name in _TABLES)
    acted, keys = _by_case(found.get("acted", [])), _by_case(found.get("keys", []))
    parties = {
        row.id: _parties(row, books[row.protocol_version_id], places[row.id]) for row in found["cases"]
    }
    named = {
        agency
        for row in found["cases"]
        for agency in _named(row, books[row.protocol_version_id], parties[row.id])
    }
    around = directory.around(
        connection,
        partnership,
        now,
        agencies={p.agency_id for p in found["places"]} | named | and_agencies,
        kinds=directory.lending_kinds(books.values()),
        account=acting,
    )
    return {
        row.id: CaseFile(
            row=row,
            protocol=books[row.protocol_version_id],
            places=tuple(places[row.id]),
            clocks=tuple(c for c in clocks[row.id] if c.state == "open"),
            rungs={c.clock: c.rung for c in clocks[row.id] if _runs_here(c, row)},
            lapsed=frozenset(c.clock for c in clocks[row.id] if _runs_here(c, row) and c.state == "lapsed"),
            proposal=next(iter(proposals[row.id]), None),
            recused=frozenset(r.account_id for r in recusals[row.id]),
            directory=around.directory,
            agencies=around.agencies,
            board_agency=around.board,
            parties=parties[row.id],
            acted=frozenset(a.actor_id for a in acted[row.id]),
            held=around.held,
            interests=around.interests,
            keys=tuple(keys[row.id]),
        )
        for row in found["cases"]
    }


def _runs_here(clock: AnyRow, case: AnyRow) -> bool:
    """Whether a deadline belongs to the stage entry in which the case is, or to a cap over several."""
    return bool(clock.entry_seq == case.entry_seq or clock.clock.startswith(CAP))


def _by_case(rows: Sequence[AnyRow]) -> dict[int, list[AnyRow]]:
    found: dict[int, list[AnyRow]] = defaultdict(list)
    for row in rows:
        found[row.case_id].append(row)
    return found


def _parties(row: AnyRow, protocol: Protocol, places: list[AnyRow]) -> dict[Side, int]:
    """The agency on each side. Before anybody of it is seated, the one that was named first."""
    firsts = {slot.id for slot in protocol.slots.values() if slot.is_first_named}
    standing = [p for p in places if p.ended_at is None and p.side != Side.BOARD and p.slot in firsts]
    found = {Side(p.side): p.agency_id for p in reversed(standing)}
    if Side.CHALLENGED not in found:
        named = terms.from_text(row.terms, row.paused_at).named
        found |= {Side.CHALLENGED: named[0]} if named else {}
    return found


def _named(row: AnyRow, protocol: Protocol, parties: Mapping[Side, int]) -> tuple[int, ...]:
    """The agencies that bear on a case beside those that take part in it already."""
    further = protocol.parties > 1
    return (*parties.values(), *(terms.from_text(row.terms, row.paused_at).named[1:] if further else ()))


def _cases() -> AnySelect:
    silent = exists().where(
        StageEntry.partnership_id == Case.partnership_id,
        StageEntry.case_id == Case.id,
        StageEntry.cause == Cause.SILENCE,
        StageEntry.left_at.is_(None),
    )
    of_version = (ProtocolVersion.partnership_id == Case.partnership_id) & (
        ProtocolVersion.id == Case.protocol_version_id
    )
    return (
        select(
            *Case.__table__.c,
            Account.mail_ok.label("raiser_mail_ok"),
            silent.label("moved_by_silence"),
            ProtocolVersion.sha256.label("protocol_sha256"),
        )
        .join(Account, Account.id == Case.raiser_id)
        .join(ProtocolVersion, of_version)
        .where(Case.partnership_id == bindparam("partnership"), Among(Case.id, "cases"))
    )


def _of(model: Any, *columns: Any) -> AnySelect:
    """What the cases have in one table, by its key."""
    query = select(*(columns or model.__table__.c))
    return query.where(
        model.partnership_id == bindparam("partnership"), Among(model.case_id, "cases")
    ).order_by(*model.__table__.primary_key.columns)


def _acted() -> AnySelect:
    """Everybody who ever acted in a case for one of the sides: none of them may decide it."""
    for_a_side = exists().where(
        Participation.partnership_id == EventRow.partnership_id,
        Participation.case_id == EventRow.case_id,
        Participation.slot == EventRow.slot,
        Participation.side != Side.BOARD,
    )
    return (
        select(EventRow.case_id, EventRow.actor_id)
        .where(
            EventRow.partnership_id == bindparam("partnership"),
            Among(EventRow.case_id, "cases"),
            EventRow.actor_id.is_not(None),
            for_a_side,
        )
        .distinct()
    )


_TABLES = ("places", "clocks", "proposals", "recusals")
_QUERIES = {
    "cases": _cases(),
    "places": _of(Participation),
    "clocks": _of(Deadline),
    "proposals": _of(ProposalRow).where(ProposalRow.state == "open"),
    "recusals": _of(Recusal, Recusal.case_id, Recusal.account_id),
}
_OF_CASES = Together(**_QUERIES)
_OF_CASES_AND_ACTS = Together(**_QUERIES, acted=_acted(), keys=envelope.KEYS_OF_CASES)
