"""Northtown, the invented partnership: everybody holds a post in it, and nobody has raised anything yet."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import current_app
from sqlalchemy import update

from escalation.config import Settings
from escalation.demo import data
from escalation.extensions import db
from escalation.models import Account, Partnership
from escalation.services import concerns, moving_clock, places
from escalation.services.unit import reading, writing
from escalation.web.sign_in import password_hash
from tests.support import kept_rows
from workflows.commands import RaiseConcern

PASSWORD = "a password of northtown"
"""With which everybody in Northtown signs in."""

FOUNDED = datetime(2026, 12, 1, 10, tzinfo=UTC)
"""A Tuesday morning: a story is the same on whichever day it is told. (Told on a Friday after closing, five
working days take two days more.)"""


def lay_out(*, shut: bool = False) -> str:
    """Puts Northtown into the database, whose clock then stands at FOUNDED. Gives the partnership's public id.

    Everybody can sign in, or nobody if it is `shut`. It is written through the services once in each process
    for each kind of database; after that its rows are put there as they were.
    """
    password = "!" if shut else password_hash(PASSWORD)
    if not _as_it_was_made():
        return data.load(password, history=False)
    moving_clock.make_movable()
    made = _written.get(_written_with())
    if made is None:
        return _write(password)
    kept_rows.put(made.rows)
    moving_clock.move_to(FOUNDED)
    with writing() as unit:
        unit.session.execute(update(Account).values(password=password))
    return made.partnership


@dataclass(frozen=True, slots=True)
class _Town:
    partnership: str
    rows: kept_rows.Kept


_written: dict[tuple[object, ...], _Town] = {}


def _write(password: str) -> str:
    # An hour before: the clock is moved by whole seconds, and nobody may have come later than now.
    moving_clock.move_to(FOUNDED - timedelta(hours=1))
    partnership = data.load(password, history=False)
    moving_clock.move_to(FOUNDED)
    _written[_written_with()] = _Town(partnership, kept_rows.keep())
    return partnership


def _as_it_was_made() -> bool:
    """True in a database in which nobody has written, and whose time is everybody's."""
    with reading() as unit:
        return unit.now == unit.real_now and kept_rows.nothing_in(Partnership, Account)


def _written_with() -> tuple[object, ...]:
    """What the rows depend on: how a kind of database stores them, and the keys that they are sealed with."""
    settings: Settings = current_app.config["ESCALATION"]
    return db.engine.dialect.name, settings.keys, settings.key_file, settings.key_hook


def accounts() -> dict[str, int]:
    """Everybody's account, by the name before the @ of their address."""
    return {name: account for name, (account, _) in data.accounts().items()}


def agencies(asker: int, partnership: str) -> dict[str, str]:
    """The public id of each agency that somebody may challenge, by its name."""
    return {choice.name: choice.public_id for choice in places.agencies_to_challenge(asker, partnership)}


def concern_to_hospital(asker: int, partnership: str) -> concerns.NewConcern:
    """A concern about a doctor of Northtown Hospitals."""
    command = RaiseConcern(person_reference="T-1", decision="d", risk="r", request="q")
    hospital = agencies(asker, partnership)["Northtown Hospitals"]
    return concerns.NewConcern(partnership, hospital, "doctor", command)
