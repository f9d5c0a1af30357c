"""From a key at the top to a text: what opens one case, or one partnership's drafts, within a unit of work.

    key at the top -> partnership_key -> case_key -> statement.text, read_log.reason
                                      -> draft.answers

One question brings the keys of some cases with those of the partnership that wrap them. Who neither reads nor
writes prose, as the sweep, asks for none.

What can go wrong: a key is not here, is another one, or was destroyed; a value was cut off, or copied from
another place. Then `open` raises, and `shown` has a sentence in place of the text.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Connection, bindparam, select

from escalation.models import CaseKey, Installation, PartnershipKey
from escalation.models.asking import Among, Asked
from escalation.security import sealing
from escalation.security.keys import vault_of
from escalation.security.sealing import CannotOpen, Destroyed, Place

NOT_HERE = "This text cannot be opened: its key is not here."
DESTROYED = "This text was destroyed."
_log = structlog.get_logger(__name__)


class Unopened(str):
    """A sentence that stands in place of a text: nothing may be carried on from it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class TextKeys:
    """The keys of one case's texts, or of one partnership's drafts, by version."""

    versions: Mapping[int, bytes]
    destroyed: bool = False
    believes_open: Callable[[], bool] = field(default=lambda: False)
    """Whether a text that is not sealed is believed: until all that was there before has been sealed."""

    def seal(self, place: Place, text: str) -> str:
        """The text, sealed with the newest key. Raises CannotOpen where there is none."""
        if self.destroyed:
            raise Destroyed
        if not self.versions:
            raise CannotOpen
        newest = max(self.versions)
        return sealing.seal(self.versions[newest], newest, place, text)

    def open(self, place: Place, text: str) -> str:
        """The text again. Raises CannotOpen, or Destroyed."""
        if self.destroyed:
            raise Destroyed
        if not sealing.is_sealed(text):
            if not self.believes_open():
                raise CannotOpen
            return text
        key = self.versions.get(sealing.version_of(text))
        if key is None:
            raise CannotOpen
        return sealing.open_(key, place, text)

    def shown(self, place: Place, text: str) -> str:
        """The text, or the sentence that stands in its place; what cannot be opened is logged."""
        try:
            return self.open(place, text)
        except Destroyed:
            return Unopened(DESTROYED)
        except CannotOpen:
            log_unopened(place)
            return Unopened(NOT_HERE)


def log_unopened(place: Place) -> None:
    """Says in the log which text cannot be opened: where it stands, and nothing of it."""
    _log.warning("a text cannot be opened", table=place.table, partnership=place.partnership, row=place.row)


def believes_open(connection: Connection) -> bool:
    """Whether texts that are not sealed are still believed: until `keys finish` has found none left."""
    vault = vault_of(connection)
    if not vault.all_sealed:
        vault.all_sealed = connection.execute(select(Installation.sealed_at)).scalar() is not None
    return not vault.all_sealed


def of_rows(connection: Connection, partnership: int, case: int, rows: Sequence[Any]) -> TextKeys:
    """The keys of one case whose rows somebody has read already, as `KEYS_OF_CASES` asks for them."""
    return _keys(connection, partnership, case, rows)


def of_cases(connection: Connection, partnership: int, cases: Collection[int]) -> Mapping[int, TextKeys]:
    """The keys of some cases of one partnership. A case without one has keys that open nothing sealed."""
    rows: dict[int, list[Any]] = defaultdict(list)
    for row in _OF_CASES.rows(connection, partnership=partnership, cases=cases) if cases else ():
        rows[row.case_id].append(row)
    return {case: _keys(connection, partnership, case, rows[case]) for case in cases}


def of_case(connection: Connection, partnership: int, case: int) -> TextKeys:
    """The keys of one case."""
    return of_cases(connection, partnership, (case,))[case]


def of_partnership(connection: Connection, partnership: int) -> TextKeys:
    """The keys of a partnership itself."""
    rows = _OF_PARTNERSHIP.rows(connection, partnership=partnership)
    found = {row.version: partial(_outer, connection, partnership, row) for row in rows}
    return TextKeys(_opened(found, partnership, "partnership"), False, partial(believes_open, connection))


def in_statement(partnership: int, case: int, seq: int, field: str) -> Place:
    """Where the text of a statement stands."""
    return Place(partnership, "statement", "text", f"{case}/{seq}/{field}")


def of_case_key(partnership: int, case: int, version: int) -> Place:
    """Where a case's wrapped key stands."""
    return Place(partnership, "case_key", "wrapped", f"{case}/{version}")


def _keys(connection: Connection, partnership: int, case: int, rows: Sequence[Any]) -> TextKeys:
    there = {r.version: partial(_inner, connection, partnership, r) for r in rows if r.wrapped is not None}
    gone = bool(rows) and not there
    return TextKeys(_opened(there, partnership, case), gone, partial(believes_open, connection))


def _opened(keys: Mapping[int, Callable[[], bytes]], partnership: int, whose: object) -> Mapping[int, bytes]:
    """Those that can be unwrapped; the others are logged."""
    found: dict[int, bytes] = {}
    for version, key in keys.items():
        try:
            found[version] = key()
        except CannotOpen:
            _log.warning("a key cannot be unwrapped", partnership=partnership, of=whose, version=version)
    return found


def _outer(connection: Connection, partnership: int, row: Any) -> bytes:
    return vault_of(connection).partnership_key(partnership, row.version, row.wrapped_by, row.wrapped)


def _inner(connection: Connection, partnership: int, row: Any) -> bytes:
    if row.outer is None:
        raise CannotOpen
    outer = vault_of(connection).partnership_key(partnership, row.wrapped_by, row.top, row.outer)
    return sealing.unwrap(outer, of_case_key(partnership, row.case_id, row.version), row.wrapped)


KEYS_OF_CASES = (
    select(
        CaseKey.case_id,
        CaseKey.version,
        CaseKey.wrapped,
        CaseKey.wrapped_by,
        PartnershipKey.wrapped.label("outer"),
        PartnershipKey.wrapped_by.label("top"),
    )
    .outerjoin(
        PartnershipKey,
        (PartnershipKey.partnership_id == CaseKey.partnership_id)
        & (PartnershipKey.version == CaseKey.wrapped_by),
    )
    .where(CaseKey.partnership_id == bindparam("partnership"), Among(CaseKey.case_id, "cases"))
)
"""The keys of some cases of one partnership, with those that wrap them."""
_OF_CASES = Asked(KEYS_OF_CASES)
_OF_PARTNERSHIP = Asked(
    select(PartnershipKey.version, PartnershipKey.wrapped, PartnershipKey.wrapped_by).where(
        PartnershipKey.partnership_id == bindparam("partnership")
    )
)
