"""Who has been told, and how each stands: took a position, owns it, opened it, was told, was silent."""

from datetime import datetime

from escalation.services.case_file import CaseFile, is_raiser_slot
from escalation.services.history import History
from escalation.services.views import SeatView, Standing
from notifications.message import Seat, Via
from workflows.events import EventKind
from workflows.protocol import Slot

_TAKES_POSITION = frozenset(
    {
        EventKind.LEAD_SUPPORTED,
        EventKind.LEAD_DECLINED,
        EventKind.DECISION_CHANGED,
        EventKind.DECISION_KEPT,
        EventKind.SETTLEMENT_AGREED,
        EventKind.BOARD_DECIDED,
    }
)


def seat_views(now: datetime, file: CaseFile, record: History, mine: frozenset[str]) -> tuple[SeatView, ...]:
    """Everybody who takes part except the raiser, in the protocol's order."""
    seats = file.seats()
    taking_part = {p.slot for p in file.places if p.ended_at is None}
    slots = [s for s in file.protocol.slots.values() if s.id in taking_part and not is_raiser_slot(s)]
    return tuple(_view(file, record, slot, seats[slot.id], slot.id in mine) for slot in slots)


def _view(file: CaseFile, record: History, slot: Slot, seat: Seat, mine: bool) -> SeatView:
    standing, at = _standing(file, record, slot, seat)
    post = file.post_for(slot)
    names = tuple(p.name for p in file.directory.whom_to_tell(post, file.without(slot))[0]) if post else ()
    welsh = file.protocol.welsh.get(f"slot.{slot.id}", "") if seat.title == slot.title else ""
    return SeatView(slot.id, seat.title, seat.agency, slot.side, names, seat.via, standing, at, mine, welsh)


def _standing(file: CaseFile, record: History, slot: Slot, seat: Seat) -> tuple[Standing, datetime | None]:
    position = _last(record, slot.id, _TAKES_POSITION)
    if position:
        return Standing.POSITION, position
    silent = next(
        (d.due_at for d in record.deadlines if d.waits_for == slot.id and d.state == "lapsed"), None
    )
    if silent:
        return Standing.SILENT, silent
    owned = _last(record, slot.id, frozenset({EventKind.OWNED}))
    if owned:
        return Standing.OWNED, owned
    return _reached(file, record, slot, seat)


def _reached(file: CaseFile, record: History, slot: Slot, seat: Seat) -> tuple[Standing, datetime | None]:
    post = file.post_for(slot)
    people = post.accounts if post else frozenset()
    opened = [record.opened[a] for a in people if a in record.opened]
    if opened:
        return Standing.OPENED, min(opened)
    told = [record.told[p.account] for p in seat.people if p.account in record.told]
    unreachable = seat.via is Via.VACANT or (
        seat.people and all(p.account in record.failed for p in seat.people)
    )
    return (Standing.UNREACHED, None) if unreachable else (Standing.TOLD, min(told, default=None))


def _last(record: History, slot: str, kinds: frozenset[EventKind]) -> datetime | None:
    return next((e.at for e in reversed(record.events) if e.slot == slot and e.kind in kinds), None)
