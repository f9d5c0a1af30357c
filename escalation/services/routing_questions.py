"""What the procedure in force asks of whoever raises a concern."""

from collections.abc import Mapping

from sqlalchemy import select

from escalation.errors import NotFound, Refused
from escalation.models import Partnership
from escalation.services import forms, protocols
from escalation.services.unit import reading
from escalation.services.views import RaiseAsks
from workflows.protocol import Protocol
from workflows.vocabulary import FURTHER, Anchor, Subject

SUBJECTS: Mapping[Subject, str] = {
    Subject.CHILD: "A child",
    Subject.ADULT: "An adult",
    Subject.ISSUE: "No single person: how agencies work",
}


def asked_by(partnership: str) -> RaiseAsks:
    """What a partnership's procedure asks for; nothing while it has published none. Raises NotFound."""
    with reading() as unit:
        place = unit.session.execute(
            select(Partnership.id).where(Partnership.public_id == partnership)
        ).scalar_one_or_none()
        if place is None:
            raise NotFound
        try:
            return asks_of(protocols.in_force(unit.session, place, unit.now)[1])
        except Refused:
            return RaiseAsks()


def asks_of(protocol: Protocol) -> RaiseAsks:
    """What a protocol asks for: only what bears on where a concern goes, who sits, and when time counts."""
    asked = {key for route in protocol.routes for key in route.when}
    asked |= {key for slot in protocol.slots.values() for key in slot.when}
    clocks = [clock for stage in protocol.stages for clock in protocol.clocks_of(stage)]
    usual = next(iter(protocol.tracks.values()))
    entries = () if usual.elsewhere else usual.entries
    return RaiseAsks(
        subjects={str(s): SUBJECTS[s] for s in protocol.subjects} if "subject" in asked else {},
        topics=protocol.topics if "topic" in asked else {},
        forums=protocol.forums if "forum" in asked else {},
        entries={e: protocol.stages[e].name for e in entries} if len(entries) > 1 else {},
        concern=any(clock.anchor is Anchor.CONCERN for clock in clocks),
        protect=any(clock.protective for clock in clocks),
        further=FURTHER[: protocol.parties - 1],
        forms=tuple(forms.view_of(form, protocol.welsh) for form in forms.raising_forms(protocol)),
        words=protocol.words,
        welsh=protocol.welsh,
    )
