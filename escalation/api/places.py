"""Where a person may raise a concern, and whom they may name."""

from flask_smorest import Blueprint

from escalation.api.admission import account
from escalation.api.document import reads
from escalation.errors import NotFound
from escalation.schemas.case import AgencySchema, PartnershipSchema
from escalation.services import places
from escalation.services.views import AgencyChoice, PartnershipView


def add_to(blueprint: Blueprint) -> None:
    """Adds the operations of this file."""

    @reads(blueprint, "/partnerships", PartnershipSchema(many=True), fails=(401,))
    def partnerships() -> list[PartnershipView]:
        """The partnerships in which you hold a post."""
        return list(places.partnerships_of(account()))

    @reads(blueprint, "/partnerships/<public_id>/agencies", AgencySchema(many=True), fails=(401, 404))
    def agencies(public_id: str) -> list[AgencyChoice]:
        """The agencies of one of your partnerships that may be challenged."""
        found = places.agencies_to_challenge(account(), public_id)
        if not found and public_id not in {p.public_id for p in places.partnerships_of(account())}:
            raise NotFound
        return list(found)
