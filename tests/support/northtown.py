"""Northtown, the invented partnership: everybody holds a post in it, and nobody has raised anything yet."""

from escalation.demo import data
from escalation.services import concerns, places
from escalation.web.sign_in import password_hash
from workflows.commands import RaiseConcern

PASSWORD = "a password of northtown"
"""With which everybody in Northtown signs in."""


def lay_out(*, shut: bool = False) -> str:
    """Puts Northtown into the database. Gives the partnership's public id.

    Everybody can sign in, or nobody if it is `shut`, which takes less time.
    """
    return data.load("!" if shut else password_hash(PASSWORD), history=False)


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
