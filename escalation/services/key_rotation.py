"""New keys in place of old ones, while the service runs, and begun again at will.

    a new key at the top     -> the keys of partnerships are wrapped anew          (rewrap)
    new keys of partnerships -> keys of cases are wrapped anew, drafts sealed anew (rewrap)
    nothing needs the old    -> the old keys of partnerships go                     (finish)

The texts themselves stay as they are: what is on record is not written again. Each chunk is one transaction;
until `finish`, old and new are both read. What can go wrong: a process that does not know the newest key yet.
So it is given to all of them first, and only then is wrapped with it (docs/keys.md).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import and_, delete, func, select, update

from escalation.errors import Refused
from escalation.models import CaseKey, DraftRow, Installation, PartnershipKey
from escalation.models.types import AnyRow
from escalation.security import envelope, sealing
from escalation.security.keys import of_partnership_key, vault_of
from escalation.services import factor_binding, sealed
from escalation.services.in_turn import partnerships
from escalation.services.keys_here import still_open
from escalation.services.unit import Unit, of_partnership, reading, writing

CHUNK = 200
SETTLES = timedelta(minutes=10)
"""How old a partnership's newest key is before older ones go: whoever still held one has ended by then."""


_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Finished:
    """How many keys of partnerships went, and which versions at the top nothing needs any more."""

    removed: int
    not_needed: tuple[int, ...]


@dataclass(slots=True)
class _Left:
    """What speaks against the end, in words, with how often."""

    found: dict[str, int] = field(default_factory=dict)

    def add(self, words: str, count: int) -> None:
        """Counts; nothing says nothing."""
        if count:
            self.found[words] = self.found.get(words, 0) + count


def renew_partnerships() -> int:
    """A new key for each partnership, with which its new cases and drafts are sealed; gives how many."""
    places = _places()
    for place in places:
        with writing(of_partnership(place)) as unit:
            newest = max(sealed.keys_of_drafts(unit, place).versions)
            sealed.make_partnership_key(unit, place, newest + 1)
    return len(places)


def rewrap(chunk: int = CHUNK) -> Iterator[tuple[str, int]]:
    """Wraps everything with the newest keys; gives the table and how many after each chunk.

    What cannot be opened is left as it is, logged, and found again by `finish`.
    """
    for place in _places():
        for table, step in (("partnership_key", _partnership), ("case_key", _cases), ("draft", _drafts)):
            after: int | None = 0
            while after is not None:
                with writing(of_partnership(place)) as unit:
                    done, after = step(unit, place, after, chunk)
                if done:
                    yield table, done


def _places() -> list[int]:
    with reading() as unit:
        return [place.id for place in partnerships(unit)]


Walked = tuple[int, int | None]
"""How many were done in a chunk, and after which row the next begins; None: that was the last."""


def _walked(unit: Unit, query: Any, number: Any, size: int, do: Callable[[AnyRow], None]) -> Walked:
    """Does something with a chunk of rows, in the order of a number of theirs."""
    rows, done = unit.session.execute(query.order_by(number).limit(size).with_for_update()).all(), 0
    for row in rows:
        try:
            do(row)
            done += 1
        except sealing.CannotOpen:
            _log.warning(
                "a key cannot be wrapped anew",
                table=number.class_.__tablename__,
                row=getattr(row, number.key),
            )
    return done, getattr(rows[-1], number.key) if rows else None


def _partnership(unit: Unit, place: int, after: int, size: int) -> Walked:
    vault = vault_of(unit.connection)
    top, mine = vault.texts.newest, PartnershipKey.partnership_id == place

    def anew(row: AnyRow) -> None:
        key = vault.partnership_key(place, row.version, row.wrapped_by, row.wrapped)
        wrapped = sealing.wrap(vault.texts.of(top), top, of_partnership_key(place, row.version), key)
        this = and_(mine, PartnershipKey.version == row.version)
        unit.session.execute(update(PartnershipKey).where(this).values(wrapped=wrapped, wrapped_by=top))

    old = and_(mine, PartnershipKey.wrapped_by != top, PartnershipKey.version > after)
    query = select(*PartnershipKey.__table__.c).where(old)
    return _walked(unit, query, PartnershipKey.version, size, anew)


def _cases(unit: Unit, place: int, after: int, size: int) -> Walked:
    keys = envelope.of_partnership(unit.connection, place).versions
    newest, mine = max(keys, default=0), CaseKey.partnership_id == place

    def anew(row: AnyRow) -> None:
        this = and_(mine, CaseKey.case_id == row.case_id, CaseKey.version == row.version)
        wrapped = _anew(place, row, keys, newest)
        unit.session.execute(update(CaseKey).where(this).values(wrapped=wrapped, wrapped_by=newest))

    old = and_(mine, CaseKey.wrapped_by != newest, CaseKey.case_id > after)
    return _walked(unit, select(*CaseKey.__table__.c).where(old), CaseKey.case_id, size, anew)


def _anew(place: int, row: AnyRow, keys: Mapping[int, bytes], newest: int) -> str | None:
    """A case's key, wrapped with the newest; one that was destroyed stays so."""
    if row.wrapped is None:
        return None
    at = envelope.of_case_key(place, row.case_id, row.version)
    if row.wrapped_by not in keys:
        raise sealing.CannotOpen
    return sealing.wrap(keys[newest], newest, at, sealing.unwrap(keys[row.wrapped_by], at, row.wrapped))


def _drafts(unit: Unit, place: int, after: int, size: int) -> Walked:
    keys = envelope.of_partnership(unit.connection, place)

    def anew(row: AnyRow) -> None:
        at = sealed.in_draft(place, row.account_id, row.public_id)
        answers = keys.seal(at, keys.open(at, row.answers))
        unit.session.execute(update(DraftRow).where(DraftRow.id == row.id).values(answers=answers))

    query = _old_drafts(place, max(keys.versions, default=0)).where(DraftRow.id > after)
    return _walked(unit, query, DraftRow.id, size, anew)


def _old_drafts(place: int, newest: int) -> Any:
    old = ~DraftRow.answers.like(f"v1:{newest}:%")
    return select(*DraftRow.__table__.c).where(DraftRow.partnership_id == place, old)


def finish() -> Finished:
    """Ends a rotation, and the time in which open texts are believed, when it is shown that nothing is left.

    Every key of every case is unwrapped once for that. Raises Refused with what is left: nothing changes.
    """
    left, removed = _Left(), 0
    for place in _places():
        with reading(of_partnership(place)) as unit:
            _look(unit, place, left)
    with reading() as unit:
        left.add("people have a second factor that is not bound to them", factor_binding.left(unit))
    if left.found:
        words = "; ".join(f"{count} {what}" for what, count in sorted(left.found.items()))
        raise Refused("not_finished", f"It is not over: {words}. Nothing was changed.")
    for place in _places():
        with writing(of_partnership(place)) as unit:
            removed += _remove_old(unit, place)
    return Finished(removed, _believe_sealed_alone())


def _look(unit: Unit, place: int, left: _Left) -> None:
    top, keys = (
        vault_of(unit.connection).texts.newest,
        envelope.of_partnership(unit.connection, place).versions,
    )
    rows = unit.session.execute(
        select(*PartnershipKey.__table__.c).where(PartnershipKey.partnership_id == place)
    ).all()
    left.add(
        "keys of partnerships are wrapped with an older key at the top",
        sum(r.wrapped_by != top for r in rows),
    )
    left.add("keys of partnerships cannot be opened", len(rows) - len(keys))
    for table, count in still_open(unit, place).items():
        left.add(f"texts in {table} are not sealed", count)
    if rows:
        newest = max(row.version for row in rows)
        _look_at_cases(unit, place, newest, keys, left)
        old = _old_drafts(place, newest).subquery()
        drafts = unit.session.execute(select(func.count()).select_from(old)).scalar_one()
        left.add("drafts are sealed with an older key", drafts)


def _look_at_cases(unit: Unit, place: int, newest: int, keys: Any, left: _Left) -> None:
    query = select(*CaseKey.__table__.c).where(CaseKey.partnership_id == place, CaseKey.wrapped.is_not(None))
    for row in unit.session.execute(query.execution_options(yield_per=1000)):
        left.add("keys of cases are wrapped with an older key", row.wrapped_by != newest)
        left.add("keys of cases cannot be opened", not _opens(keys, place, row))


def _opens(keys: Any, place: int, row: AnyRow) -> bool:
    try:
        at = envelope.of_case_key(place, row.case_id, row.version)
        sealing.unwrap(keys[row.wrapped_by], at, row.wrapped)
    except (KeyError, sealing.CannotOpen):
        return False
    return True


def _remove_old(unit: Unit, place: int) -> int:
    """Older keys of a partnership, once its newest has settled; one that a case still has is held fast."""
    mine = PartnershipKey.partnership_id == place
    newest = unit.session.execute(
        select(PartnershipKey.version, PartnershipKey.made_at)
        .where(mine)
        .order_by(PartnershipKey.version.desc())
    ).first()
    if newest is None or newest.made_at > unit.now - SETTLES:
        return 0
    wrapping = select(CaseKey.wrapped_by).where(CaseKey.partnership_id == place)
    old = and_(mine, PartnershipKey.version < newest.version, PartnershipKey.version.not_in(wrapping))
    gone = unit.session.execute(delete(PartnershipKey).where(old).returning(PartnershipKey.version))
    return len(gone.all())


def _believe_sealed_alone() -> tuple[int, ...]:
    with writing() as unit:
        unit.session.execute(
            update(Installation).where(Installation.sealed_at.is_(None)).values(sealed_at=unit.now)
        )
        unit.session.execute(
            update(Installation)
            .where(Installation.factors_bound_at.is_(None))
            .values(factors_bound_at=unit.now)
        )
        ring = vault_of(unit.connection).texts
        return tuple(sorted(version for version in ring.versions if version != ring.newest))
