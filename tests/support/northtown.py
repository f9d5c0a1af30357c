"""Northtown, the invented partnership: everybody holds a post in it, and nobody has raised anything yet."""

from datetime import UTC, datetime, timedelta
from functools import cache

from flask import current_app

from escalation.demo import data
from escalation.services import concerns, moving_clock, places
from escalation.web.sign_in import password_hash
from tests.support.told_once import is_new, told_once
from workflows.commands import RaiseConcern

PASSWORD = "a password of northtown"
"""With which everybody in Northtown signs in."""

FOUNDED = datetime(2026, 12, 1, 10, tzinfo=UTC)
"""A Tuesday morning: a story is the same on whichever day it is told. (Told on a Friday after closing, five
working days take two days more.)"""


def lay_out(*, shut: bool = False) -> str:
    """Puts Northtown into the database, whose clock then stands at FOUNDED. Gives the partnership's public id.

    Everybody can sign in, or nobody if it is `shut`.
    """
    password = "!" if shut else _everybodys(current_app.config["SECURITY_PASSWORD_SALT"])
    return _founded(password) if is_new() else data.load(password, history=False)


@cache
def _everybodys(salt: str) -> str:
    return str(password_hash(PASSWORD))


@told_once
def _founded(password: str) -> str:
    # An hour before: the clock is moved by whole seconds, and nobody may have come later than now.
    moving_clock.move_to(FOUNDED - timedelta(hours=1))
    partnership = data.load(password, history=False)
    moving_clock.move_to(FOUNDED)
    return partnership


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
