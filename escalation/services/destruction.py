"""What is destroyed with a case's content, in the transaction that puts it on record.

    case_key       every version: what it sealed (statements, reasons of readings) opens never again
    person_index   by which numbers the case could be found
    draft          what was filled in from the case, or begun on it, and not sent

The sealed texts themselves stay, since the record binds them: without a key they are noise. What is kept on
purpose, and what is beyond reach of a transaction, stands in docs/keys.md.
"""

import structlog
from sqlalchemy import delete, select, update

from escalation.errors import Refused
from escalation.extensions import db
from escalation.models import CaseKey, DraftRow, PersonIndex, ReadEntry, Statement
from escalation.models.types import AnySelect
from escalation.services.case_file import CaseFile
from escalation.services.keys_here import TEXTS, stands_open
from escalation.services.unit import Unit

_BUSY_MS = 1_000
_NOT_SEALED = (
    "Some of this case's texts are not sealed yet, so destroying its key would not destroy them. "
    "Ask the operator to run `escalation keys seal-existing`."
)
_log = structlog.get_logger(__name__)


def is_destroyed(unit: Unit, file: CaseFile) -> bool:
    """Whether this case's keys are gone."""
    return unit.session.execute(_keys(file).where(CaseKey.destroyed_at.is_not(None))).first() is not None


def require_sealed(unit: Unit, file: CaseFile) -> None:
    """Raises Refused when destroying the keys would leave something readable, or there is no key."""
    if unit.session.execute(_keys(file).where(CaseKey.wrapped.is_not(None))).first() is None:
        raise Refused("no_key", "This case has no key that could be destroyed. Ask the operator.")
    for model in (Statement, ReadEntry):
        column, some = TEXTS[model.__tablename__]
        mine = (model.partnership_id == file.row.partnership_id, model.case_id == file.row.id)
        query = select(column).where(*mine, some, stands_open(column)).limit(1)
        if unit.session.execute(query).first() is not None:
            raise Refused("not_sealed", _NOT_SEALED)


def destroy(unit: Unit, file: CaseFile) -> None:
    """Destroys it all. To be called in the unit that writes the event."""
    partnership, case = file.row.partnership_id, file.row.id
    unit.session.execute(
        update(CaseKey)
        .where(CaseKey.partnership_id == partnership, CaseKey.case_id == case, CaseKey.wrapped.is_not(None))
        .values(wrapped=None, destroyed_at=unit.now)
    )
    for model in (PersonIndex, DraftRow):
        mine = (model.partnership_id == partnership, model.case_id == case)
        unit.session.execute(delete(model).where(*mine))


def write_over_the_log() -> None:
    """Lets an embedded database write its log into the file now: the log held the key's old row.

    As well as it can: whoever reads just then keeps the log, and it goes with a later checkpoint.
    """
    if db.engine.dialect.name != "sqlite":
        return
    connection = db.engine.raw_connection()
    try:
        # Outside a transaction, and with less patience than a unit of work: nobody waits for this.
        asked = connection.cursor()
        asked.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
        asked.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        busy = asked.fetchone()
        if busy is None or busy[0]:
            _log.warning("the log of the database was not written over yet: somebody reads")
    finally:
        connection.invalidate()


def _keys(file: CaseFile) -> AnySelect:
    return select(CaseKey.version).where(
        CaseKey.partnership_id == file.row.partnership_id, CaseKey.case_id == file.row.id
    )
