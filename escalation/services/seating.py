"""Who takes part when a stage is entered, a concern is passed on, or somebody stands aside."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from escalation.services.case_file import CaseFile, is_raiser_slot
from escalation.services.directory import HeldPost
from escalation.services.unit import Unit
from notifications.message import Seat, Via
from workflows.case import Decision
from workflows.events import Event, EventKind
from workflows.protocol import Slot
from workflows.routing import unfilled
from workflows.vocabulary import Side, Tier


@dataclass(slots=True)
class Seated:
    """The places to write, the events about vacant posts, and the seats as they then are."""

    ended: list[dict[str, Any]] = field(default_factory=list)
    places: list[dict[str, Any]] = field(default_factory=list)
    events: tuple[Event, ...] = ()
    seats: Mapping[str, Seat] = field(default_factory=dict)


def seat(unit: Unit, file: CaseFile, decision: Decision, entry_seq: int, account: int | None) -> Seated:
    """Seats the slots that the decision asks for, through the directory as it is today.

    The raiser and the board office take part from the first stage on, wherever a case begins.
    """
    file = _after_recusal(file, decision, account)
    agency = _readdressed_to(decision)
    wanted = _wanted(file, decision, agency)
    seats = dict(file.seats())
    seated = Seated()
    for number, slot in enumerate(wanted, start=len(file.places) + 1):
        place = file.place_in(slot.id)
        if place is not None:
            seated.ended.append(_key(file) | {"no": place.no, "ended_at": unit.now})
        post, agency_id = _post_for(file, slot, agency)
        seats[slot.id] = _seat(file, slot, post, agency_id, seats[slot.id])
        seated.places.append(
            _key(file)
            | {"no": number, "side": str(slot.side), "slot": slot.id, "agency_id": agency_id}
            | {
                "post_id": post.id if post else None,
                "account_id": _raiser(file, slot),
                "entry_seq": entry_seq,
            }
            | {"vacant": post is None and not is_raiser_slot(slot), "joined_at": unit.now, "ended_at": None}
        )
    seated.seats = seats
    seated.events = tuple(
        Event(EventKind.POST_VACANT, {"slot": slot.id})
        for slot in _asked(file, wanted, decision)
        if seats[slot.id].via is Via.VACANT
    )
    return seated


def _asked(file: CaseFile, wanted: list[Slot], decision: Decision) -> list[Slot]:
    """The slots whose emptiness is news now: those just seated, and the one somebody stood aside from."""
    if any(e.kind is EventKind.RECUSED for e in decision.events):
        return [s for s in file.protocol.slots.values() if s.tier is Tier.CHAIR]
    return wanted


def _wanted(file: CaseFile, decision: Decision, readdressed_to: int | None) -> list[Slot]:
    slots = file.protocol.slots
    if readdressed_to is not None:
        return [
            s
            for s in slots.values()
            if s.side is Side.CHALLENGED and s.is_first_named and file.place_in(s.id)
        ]
    if decision.entered is None:
        return []
    always = [s.id for s in slots.values() if s.tier is Tier.OFFICE or s.is_raiser]
    names = [*decision.entered.seats, *always]
    empty = unfilled(file.protocol, decision.after.terms)
    wanted = [slots[n] for n in dict.fromkeys(names) if file.place_in(n) is None and n not in empty]
    # The first of a side is the agency that stands for it, so the others come after.
    return sorted(wanted, key=lambda slot: not slot.is_first_named)


def _post_for(file: CaseFile, slot: Slot, readdressed_to: int | None) -> tuple[HeldPost | None, int]:
    agency = readdressed_to or file.agency_for(slot)
    if is_raiser_slot(slot):
        return None, agency
    return file.find(slot, agency), agency


def _seat(file: CaseFile, slot: Slot, post: HeldPost | None, agency: int, before: Seat) -> Seat:
    if is_raiser_slot(slot):
        return before
    return file.directory.seat(slot, post, file.agencies[agency].name, file.without(slot))


def _raiser(file: CaseFile, slot: Slot) -> int | None:
    return int(file.row.raiser_id) if is_raiser_slot(slot) else None


def _readdressed_to(decision: Decision) -> int | None:
    event = next((e for e in decision.events if e.kind is EventKind.READDRESSED), None)
    return int(event.codes["agency"]) if event else None


def _after_recusal(file: CaseFile, decision: Decision, account: int | None) -> CaseFile:
    if account is not None and any(e.kind is EventKind.RECUSED for e in decision.events):
        return replace(file, recused=file.recused | {account})
    return file


def _key(file: CaseFile) -> dict[str, Any]:
    return {"partnership_id": file.row.partnership_id, "case_id": file.row.id}
