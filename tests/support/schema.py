"""Brings an empty database to where the service can use it. Done once a run for each kind of database."""

from sqlalchemy import create_engine, insert
from sqlalchemy.pool import NullPool

from escalation.models import Base, Installation


def lay_foundations(url: str) -> None:
    """Makes every table and the one installation row. The clock stands: only the `clock` fixture moves it."""
    engine = create_engine(url, poolclass=NullPool)
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(Installation).values(id=1))
