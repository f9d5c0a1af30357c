"""Whom to ask before raising anything: the people whose post it is to listen, as the directory knows them."""

from dataclasses import dataclass

from sqlalchemy import select

from escalation.models import Partnership
from escalation.services import directory, visitors
from escalation.services.case_view import partnership_view
from escalation.services.unit import Unit, reading
from escalation.services.views import PartnershipView, WhoIsTold
from workflows.vocabulary import AgencyKind, Tier


@dataclass(frozen=True, slots=True)
class Advice:
    """In one partnership: its board's office, and the safeguarding posts of the person's own agencies.

    A post whose people are empty is held by nobody today, or by the person who asks alone.
    """

    partnership: PartnershipView
    leads: tuple[WhoIsTold, ...]


def whom_to_ask(account: int | None) -> tuple[Advice, ...]:
    """Whom a person may ask, in each partnership where they work for an agency, by its name.

    Whoever has not said who they are (None) is told of every board's office, and nobody's name.
    """
    if account is None:
        return tuple(Advice(place, ()) for place in visitors.partnerships())
    with reading() as unit:
        held = directory.posts_of(unit.session, account, unit.now)
        own: dict[int, set[int]] = {}
        for post in held:
            if post.agency_kind != AgencyKind.BOARD:
                own.setdefault(post.partnership_id, set()).add(post.agency_id)
        rows = unit.session.execute(
            select(*Partnership.__table__.c).where(Partnership.id.in_(sorted(own))).order_by(Partnership.name)
        )
        return tuple(
            Advice(partnership_view(row), _leads(unit, account, row.id, own[row.id])) for row in rows
        )


def _leads(unit: Unit, account: int, partnership: int, agencies: set[int]) -> tuple[WhoIsTold, ...]:
    known = directory.directory_of(unit.session, partnership, agencies, unit.now)
    return tuple(_who(known, post, account) for post in known.posts.values() if post.tier == Tier.LEAD)


def _who(known: directory.Directory, post: directory.HeldPost, account: int) -> WhoIsTold:
    people, via = known.whom_to_tell(post, frozenset({account}))
    return WhoIsTold(post.title, post.agency, tuple(p.name for p in people), via)
