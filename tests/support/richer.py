"""Procedures that are richer than the default, published for a partnership: one with everything that a
file can ask for, and one that has forms, words of its own, and Welsh."""

from pathlib import Path

from sqlalchemy import select

from escalation.models import Partnership
from escalation.services import protocols
from escalation.services.unit import writing
from workflows import layers, loader

NAME = "everything-1"
SPOKEN = "spoken-1"


def body(name: str = NAME) -> str:
    """The text of a procedure with the default below it."""
    file = Path(__file__).with_name(f"{name.removesuffix('-1')}.toml")

    def below(name: str) -> str:
        return loader.shipped()[name].read_text(encoding="utf-8")

    return layers.bundle(name, file.read_text(encoding="utf-8"), below)


def publish(partnership: str, name: str = NAME) -> None:
    """Puts it in force for new concerns of a partnership, by its public id."""
    with writing() as unit:
        place = unit.session.execute(
            select(Partnership.id).where(Partnership.public_id == partnership)
        ).scalar_one()
        protocols.publish(unit.session, place, body(name), unit.now)
