"""One partnership after the other, for what the clock does in all of them."""

from collections.abc import Iterator

from sqlalchemy import select

from escalation.models import Partnership
from escalation.models.types import AnyRow
from escalation.services.unit import Unit, of_partnership


def partnerships(unit: Unit) -> Iterator[AnyRow]:
    """The row of each partnership, by id. While one is given, the unit reaches that one."""
    places = unit.session.execute(select(*Partnership.__table__.c).order_by(Partnership.id)).all()
    for place in places:
        unit.turn_to(of_partnership(place.id))
        yield place
