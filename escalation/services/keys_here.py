"""What stands sealed in the database and by which keys: what a start looks at, and an operator is shown."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, true

from escalation.errors import ConfigurationError
from escalation.models import CaseKey, DraftRow, Installation, PartnershipKey, ReadEntry, Statement
from escalation.security.keys import vault_of
from escalation.security.sealing import CannotOpen
from escalation.services.unit import Unit, across_partnerships, reading

TEXTS: Mapping[str, tuple[Any, ColumnElement[bool]]] = {
    "statement": (Statement.text, true()),
    "read_log": (ReadEntry.reason, ReadEntry.what == "identifiers"),
    "draft": (DraftRow.answers, true()),
}
"""By table: the column with what people wrote, and in which rows."""
ENOUGH = 10_000
"""So many rows that stand open are counted at most."""


@dataclass(frozen=True, slots=True)
class KeysHere:
    """Which keys are in use and how often, and what is not sealed yet.

    `tops` counts keys of partnerships by the version at the top that wraps them, `partnerships` keys of
    cases by partnership and the version of its key.
    """

    all_sealed: bool
    newest: int
    known: tuple[int, ...]
    tops: Mapping[int, int]
    partnerships: Mapping[tuple[int, int], int]
    destroyed: int
    still_open: Mapping[str, int]


def open_at_start() -> Mapping[str, int]:
    """How many texts of each table are not sealed yet; empty when it was found before that none is.

    Raises ConfigurationError when a key at the top is not here, or is another one than that with which was
    wrapped.
    """
    with _all() as unit:
        _refuse(unit)
        return {} if all_sealed(unit) else still_open(unit)


def look() -> KeysHere:
    """Everything. Raises ConfigurationError as `open_at_start`."""
    with _all() as unit:
        tops = _refuse(unit)
        ring = vault_of(unit.connection).texts
        sealed = all_sealed(unit)
        return KeysHere(
            all_sealed=sealed,
            newest=ring.newest,
            known=tuple(sorted(ring.versions)),
            tops=tops,
            partnerships=_of_partnerships(unit),
            destroyed=_destroyed(unit),
            still_open={} if sealed else still_open(unit),
        )


@contextmanager
def _all() -> Iterator[Unit]:
    with reading(across_partnerships("whoever starts looks whether every key is here")) as unit:
        yield unit


def all_sealed(unit: Unit) -> bool:
    """Whether `keys finish` has found that no text stands open."""
    return unit.session.execute(select(Installation.sealed_at)).scalar() is not None


def stands_open(column: Any) -> ColumnElement[bool]:
    """The condition that a text has not the form of a sealed one."""
    sealed = and_(column.like("v1:%:%"), column.not_like("% %"), func.length(column) > 40)
    return and_(column.is_not(None), ~sealed)


def still_open(unit: Unit, partnership: int | None = None) -> dict[str, int]:
    """How many texts of each table are not sealed, in all partnerships or one; counted to ENOUGH."""
    counts = {}
    for table, (column, rows) in TEXTS.items():
        query = select(column).where(stands_open(column), rows)
        if partnership is not None:
            query = query.where(column.class_.partnership_id == partnership)
        some = query.limit(ENOUGH).subquery()
        counts[table] = unit.session.execute(select(func.count()).select_from(some)).scalar_one()
    return counts


def _refuse(unit: Unit) -> dict[int, int]:
    """How many keys of partnerships each key at the top wraps, when all of those are here and right."""
    vault = vault_of(unit.connection)
    rows = unit.session.execute(select(*PartnershipKey.__table__.c)).all()
    for version, row in sorted({row.wrapped_by: row for row in rows}.items()):
        if version not in vault.texts.versions:
            raise ConfigurationError(_MISSING.format(version=version))
        try:
            vault.partnership_key(row.partnership_id, row.version, row.wrapped_by, row.wrapped)
        except CannotOpen as error:
            raise ConfigurationError(_ANOTHER.format(version=version)) from error
    return dict(Counter(row.wrapped_by for row in rows))


_MISSING = (
    "texts are sealed under the key of version {version}, and it is not among those of ESCALATION_KEY_FILE "
    "(or ESCALATION_KEYS, ESCALATION_KEY_HOOK). Put it back: without it nobody can read them. "
    "docs/keys.md says how"
)
_ANOTHER = (
    "the key of version {version} of ESCALATION_KEY_FILE (or ESCALATION_KEYS, ESCALATION_KEY_HOOK) is not "
    "the one under which texts are sealed here. Give the one that belongs to this database: see docs/keys.md"
)


def _of_partnerships(unit: Unit) -> dict[tuple[int, int], int]:
    query = select(CaseKey.partnership_id, CaseKey.wrapped_by, func.count().label("count"))
    alive = query.where(CaseKey.wrapped.is_not(None)).group_by(CaseKey.partnership_id, CaseKey.wrapped_by)
    return {(row.partnership_id, row.wrapped_by): row[2] for row in unit.session.execute(alive)}


def _destroyed(unit: Unit) -> int:
    gone = select(func.count()).select_from(CaseKey).where(CaseKey.wrapped.is_(None))
    return int(unit.session.execute(gone).scalar_one())
