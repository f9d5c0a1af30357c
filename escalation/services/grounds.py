"""What raising a concern stands on: the partnership, the agencies on both sides, the protocol in force."""

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from escalation.errors import NotAllowed, NotFound, Refused
from escalation.models import Agency, Membership, Partnership
from escalation.models.types import AnyRow
from escalation.services import directory, protocols
from escalation.services.unit import Unit
from workflows.beginning import facts_of
from workflows.commands import RaiseConcern
from workflows.facts import Facts
from workflows.protocol import Protocol
from workflows.vocabulary import AgencyKind, Tier, Within


@dataclass(frozen=True, slots=True)
class NewConcern:
    """A concern as a door hands it in: where it goes, what it says, and the draft it came from."""

    partnership: str
    challenged_agency: str
    challenged_role: str
    command: RaiseConcern
    draft: str | None = None
    follows: str | None = None
    further: tuple[str, ...] = ()
    """Other agencies whose decision is challenged too, where the procedure has places for them."""
    quiet: bool = False
    """Through the raiser's safeguarding lead: the other side is told the lead's name and not the raiser's."""
    raising_agency: str | None = field(default=None, repr=False)
    """For which of their agencies the person raises it, when they have said so."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What raising stands on: the partnership, the agencies on both sides, the protocol in force.

    `challenged` are the agencies whose decision it is, in the order in which they were named.
    """

    partnership: AnyRow
    raising: int
    challenged: tuple[AnyRow, ...]
    version: int
    protocol: Protocol
    around: directory.Around

    @property
    def named(self) -> tuple[int, ...]:
        """The ids of the challenged agencies."""
        return tuple(row.id for row in self.challenged)


def ground_of(unit: Unit, account: int, concern: NewConcern) -> Ground:
    """What a concern of this person would stand on.

    Raises NotAllowed when they hold no post in the partnership, NotFound for an agency or a partnership
    that is not there, Refused when it has no protocol or no place for so many agencies.
    """
    session = unit.session
    partnership = session.execute(
        select(*Partnership.__table__.c).where(Partnership.public_id == concern.partnership)
    ).first()
    if partnership is None:
        raise NotFound
    raising = _raising_agency(session, account, partnership.id, unit, concern.raising_agency)
    challenged = _challenged(session, partnership.id, (concern.challenged_agency, *concern.further))
    version, protocol = protocols.in_force(session, partnership.id, unit.now)
    _refuse_too_many(protocol, challenged)
    around = directory.around(
        session.connection(),
        partnership.id,
        unit.now,
        agencies={raising, *(row.id for row in challenged)},
        kinds=directory.lending_kinds([protocol]),
    )
    return Ground(partnership, raising, challenged, version, protocol, around)


def _challenged(session: Session, partnership: int, named: tuple[str, ...]) -> tuple[AnyRow, ...]:
    """The agencies with these public ids, in this order. Raises NotFound for one of another partnership."""
    rows = session.execute(
        select(*Agency.__table__.c)
        .join(Membership, Membership.agency_id == Agency.id)
        .where(
            Membership.partnership_id == partnership,
            Agency.public_id.in_(named),
            Agency.kind != AgencyKind.BOARD,
        )
    )
    found = {row.public_id: row for row in rows}
    if not {*named} <= found.keys():
        raise NotFound
    return tuple(found[public_id] for public_id in named)


def _refuse_too_many(protocol: Protocol, challenged: tuple[AnyRow, ...]) -> None:
    if len({row.id for row in challenged}) < len(challenged):
        raise Refused("named_twice", "An agency is named twice. Name each agency once.")
    if len(challenged) > protocol.parties:
        words = "This procedure has no place for another challenged agency. Name fewer."
        raise Refused("too_many_agencies", words)


def _raising_agency(
    session: Session, account: int, partnership: int, unit: Unit, named: str | None = None
) -> int:
    """The agency for which a person raises: the one they named, else that of their first post there.

    Raises NotAllowed when they hold none in the partnership (or not in that agency), or only a post of the
    board itself.
    """
    held = [p for p in directory.posts_of(session, account, unit.now) if p.partnership_id == partnership]
    own = [p for p in held if p.agency_kind != AgencyKind.BOARD]
    if named is not None:
        own = [p for p in own if p.agency_id == _agency(session, named)]
    if not own:
        raise NotAllowed(
            "You hold no post in an agency of this partnership. Ask the board office to add you."
        )
    return min(own, key=lambda p: (p.tier != Tier.PRACTITIONER, p.post_id)).agency_id


def _agency(session: Session, public_id: str) -> int | None:
    return session.execute(select(Agency.id).where(Agency.public_id == public_id)).scalar_one_or_none()


def facts_from(concern: NewConcern, ground: Ground) -> Facts:
    """What the router and conditional seats look at."""
    within = Within.AGENCY if {ground.raising} == {*ground.named} else Within.BETWEEN
    raising = ground.around.agencies[ground.raising].kind
    return facts_of(concern.command, ground.challenged[0].kind, within, raising)
