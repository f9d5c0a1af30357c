"""The mails that a change owes, as outbox rows: who is told is decided now, the words at sending."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from escalation.services.unit import Unit
from notifications.audience import Moment, owed
from notifications.message import Owed, Seat
from workflows.events import Event
from workflows.notices import noticed
from workflows.protocol import Protocol
from workflows.routing import unfilled
from workflows.vocabulary import Phase

if TYPE_CHECKING:
    from escalation.services.transition import Step


def owed_for(
    unit: Unit, step: Step, events: tuple[Event, ...], entry_seq: int, seats: Mapping[str, Seat]
) -> list[dict[str, Any]]:
    """The outbox rows that one step's events owe; a mail that is skipped leaves a row with its reason."""
    rows: list[dict[str, Any]] = []
    empty = unfilled(step.file.protocol, step.decision.after.terms)
    for seq, event in enumerate(events, start=step.file.row.event_seq + 1):
        moment = _moment(step, seq, event, seats, empty)
        mails, skipped = owed(moment)
        rows += [_row(unit, moment, mail) for mail in mails]
        rows += [_skipped(unit, moment, s.name, s.reason) for s in skipped]
    return rows


def _moment(step: Step, seq: int, event: Event, seats: Mapping[str, Seat], empty: frozenset[str]) -> Moment:
    file, after = step.file, step.decision.after
    protocol, entered = file.protocol, step.decision.entered
    took_part = {p.slot for p in file.places if p.ended_at is None} | set(entered.seats if entered else ())
    return Moment(
        partnership=file.row.partnership_id,
        case=file.row.id,
        seq=seq,
        event=event,
        seats=seats,
        seated=_but(protocol.stages[after.stage].seats, empty),
        next_seated=_but(_next_seats(protocol, after.stage), empty),
        took_part=tuple(s for s in protocol.slots if s in took_part and s not in empty),
        actor_account=step.account,
        actor_side=protocol.slots[step.slot].side if step.slot else None,
        raiser_slot=protocol.raiser.id,
        # `lint` sees to it that there is one.
        office_slot=protocol.office or "",
        phase=entered.phase if entered else Phase(file.row.phase),
        noticed=_but(noticed(protocol, event, _stage_before(step), after.stage), empty),
    )


def _but(slots: Sequence[str], empty: frozenset[str]) -> tuple[str, ...]:
    """The slots without those that this case has no place for."""
    return tuple(slot for slot in slots if slot not in empty)


def _stage_before(step: Step) -> str:
    """The stage in which it happened; a case that is just raised has no other than its first."""
    return str(step.file.row.stage) if step.file.row.entry_seq else step.decision.after.stage


def _next_seats(protocol: Protocol, stage: str) -> tuple[str, ...]:
    above = protocol.stages[stage].silence_leads_to
    return protocol.stages[above].seats if above else ()


def _row(unit: Unit, moment: Moment, mail: Owed) -> dict[str, Any]:
    return _base(unit, moment) | {
        "name": mail.name,
        "account_id": mail.account,
        "slot": mail.slot,
        "via": str(mail.via),
        "dedupe_key": mail.dedupe_key,
        "state": "owed",
        "error": None,
    }


def _skipped(unit: Unit, moment: Moment, name: str, reason: str) -> dict[str, Any]:
    return _base(unit, moment) | {
        "name": name,
        "account_id": None,
        "slot": "",
        "via": "",
        "dedupe_key": f"skipped:{moment.partnership}:{moment.case}:{moment.seq}:{name}",
        "state": "skipped",
        "error": reason,
    }


def _base(unit: Unit, moment: Moment) -> dict[str, Any]:
    return {
        "partnership_id": moment.partnership,
        "case_id": moment.case,
        "event_seq": moment.seq,
        "owed_at": unit.now,
        "next_at": unit.now,
        "attempts": 0,
        "lease_token": 0,
        "epoch": unit.epoch,
    }
