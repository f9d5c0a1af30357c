"""A procedure with everything that a file can ask for, published for a partnership."""

from pathlib import Path

from sqlalchemy import select

from escalation.models import Partnership
from escalation.services import protocols
from escalation.services.unit import writing
from workflows import layers, loader

NAME = "everything-1"
_FILE = Path(__file__).with_name("everything.toml")


def body() -> str:
    """The text of the procedure with the default below it."""

    def below(name: str) -> str:
        return loader.shipped()[name].read_text(encoding="utf-8")

    return layers.bundle(NAME, _FILE.read_text(encoding="utf-8"), below)


def publish(partnership: str) -> None:
    """Puts it in force for new concerns of a partnership, by its public id."""
    with writing() as unit:
        place = unit.session.execute(
            select(Partnership.id).where(Partnership.public_id == partnership)
        ).scalar_one()
        protocols.publish(unit.session, place, body(), unit.now)
