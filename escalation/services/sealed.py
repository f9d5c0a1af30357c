"""The seam at which texts are sealed on their way into a row and opened on their way out.

Nothing above it sees a sealed text, and nothing below it a text that is not sealed. Here stands what each
text is bound to, and here a case gets its key, with the first text that is written in it.
"""

from collections.abc import Sequence
from datetime import datetime

from escalation.errors import Refused
from escalation.models import CaseKey, PartnershipKey
from escalation.models.types import AnyRow
from escalation.security import envelope, sealing
from escalation.security.envelope import TextKeys, Unopened, in_statement
from escalation.security.keys import of_partnership_key, vault_of
from escalation.security.sealing import CannotOpen, Destroyed, Place
from escalation.services.sets import insert_new
from escalation.services.unit import Unit

_NOT_KEPT = (
    "This could not be sealed, so nothing was kept. The keys of this service are not all here: "
    "tell the board office, by telephone if it is urgent."
)
_GONE = "What was written in this case was destroyed, and nothing can be added to it. Raise a new concern."


def in_read_log(partnership: int, case: int, account: int, at: datetime) -> Place:
    """Where the reason of a reading stands: its row has no number yet when it is sealed."""
    return Place(partnership, "read_log", "reason", f"{case}/{account}/{at.isoformat()}")


def in_draft(partnership: int, account: int, public_id: str) -> Place:
    """Where the answers of a draft stand."""
    return Place(partnership, "draft", "answers", f"{account}/{public_id}")


def keys_to_write(unit: Unit, partnership: int, case: int, read: Sequence[AnyRow] = ()) -> TextKeys:
    """The keys of a case, made if it has none; `read` are their rows where they were read with the case.
    Raises Refused when its texts cannot be sealed."""
    if read:
        return _usable(envelope.of_rows(unit.connection, partnership, case, read))
    keys = envelope.of_case(unit.connection, partnership, case)
    if not keys.versions and not keys.destroyed:
        _make_case_key(unit, partnership, case)
        keys = envelope.of_case(unit.connection, partnership, case)
    return _usable(keys)


def keys_of_drafts(unit: Unit, partnership: int) -> TextKeys:
    """The keys of a partnership's drafts, made if it has none. Raises Refused as `keys_to_write`."""
    keys = envelope.of_partnership(unit.connection, partnership)
    if not keys.versions:
        make_partnership_key(unit, partnership, 1)
        keys = envelope.of_partnership(unit.connection, partnership)
    return _usable(keys)


def newest_of_partnership(unit: Unit, partnership: int) -> tuple[int, bytes]:
    """The version and the key with which a partnership's new keys are wrapped."""
    versions = keys_of_drafts(unit, partnership).versions
    newest = max(versions)
    return newest, versions[newest]


def _usable(keys: TextKeys) -> TextKeys:
    if keys.destroyed:
        raise Refused("destroyed", _GONE)
    if not keys.versions:
        raise Refused("keys_missing", _NOT_KEPT)
    return keys


def _make_case_key(unit: Unit, partnership: int, case: int) -> None:
    """One that a rival makes at the same time counts as well: whoever is second takes it."""
    by, outer = newest_of_partnership(unit, partnership)
    place = envelope.of_case_key(partnership, case, 1)
    row = {
        "partnership_id": partnership, "case_id": case, "version": 1, "wrapped_by": by,
        "wrapped": sealing.wrap(outer, by, place, sealing.new_key()), "made_at": unit.now,
    }  # fmt: skip
    insert_new(unit.connection, CaseKey, row)


def make_partnership_key(unit: Unit, partnership: int, version: int) -> None:
    """A new key of a partnership, wrapped with the newest at the top."""
    top = vault_of(unit.connection).texts
    place = of_partnership_key(partnership, version)
    wrapped = sealing.wrap(top.of(top.newest), top.newest, place, sealing.new_key())
    row = {
        "partnership_id": partnership, "version": version, "wrapped": wrapped,
        "wrapped_by": top.newest, "made_at": unit.now,
    }  # fmt: skip
    insert_new(unit.connection, PartnershipKey, row)


__all__ = [
    "CannotOpen",
    "Destroyed",
    "TextKeys",
    "Unopened",
    "in_draft",
    "in_read_log",
    "in_statement",
    "keys_of_drafts",
    "keys_to_write",
    "make_partnership_key",
    "newest_of_partnership",
]
