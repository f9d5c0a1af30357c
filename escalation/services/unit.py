"""One unit of work: one transaction, with the database's time read at its start.

It uses a session of its own, never the one a web request may have open, so that what a use case
writes stands or falls together, whoever called it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from escalation import clock
from escalation.extensions import db


@dataclass(frozen=True, slots=True)
class Unit:
    """What a use case works with: the session of this transaction, and now.

    `real_now` differs from `now` only where the clock can be moved; sign-in sessions go by it.
    """

    session: Session
    now: datetime
    real_now: datetime

    @property
    def connection(self) -> Connection:
        """The connection under the session, for statements over whole sets of rows."""
        return self.session.connection()

    @property
    def sqlite(self) -> bool:
        """True on the embedded database, which has one writer at a time and no row locks."""
        return self.connection.dialect.name == "sqlite"


@contextmanager
def writing() -> Iterator[Unit]:
    """A transaction that may write. Commits at the end; any exception rolls it back and goes on."""
    with Session(db.engine, expire_on_commit=False) as session:
        time = clock.read(session.connection(execution_options={"write": True}))
        yield Unit(session, time.now, time.real)
        session.commit()


@contextmanager
def reading() -> Iterator[Unit]:
    """A transaction that only reads. It is always rolled back."""
    with Session(db.engine, autoflush=False) as session:
        time = clock.read(session.connection())
        yield Unit(session, time.now, time.real)
        session.rollback()
