"""Sealing the record: hourly, partnership by partnership, and soon after each decision of a board.

    events -> newest event of each case that moved --+
                                                     +--> tree -> seal, chained to the one before, signed
    readings that no seal has yet -------------------+

What is not sealed yet is what no earlier seal names, never what has a higher number: numbers are given
before a transaction commits, so a lower one may appear after a higher one was sealed. Of events it is enough
to seal the newest of each case: their numbers are the case's own, have no gap, and each is covered by the
next one's hash. See docs/decisions/0011.

What can go wrong: two sealers at once. They take turns by a lock for each partnership, and the primary key
of the seal lets only one be the next.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any

from sqlalchemy import func, select, text

from escalation.models import (
    Base,
    Case,
    EventRow,
    Partnership,
    ReadEntry,
    SealedHead,
    SealedRead,
    SealRow,
)
from escalation.models.types import AnyRow, AnySelect
from escalation.security import merkle, seals
from escalation.security.chain import GENESIS, microseconds
from escalation.security.seal_keys import SealKey
from escalation.services import keys_here
from escalation.services.sets import Rows, write_together
from escalation.services.unit import Unit, of_partnership, reading, retried, writing
from workflows.events import EventKind

EVERY = timedelta(hours=1)
JOB, LATE = "seal_record", timedelta(hours=2)
"""The job that seals, and how long it may say nothing."""
_LOCK = 6962 << 40
"""The locks of sealing, beside the numbers of other locks."""
_BATCH = 5000


@dataclass(frozen=True, slots=True)
class _New:
    """What no seal names yet: the newest event of each case that moved, and readings."""

    heads: list[AnyRow]
    reads: list[tuple[int, str]]

    def leaves(self, partnership: int) -> list[bytes]:
        """The leaves of the tree: heads by case, then readings by number."""
        heads = [seals.leaf_of_head(partnership, h.id, h.seq, h.hash) for h in self.heads]
        return heads + [seals.leaf_of_read(partnership, number, digest) for number, digest in self.reads]


def seal(key: SealKey, *, now: bool = False) -> int:
    """Seals every partnership in which it is time, or, if `now`, in which there is anything to seal.

    Gives how many seals were made: none while texts stand open, because a seal binds them as they are stored,
    and `escalation keys seal-existing` would break it.
    """
    with reading() as unit:
        if not keys_here.all_sealed(unit):
            return 0
        places = unit.session.execute(
            select(Partnership.id, Partnership.public_id).order_by(Partnership.id)
        ).all()
    return sum(_seal(place, key, now=now) for place in places)


@retried
def _seal(place: AnyRow, key: SealKey, *, now: bool) -> bool:
    with writing(of_partnership(place.id)) as unit:
        _take_turn(unit, place.id)
        last = unit.session.execute(newest(place.id)).first()
        if not now and last is not None and not _is_time(unit, place.id, last):
            return False
        return seal_next(unit, place, last, key)


def seal_next(unit: Unit, place: AnyRow, last: AnyRow | None, key: SealKey) -> bool:
    """Makes the seal after `last` in the unit's transaction. False when there is nothing to seal."""
    new = _New(_moved(unit, place.id), list(_unsealed(unit, place.id)))
    if not new.heads and not new.reads:
        return False
    _write(unit, _next(unit, place, last, new, key), key, new)
    return True


def newest(partnership: int) -> AnySelect:
    """The last seal of a partnership."""
    return (
        select(*SealRow.__table__.c)
        .where(SealRow.partnership_id == partnership)
        .order_by(SealRow.n.desc())
        .limit(1)
    )


def _take_turn(unit: Unit, partnership: int) -> None:
    if not unit.sqlite:
        unit.connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK + partnership})


def _is_time(unit: Unit, partnership: int, last: AnyRow) -> bool:
    return unit.now - last.at >= EVERY or bool(_decided(unit, partnership))


def _sealed(partnership: int) -> Any:
    """The newest sealed event of each case."""
    return (
        select(SealedHead.case_id, func.max(SealedHead.seq).label("seq"))
        .where(SealedHead.partnership_id == partnership)
        .group_by(SealedHead.case_id)
        .subquery()
    )


def _moved_cases(partnership: int, before: Any, *columns: Any) -> AnySelect:
    return (
        select(*columns)
        .select_from(Case)
        .outerjoin(before, before.c.case_id == Case.id)
        .join(EventRow, (EventRow.partnership_id == Case.partnership_id) & (EventRow.case_id == Case.id))
        .where(Case.partnership_id == partnership, Case.event_seq > func.coalesce(before.c.seq, 0))
    )


def _moved(unit: Unit, partnership: int) -> list[AnyRow]:
    before = _sealed(partnership)
    columns = (Case.id, EventRow.seq, EventRow.hash, func.coalesce(before.c.seq, 0).label("before"))
    query = _moved_cases(partnership, before, *columns).where(EventRow.seq == Case.event_seq)
    return list(unit.session.execute(query.order_by(Case.id)).all())


def _decided(unit: Unit, partnership: int) -> int | None:
    """A case in which a board has decided since it was sealed."""
    before = _sealed(partnership)
    since = (EventRow.seq > func.coalesce(before.c.seq, 0), EventRow.kind == EventKind.BOARD_DECIDED)
    query = _moved_cases(partnership, before, Case.id).where(*since).limit(1)
    return unit.session.execute(query).scalar_one_or_none()


def _unsealed(unit: Unit, partnership: int) -> Iterator[tuple[int, str]]:
    named = select(SealedRead.read_id).where(
        SealedRead.partnership_id == partnership, SealedRead.read_id == ReadEntry.id
    )
    rows = unit.session.execute(
        select(*ReadEntry.__table__.c)
        .where(ReadEntry.partnership_id == partnership, ~named.exists())
        .order_by(ReadEntry.id)
    )
    for r in rows:
        yield (
            r.id,
            seals.read_hash(
                partnership, r.id, r.case_id, r.account_id, r.slot, r.what, r.reason, microseconds(r.at)
            ),
        )


def _next(unit: Unit, place: AnyRow, last: AnyRow | None, new: _New, key: SealKey) -> seals.Seal:
    leaves = new.leaves(place.id)
    return seals.Seal(
        v=1,
        partnership=place.id,
        public_id=place.public_id,
        n=last.n + 1 if last else 1,
        epoch=unit.epoch,
        at_us=microseconds(unit.now),
        previous=last.hash if last else GENESIS,
        root=merkle.root_of(leaves),
        leaves=len(leaves),
        cases=(last.cases if last else 0) + sum(h.before == 0 for h in new.heads),
        events=(last.events if last else 0) + sum(h.seq - h.before for h in new.heads),
        reads=(last.reads if last else 0) + len(new.reads),
        key=key.id,
    )


def _write(unit: Unit, made: seals.Seal, key: SealKey, new: _New) -> None:
    body, whose = made.body, {"partnership_id": made.partnership, "n": made.n}
    row = whose | {
        "at": unit.now, "epoch": made.epoch, "root": made.root, "leaves": made.leaves,
        "cases": made.cases, "events": made.events, "reads": made.reads, "key_id": made.key,
        "previous": made.previous, "body": body, "hash": seals.seal_hash(body),
        "signature": key.sign(seals.signed_bytes(body)),
    }  # fmt: skip
    write_together(unit.connection, [Rows(SealRow, [row])])
    heads = (whose | {"case_id": h.id, "seq": h.seq, "hash": h.hash} for h in new.heads)
    _in_batches(unit, SealedHead, heads)
    reads = (whose | {"read_id": number, "hash": digest} for number, digest in new.reads)
    _in_batches(unit, SealedRead, reads)


def _in_batches(unit: Unit, model: type[Base], rows: Iterator[dict[str, Any]]) -> None:
    while batch := list(islice(rows, _BATCH)):
        write_together(unit.connection, [Rows(model, batch)])
