"""Raising a concern: from a person's answers to a case that stands in its first stage."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from escalation.errors import NotAllowed, NotFound, Refused
from escalation.models import Agency, DraftRow, Membership, Partnership, Statement
from escalation.models.types import AnyRow
from escalation.security import access
from escalation.security.public_ids import new_public_id
from escalation.services import case_file, cases, directory, forms, protocols, submissions, transition
from escalation.services.case_file import CaseFile
from escalation.services.deadline_view import days_of
from escalation.services.opening import NewCase, NewRow, insert_case
from escalation.services.unit import Unit, reading, retried, writing
from escalation.services.views import CaseView, RaisePreview, WhoIsTold
from workflows.case import Decision, Refusal
from workflows.commands import RaiseConcern
from workflows.machine import begin
from workflows.protocol import Protocol
from workflows.vocabulary import AgencyKind, Side, Tier, Within

_TRIES = 5


@dataclass(frozen=True, slots=True)
class NewConcern:
    """A concern as a door hands it in: where it goes, what it says, and the draft it came from."""

    partnership: str
    challenged_agency: str
    challenged_role: str
    command: RaiseConcern
    draft: str | None = None
    follows: str | None = None


@dataclass(frozen=True, slots=True)
class _Ground:
    """What raising stands on: the partnership, the agencies on both sides, the protocol in force."""

    partnership: AnyRow
    raising: int
    challenged: AnyRow
    version: int
    protocol: Protocol
    agencies: dict[int, AnyRow]
    board: int


@retried
def raise_concern(account: int, concern: NewConcern, key: str) -> CaseView:
    """Raises a concern, once for each `key`, and gives the case as the raiser sees it.

    Raises NotAllowed when the person holds no post in the partnership, NotFound for an agency or an
    earlier case that is not theirs to name, Refused when the partnership has no protocol.
    """
    for attempt in range(_TRIES):
        try:
            with writing() as unit:
                public_id = _raise(unit, account, concern, key)
            return cases.as_seen(public_id, account)
        except IntegrityError:
            # A reference is short and random: try another when it was taken.
            if attempt == _TRIES - 1:
                raise
    raise AssertionError("unreachable")


def _raise(unit: Unit, account: int, concern: NewConcern, key: str) -> str:
    ground = _ground(unit, account, concern)
    public_id = new_public_id()
    print_ = submissions.fingerprint(concern)
    earlier = submissions.first_result(unit, account, ground.partnership.id, key, print_, public_id)
    if earlier is not None:
        return earlier
    file = _empty_file(unit, account, concern, ground, case_id=0)
    decision = _begin(file, concern, unit)
    case_id = _insert(unit, account, concern, ground, decision, public_id)
    file = _empty_file(unit, account, concern, ground, case_id)
    slot = next(s.id for s in ground.protocol.slots.values() if case_file.is_raiser_slot(s))
    filled = forms.kept(forms.raising_forms(ground.protocol), concern.command.forms)
    written = {**concern.command.prose(), **filled}
    transition.carry_out(unit, [transition.Step(file, decision, account, slot, None, written)])
    if concern.draft:
        unit.session.execute(
            delete(DraftRow).where(DraftRow.public_id == concern.draft, DraftRow.account_id == account)
        )
    return public_id


def _ground(unit: Unit, account: int, concern: NewConcern) -> _Ground:
    session = unit.session
    partnership = session.execute(
        select(*Partnership.__table__.c).where(Partnership.public_id == concern.partnership)
    ).first()
    if partnership is None:
        raise NotFound
    raising = raising_agency(session, account, partnership.id, unit)
    challenged = session.execute(
        select(*Agency.__table__.c)
        .join(Membership, Membership.agency_id == Agency.id)
        .where(
            Membership.partnership_id == partnership.id,
            Agency.public_id == concern.challenged_agency,
            Agency.kind != AgencyKind.BOARD,
        )
    ).first()
    if challenged is None:
        raise NotFound
    version, protocol = protocols.in_force(session, partnership.id, unit.now)
    board = directory.board_agency(session, partnership.id)
    own = session.execute(select(*Agency.__table__.c).where(Agency.id == raising)).one()
    agencies = {own.id: own, challenged.id: challenged, board.id: board}
    for lender in sorted(directory.lenders(session, partnership.id, [protocol]) - agencies.keys()):
        agencies[lender] = session.execute(select(*Agency.__table__.c).where(Agency.id == lender)).one()
    return _Ground(partnership, raising, challenged, version, protocol, agencies, board.id)


def raising_agency(session: Session, account: int, partnership: int, unit: Unit) -> int:
    """The agency for which a person raises: that of their first post in the partnership.

    Raises NotAllowed when they hold none there, or only a post of the board itself.
    """
    held = [p for p in directory.posts_of(session, account, unit.now) if p.partnership_id == partnership]
    own = [p for p in held if p.agency_kind != AgencyKind.BOARD]
    if not own:
        raise NotAllowed(
            "You hold no post in an agency of this partnership. Ask the board office to add you."
        )
    return min(own, key=lambda p: (p.tier != Tier.PRACTITIONER, p.post_id)).agency_id


def _empty_file(unit: Unit, account: int, concern: NewConcern, ground: _Ground, case_id: int) -> CaseFile:
    """The file of a case that does not stand yet: nobody takes part, nothing runs."""
    known = directory.directory_of(unit.session, ground.partnership.id, ground.agencies, unit.now)
    row: Any = NewRow(
        id=case_id,
        partnership_id=ground.partnership.id,
        protocol_version_id=ground.version,
        raiser_id=account,
        challenged_role=concern.challenged_role,
    )
    return CaseFile(
        row=row,
        protocol=ground.protocol,
        places=(),
        clocks=(),
        rungs={},
        lapsed=frozenset(),
        proposal=None,
        recused=frozenset(),
        directory=known,
        agencies=ground.agencies,
        board_agency=ground.board,
        parties={Side.RAISING: ground.raising, Side.CHALLENGED: ground.challenged.id},
    )


def _begin(file: CaseFile, concern: NewConcern, unit: Unit) -> Decision:
    answer = begin(
        file.protocol,
        concern.command,
        calendars=file.calendars(),
        empty_slots=file.empty_slots(),
        party_agencies=frozenset(file.parties.values()),
        party_people=frozenset({file.row.raiser_id}),
        now=unit.now,
        challenged=file.agencies[file.parties[Side.CHALLENGED]].kind,
        within=Within.AGENCY if len(set(file.parties.values())) == 1 else Within.BETWEEN,
    )
    if isinstance(answer, Refusal):
        raise Refused(answer.code, answer.reason)
    return answer


def _insert(
    unit: Unit, account: int, concern: NewConcern, ground: _Ground, decision: Decision, public_id: str
) -> int:
    new = NewCase(
        partnership_id=ground.partnership.id,
        prefix=ground.partnership.reference_prefix,
        public_id=public_id,
        protocol_version_id=ground.version,
        raiser_id=account,
        challenged_role=concern.challenged_role,
        urgency=str(concern.command.urgency),
        follows_id=_followed(unit, account, concern, ground),
    )
    return insert_case(unit, new, decision)


def _followed(unit: Unit, account: int, concern: NewConcern, ground: _Ground) -> int | None:
    if concern.follows is None:
        return None
    partnership, case = access.find(unit.session, concern.follows, account, unit.now)
    if partnership != ground.partnership.id:
        raise NotFound
    return case


def preview(account: int, concern: NewConcern) -> RaisePreview:
    """What would happen if this were sent now: who is told, until when, and what silence does."""
    with reading() as unit:
        ground = _ground(unit, account, concern)
        file = _empty_file(unit, account, concern, ground, case_id=0)
        decision = _begin(file, concern, unit)
        main = next((c for c in decision.started if c.side is Side.CHALLENGED), decision.started[0])
        stage = ground.protocol.stages[decision.after.stage]
        above = stage.silence_leads_to
        return RaisePreview(
            told=_told(file, stage.seats),
            due=main.due,
            days=days_of(main.budget, main.base, main.due, file.calendars()[Side.CHALLENGED]),
            budget=main.budget,
            next_stage=ground.protocol.stages[above].name if above else "",
            zone=main.zone,
            earlier_cases=_earlier(unit, account, ground.partnership.id, concern.command.person_reference),
        )


def _told(file: CaseFile, seats: Sequence[str]) -> tuple[WhoIsTold, ...]:
    slots = [s for s in file.protocol.slots.values() if s.id in seats or s.tier is Tier.OFFICE]
    return tuple(_who(file, slot.id) for slot in slots if not case_file.is_raiser_slot(slot))


def _who(file: CaseFile, slot_id: str) -> WhoIsTold:
    slot = file.protocol.slots[slot_id]
    seat = file.seats()[slot_id]
    post = file.post_for(slot)
    names = tuple(p.name for p in file.directory.whom_to_tell(post)[0]) if post else ()
    return WhoIsTold(seat.title, seat.agency, names, seat.via)


def _earlier(unit: Unit, account: int, partnership: int, reference: str) -> int:
    """How many cases of this person's carry the same reference: incidents are not judged in isolation."""
    mine = [
        case for owner, case in access.case_ids_of(unit.session, account, unit.now) if owner == partnership
    ]
    return int(
        unit.session.execute(
            select(func.count())
            .select_from(Statement)
            .where(
                Statement.partnership_id == partnership,
                Statement.case_id.in_(mine),
                Statement.field == "person_reference",
                func.lower(Statement.text) == reference.lower(),
            )
        ).scalar_one()
    )
