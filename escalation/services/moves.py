"""What people do to a case that stands: one verb, for every trigger that a person may use."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from escalation.errors import NotFound, Refused
from escalation.models import Agency, EventRow, Membership
from escalation.security import access
from escalation.security.permissions import permitted, standing_of
from escalation.services import beside, case_file, cases, directory, forms, submissions, transition
from escalation.services.case_file import CaseFile
from escalation.services.unit import Unit, of_account, reading, retried, writing
from escalation.services.views import CaseView
from workflows.case import Actor, Refusal
from workflows.commands import Command, Readdress
from workflows.events import EventKind
from workflows.machine import decide
from workflows.triggers import Trigger
from workflows.vocabulary import AgencyKind, Phase

_MATERIAL = frozenset(
    {
        EventKind.DECISION_CHANGED,
        EventKind.DECISION_KEPT,
        EventKind.INFORMATION_ASKED,
        EventKind.READDRESSED,
        EventKind.SETTLEMENT_PROPOSED,
        EventKind.SETTLEMENT_AGREED,
        EventKind.MOVED_UP,
        EventKind.BOARD_DECIDED,
        EventKind.WITHDRAWN,
        EventKind.RETURNED,
        EventKind.HANDED_OVER,
        EventKind.TAKEN_AS_KEPT,
        EventKind.VERSION_CHANGED,
    }
)
"""What must not pass unseen between opening a form and sending it."""
_NOT_YOURS = "This is for somebody else in this case to do, or not at this stage."
_CLOSED = "This case is closed. If somebody may still be at risk, raise a new concern."


@retried
def make_move(
    public_id: str, account: int, command: Command, key: str, *, seen_version: int | None = None
) -> None:
    """Makes a move on a case for a person, once for each `key`.

    `seen_version` is the version of the case on the page that was answered. Raises NotFound for a
    case the person has no part in, and Refused (with the case as it is) when the move is not possible.
    """
    try:
        with writing(of_account(account)) as unit:
            _move(unit, public_id, account, command, key, seen_version)
    except Refused as refused:
        raise Refused(refused.code, refused.reason, cases.as_seen(public_id, account)) from refused


def _move(unit: Unit, public_id: str, account: int, command: Command, key: str, seen: int | None) -> None:
    partnership, case = access.find(unit.session, public_id, account, unit.now, lock=True)
    print_ = submissions.fingerprint(public_id, command)
    if submissions.first_result(unit, account, partnership, key, print_, public_id) is not None:
        return
    also = frozenset({command.agency}) if isinstance(command, Readdress) else frozenset()
    files = case_file.load(unit.session, partnership, [case], unit.now, acting=account, and_agencies=also)
    file = files[case]
    _refuse_if_moved_on(unit.session, file, seen)
    step = _decided(unit, file, account, command)
    step = replace(step, written={**step.written, **_filled_in(unit, file, account, command)})
    transition.carry_out(unit, [step])
    for track in step.decision.beside:
        beside.open_beside(unit, file, track, step)


def _decided(unit: Unit, file: CaseFile, account: int, command: Command) -> transition.Step:
    agencies = frozenset(p.agency_id for p in file.held if p.agency_kind != AgencyKind.BOARD)
    actor = file.actor(account, agencies | file.declared_by(account))
    standings = {standing_of(file.protocol, slot) for slot in actor.slots}
    if not permitted(standings, command.trigger, Phase(file.row.phase)):
        raise Refused("not_yours", _NOT_YOURS)
    decision = decide(file.protocol, file.state(), command, actor, unit.now)
    if isinstance(decision, Refusal):
        raise Refused(decision.code, decision.reason)
    slot = acting_slot(file, actor, command)
    return transition.Step(file, decision, account, slot, via(file, slot, account), command.prose())


def _filled_in(unit: Unit, file: CaseFile, account: int, command: Command) -> Mapping[str, str]:
    """What was filled in of the protocol's forms, under the names by which it is kept."""
    telling = command.trigger is Trigger.TELL_CHANGE and command.forms
    filled = forms.names_filled(unit, file) if telling else ()
    asked = forms.forms_of(file, command.trigger, file.slots_of(account), filled)
    return forms.kept(asked, command.forms)


def why_not(case: CaseView, triggers: Collection[Trigger]) -> Refused | None:
    """Why whoever sees this case may make none of these moves now; None when they may make one."""
    asked = [action for action in case.actions if action.trigger in triggers]
    if any(action.refusal is None for action in asked):
        return None
    usual = _CLOSED if case.phase is Phase.CLOSED else _NOT_YOURS
    return Refused("not_yours", next((a.refusal for a in asked if a.refusal), usual), case)


def acting_slot(file: CaseFile, actor: Actor, command: Command) -> str | None:
    """The seat that a person acts from: the first of theirs that may make the move."""
    move = file.protocol.stages[file.row.stage].move(command.trigger)
    able = actor.slots & move.by if move else actor.slots
    return next((s for s in file.protocol.slots if s in able), None)


def via(file: CaseFile, slot: str | None, account: int) -> str | None:
    """Whether a person acts as the holder of the post or as its deputy."""
    place = file.place_in(slot) if slot else None
    if place is None or place.post_id is None:
        return None
    post = file.directory.posts[place.post_id]
    return "holder" if any(p.account_id == account for p in post.holders) else "deputy"


def _refuse_if_moved_on(session: Session, file: CaseFile, seen: int | None) -> None:
    if seen is None or seen >= file.row.event_seq:
        return
    news = session.execute(
        select(EventRow.kind).where(
            EventRow.partnership_id == file.row.partnership_id,
            EventRow.case_id == file.row.id,
            EventRow.seq > seen,
            EventRow.kind.in_(sorted(_MATERIAL)),
        )
    ).all()
    if news:
        raise Refused(
            "moved_on",
            "Something happened in this case while you were writing. Read it, then send again if you wish.",
        )


def pass_on_to(
    public_id: str,
    account: int,
    agency_public_id: str,
    reasons: str,
    safety: str | None = None,
    filled_in: Mapping[str, str] | None = None,
) -> Readdress:
    """The command that passes a concern on to the agency it really belongs to.

    Raises NotFound when the agency is not one of the case's partnership, or the case not the person's.
    """
    with reading(of_account(account)) as unit:
        partnership, _ = access.find(unit.session, public_id, account, unit.now)
        row = unit.session.execute(
            select(*Agency.__table__.c)
            .join(Membership, Membership.agency_id == Agency.id)
            .where(Membership.partnership_id == partnership, Agency.public_id == agency_public_id)
        ).first()
        if row is None or row.kind == AgencyKind.BOARD:
            raise NotFound
        calendar, said = directory.calendar_of(row), filled_in or {}
        return Readdress(reasons=reasons, safety=safety, forms=said, agency=row.id, calendar=calendar)


__all__ = ["acting_slot", "make_move", "pass_on_to", "why_not"]
