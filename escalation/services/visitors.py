"""What somebody sees who has proved nothing yet: partnerships, and the names of agencies. Nobody's name."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from escalation.errors import NotFound
from escalation.models import Agency, Membership, Partnership
from escalation.models.types import AnyRow
from escalation.services.case_view import partnership_view
from escalation.services.unit import Unit, reading
from escalation.services.views import AgencyChoice, Draft, PartnershipView
from workflows.vocabulary import AgencyKind

UNSENT = "unsent"
"""Instead of an id: the one concern that a browser holds which nobody has signed in with."""
RAISE = "raise"


def partnerships() -> tuple[PartnershipView, ...]:
    """All partnerships of this service, by name."""
    with reading() as unit:
        rows = unit.session.execute(select(*Partnership.__table__.c).order_by(Partnership.name))
        return tuple(partnership_view(row) for row in rows)


def agencies(partnership: str) -> tuple[AgencyChoice, ...]:
    """The agencies of a partnership, without its board. Empty for one that is not there."""
    with reading() as unit:
        rows = unit.session.execute(
            select(Agency.public_id, Agency.name, Agency.kind)
            .join(Membership, Membership.agency_id == Agency.id)
            .join(Partnership, Partnership.id == Membership.partnership_id)
            .where(Partnership.public_id == partnership, Agency.kind != AgencyKind.BOARD)
            .order_by(Agency.name)
        )
        return tuple(AgencyChoice(row.public_id, row.name, row.kind) for row in rows)


def unsent(partnership: str, answers: Mapping[str, str], saved_at: datetime | None = None) -> Draft:
    """What a browser holds, as a draft; saved now, if no other time is given. Raises NotFound for a
    partnership that is not there."""
    with reading() as unit:
        return Draft(UNSENT, RAISE, partnership_view(of(unit, partnership)), answers, saved_at or unit.now)


def of(unit: Unit, partnership: str) -> AnyRow:
    """The row of a partnership by its public id. Raises NotFound."""
    row = unit.session.execute(
        select(*Partnership.__table__.c).where(Partnership.public_id == partnership)
    ).first()
    if row is None:
        raise NotFound
    return row
