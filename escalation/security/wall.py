"""The second wall: PostgreSQL itself shows a transaction only the partnerships that it reaches.

    unit of work -> reach -> setting of the transaction -> policy of each table (migration 0005)

The first wall is the condition in every query (see `access`). Should one be forgotten, the policies still
hide every row of another partnership, and a transaction that names none sees none. The setting ends with
its transaction, so that a pooler may stand between. SQLite has no such wall: there all this does nothing.

What can go wrong: a change of a row that is out of reach changes nothing and says nothing; a new row is
refused. Whoever owns the tables passes through the wall (see `services.database_roles`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection

SETTING = "escalation.partnerships"
"""What the policies look at: the ids of the partnerships within reach, as PostgreSQL writes an array."""


@dataclass(frozen=True, slots=True)
class Reach:
    """The partnerships whose cases a transaction may see: an expression of SQL, and its values."""

    expression: str = ""
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def column(self) -> str:
        """What sets the reach for the rest of a transaction, as a column of a select; empty: nothing."""
        return f"set_config('{SETTING}', {self.expression}, true)" if self.expression else ""


NOTHING = Reach()
"""No partnership: for whatever needs no case. What nobody has named is out of reach."""


def of_account(account: int) -> Reach:
    """Every partnership in which a person has or had a post or office, has a draft or waits to be let in."""
    return Reach("partnerships_of(%(account)s)", {"account": account})


def of_partnership(partnership: int) -> Reach:
    """One partnership."""
    return of_partnerships((partnership,))


def of_partnerships(partnerships: Iterable[int]) -> Reach:
    """Some partnerships."""
    ids = ",".join(map(str, sorted({*partnerships})))
    return Reach("%(partnerships)s", {"partnerships": f"{{{ids}}}"})


def across_partnerships(reason: str) -> Reach:
    """Every partnership there is, for what cannot be done within one. `reason` says why.

    Who may is a list of its own: `tests/architecture/test_who_reaches_across.py`.
    """
    if not reason:
        raise ValueError("who reaches across partnerships says why")
    return Reach("(SELECT coalesce(array_agg(id), '{}')::text FROM partnership)")


def turn(connection: Connection, reach: Reach) -> None:
    """Sets another reach for the rest of the transaction."""
    if connection.dialect.name == "postgresql":
        asked = reach.column or f"set_config('{SETTING}', '', true)"
        connection.exec_driver_sql(f"SELECT {asked}", dict(reach.values))
