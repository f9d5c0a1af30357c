"""Raising a concern: from a person's answers to a case that stands in its first stage."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from escalation.errors import NotFound, Refused, SentElsewhere
from escalation.models import DraftRow
from escalation.security import access
from escalation.security.public_ids import new_public_id
from escalation.services import case_file, cases, diversions, forms, numbers, submissions, terms, transition
from escalation.services.case_file import CaseFile
from escalation.services.deadline_view import days_of
from escalation.services.grounds import Ground, NewConcern, facts_from, ground_of
from escalation.services.opening import NewCase, NewRow, OpenedCase, insert_case
from escalation.services.unit import Unit, of_account, reading, retried, writing
from escalation.services.views import CaseView, DiversionView, RaisePreview, WhoIsTold
from workflows.case import Decision, Elsewhere, Refusal, Terms
from workflows.machine import begin
from workflows.vocabulary import Side, Tier, Within

_TRIES = 5


@retried
def raise_concern(account: int, concern: NewConcern, key: str) -> CaseView:
    """Raises a concern, once for each `key`, and gives the case as the raiser sees it.

    Raises SentElsewhere, once that is on record, when it is for another process; NotAllowed when the person
    holds no post in the partnership, NotFound for an agency or an earlier case that is not theirs to name,
    Refused when the partnership has no protocol.
    """
    for attempt in range(_TRIES):
        try:
            with writing(of_account(account)) as unit:
                made = raise_within(unit, account, concern, key)
            if isinstance(made, DiversionView):
                raise SentElsewhere(made)
            return cases.as_seen(made, account)
        except IntegrityError:
            # A reference is short and random: try another when it was taken.
            if attempt == _TRIES - 1:
                raise
    raise AssertionError("unreachable")


def raise_within(unit: Unit, account: int, concern: NewConcern, key: str) -> str | DiversionView:
    """Raises a concern as a part of a larger change; the public id of the case, or where it went instead.

    Raises what `raise_concern` does, and IntegrityError when the reference that was drawn is taken.
    """
    ground = ground_of(unit, account, concern)
    public_id = new_public_id()
    print_ = submissions.fingerprint(concern)
    earlier = submissions.first_result(unit, account, ground.partnership.id, key, print_, public_id)
    if earlier is not None:
        return diversions.find(unit, account, earlier) or earlier
    file = _empty_file(account, concern, ground, case_id=0)
    decision = _asked(file, concern, unit)
    if isinstance(decision, Elsewhere):
        return _sent_elsewhere(unit, account, concern, ground, decision, public_id)
    opened = _insert(unit, account, concern, ground, decision, public_id)
    file = _empty_file(account, concern, ground, opened.id)
    slot = next(s.id for s in ground.protocol.slots.values() if case_file.is_raiser_slot(s))
    filled = forms.kept(forms.raising_forms(ground.protocol), concern.command.forms)
    written = {**concern.command.prose(), **filled}
    step = transition.Step(file, decision, account, slot, None, written, opened=opened.facts)
    transition.carry_out(unit, [step])
    if concern.draft:
        unit.session.execute(
            delete(DraftRow).where(DraftRow.public_id == concern.draft, DraftRow.account_id == account)
        )
    return public_id


def _sent_elsewhere(
    unit: Unit, account: int, concern: NewConcern, ground: Ground, gone: Elsewhere, public_id: str
) -> DiversionView:
    diversions.record(unit, account, ground.partnership.id, ground.version, gone, public_id)
    if concern.draft:
        diversions.keep_draft(unit, account, concern.draft, public_id)
    found = diversions.find(unit, account, public_id)
    assert found is not None
    return found


def _empty_file(account: int, concern: NewConcern, ground: Ground, case_id: int) -> CaseFile:
    """The file of a case that does not stand yet: nobody takes part, nothing runs."""
    row: Any = NewRow(
        id=case_id,
        partnership_id=ground.partnership.id,
        protocol_version_id=ground.version,
        raiser_id=account,
        challenged_role=concern.challenged_role,
        terms=terms.as_text(Terms(facts=facts_from(concern, ground), named=ground.named)),
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
        directory=ground.around.directory,
        agencies=ground.around.agencies,
        board_agency=ground.around.board,
        interests=ground.around.interests,
        parties={Side.RAISING: ground.raising, Side.CHALLENGED: ground.named[0]},
    )


def _asked(file: CaseFile, concern: NewConcern, unit: Unit) -> Decision | Elsewhere:
    """How it begins, or where it goes instead. Raises Refused when it cannot begin so."""
    answer = begin(
        file.protocol,
        concern.command,
        calendars=file.calendars(),
        empty_slots=file.empty_slots(),
        party_agencies=file.party_agencies() | {file.parties[Side.RAISING]},
        party_people=frozenset({file.row.raiser_id}),
        now=unit.now,
        challenged=file.terms.facts.challenged,
        raising=file.terms.facts.raising,
        within=Within(file.terms.facts.within),
        named=file.terms.named,
        slot_calendars=file.slot_calendars(),
    )
    if isinstance(answer, Refusal) and not isinstance(answer, Elsewhere):
        raise Refused(answer.code, answer.reason)
    return answer


def _insert(
    unit: Unit, account: int, concern: NewConcern, ground: Ground, decision: Decision, public_id: str
) -> OpenedCase:
    new = NewCase(
        partnership_id=ground.partnership.id,
        prefix=ground.partnership.reference_prefix,
        public_id=public_id,
        protocol_version_id=ground.version,
        raiser_id=account,
        challenged_role=concern.challenged_role,
        urgency=str(concern.command.urgency),
        follows_id=_followed(unit, account, concern, ground),
        quiet=concern.quiet,
    )
    return insert_case(unit, new, decision)


def _followed(unit: Unit, account: int, concern: NewConcern, ground: Ground) -> int | None:
    if concern.follows is None:
        return None
    partnership, case = access.find(unit.session, concern.follows, account, unit.now)
    if partnership != ground.partnership.id:
        raise NotFound
    return case


def preview(account: int, concern: NewConcern) -> RaisePreview:
    """What would happen if this were sent now: who is told, until when, and what silence does."""
    with reading(of_account(account)) as unit:
        ground = ground_of(unit, account, concern)
        file = _empty_file(account, concern, ground, case_id=0)
        decision = _asked(file, concern, unit)
        if isinstance(decision, Elsewhere):
            raise Refused(decision.code, decision.reason)
        main = next((c for c in decision.started if c.side is Side.CHALLENGED), decision.started[0])
        stage = ground.protocol.stages[decision.after.stage]
        above = stage.silence_leads_to
        return RaisePreview(
            told=_told(file, stage.seats, decision.after.empty_slots),
            due=main.due,
            days=days_of(main.budget, main.base, main.due, file.calendar_of(main.waits_for)),
            budget=main.budget,
            next_stage=ground.protocol.stages[above].name if above else "",
            zone=main.zone,
            earlier_cases=_earlier(unit, account, ground.partnership.id, concern.command.person_reference),
        )


def _told(file: CaseFile, seats: Sequence[str], empty: frozenset[str]) -> tuple[WhoIsTold, ...]:
    asked = {*seats} - empty
    slots = [s for s in file.protocol.slots.values() if s.id in asked or s.tier is Tier.OFFICE]
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
    return len(numbers.cases_with(unit.connection, partnership, reference, among=mine))


__all__ = ["NewConcern", "preview", "raise_concern", "raise_within"]
