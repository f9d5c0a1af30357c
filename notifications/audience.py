"""From an event and who sits where to the mails that are owed.

Four rules: never the person who acted (but for receipts), never nobody (a seat that cannot be told
goes to the board office), never twice, one envelope a person.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from notifications.catalogue import NOTICE, Audience, Entry, entries_for
from notifications.message import Owed, Person, Seat, Skipped, Via
from workflows.events import Event
from workflows.vocabulary import Phase, Side

OTHER = {Side.RAISING: Side.CHALLENGED, Side.CHALLENGED: Side.RAISING}


@dataclass(frozen=True, slots=True)
class Moment:
    """One event of one case, with everything that decides who hears of it.

    `seats` has every slot of the protocol; `seated` are the slots of the stage the case is in after
    the event, `next_seated` those that silence would lead to, `took_part` all that were ever seated.
    `raiser_slot` and `office_slot` name those two.
    """

    partnership: int
    case: int
    seq: int
    event: Event
    phase: Phase
    seats: Mapping[str, Seat]
    seated: tuple[str, ...]
    next_seated: tuple[str, ...]
    took_part: tuple[str, ...]
    raiser_slot: str
    office_slot: str
    actor_account: int | None = None
    actor_side: Side | None = None
    noticed: tuple[str, ...] = ()
    """The slots that the protocol's own notices name for this event."""


def owed(moment: Moment) -> tuple[tuple[Owed, ...], tuple[Skipped, ...]]:
    """The mails that an event owes, and those that nobody was left to get."""
    mails: list[Owed] = []
    skipped: list[Skipped] = []
    told: set[int] = set()
    for entry in entries_for(moment.event, moment.phase):
        due = [mail for mail in _for_entry(moment, entry) if mail.account not in told]
        fresh = list({mail.account: mail for mail in reversed(due)}.values())[::-1]
        told |= {mail.account for mail in fresh}
        mails += fresh
        if not fresh:
            skipped.append(Skipped(entry.name, "everybody it is for has acted, or is told by another mail"))
    noticed = [mail for mail in _for_entry(moment, NOTICE) if mail.account not in told]
    # The board office may stand in for several who are to know: it is one envelope all the same.
    mails += {mail.account: mail for mail in reversed(noticed)}.values()
    return tuple(dict.fromkeys(mails)), tuple(skipped)


def _for_entry(moment: Moment, entry: Entry) -> Iterator[Owed]:
    for slot in _slots(moment, entry):
        for person, via in _whom(moment, moment.seats[slot]):
            if entry.receipt or person.account != moment.actor_account:
                key = f"{moment.partnership}:{moment.case}:{moment.seq}:{entry.name}:{person.account}"
                yield Owed(entry.name, person.account, slot, via, key)


def _slots(moment: Moment, entry: Entry) -> tuple[str, ...]:
    named = (slot for audience in entry.audience for slot in _AUDIENCES[audience](moment))
    return tuple(slot for slot in dict.fromkeys(named) if slot in moment.seats)


def _whom(moment: Moment, seat: Seat) -> tuple[tuple[Person, Via], ...]:
    """The people of a seat who can be told, else the board office."""
    able = tuple((person, seat.via) for person in seat.people if person.address_ok)
    if able or seat.slot == moment.office_slot:
        return able or tuple((person, seat.via) for person in seat.people)
    office = moment.seats[moment.office_slot]
    return tuple((person, Via.OFFICE) for person in office.people)


def _seated(side: Side) -> Callable[[Moment], tuple[str, ...]]:
    return lambda m: tuple(s for s in m.seated if m.seats[s].side is side and s != m.raiser_slot)


def _on_side(moment: Moment, side: Side | None) -> tuple[str, ...]:
    return tuple(slot for slot in moment.took_part if side is not None and moment.seats[slot].side is side)


def _other_side(moment: Moment) -> tuple[str, ...]:
    return _on_side(moment, OTHER.get(moment.actor_side) if moment.actor_side else None)


def _named(moment: Moment) -> tuple[str, ...]:
    slot = moment.event.codes.get("waits_for")
    return (str(slot),) if slot else ()


_AUDIENCES: Mapping[Audience, Callable[[Moment], tuple[str, ...]]] = {
    Audience.RAISER: lambda m: (m.raiser_slot,),
    Audience.OWN_LEADERS: lambda m: tuple(s for s in _on_side(m, Side.RAISING) if s != m.raiser_slot),
    Audience.SEATED_RAISING: _seated(Side.RAISING),
    Audience.SEATED_CHALLENGED: _seated(Side.CHALLENGED),
    Audience.SEATED_BOARD: _seated(Side.BOARD),
    Audience.WAITED_FOR: _named,
    Audience.LEFT_BEHIND: _named,
    Audience.NEXT_SEATED: lambda m: m.next_seated,
    Audience.OWN_SIDE: lambda m: _on_side(m, m.actor_side),
    Audience.OTHER_SIDE: _other_side,
    Audience.EVERYONE: lambda m: m.took_part,
    Audience.OFFICE: lambda m: (m.office_slot,),
    Audience.NOTICED: lambda m: m.noticed,
}
