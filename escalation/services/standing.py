"""From which posts somebody acts, and with what they can prove who they are."""

import hashlib
from dataclasses import dataclass

from sqlalchemy import select

from escalation.models import Appointment, Holding, Passkey, Post
from escalation.security import offices
from escalation.services import directory
from escalation.services.unit import Unit
from workflows.triggers import Trigger
from workflows.vocabulary import Tier

DECISIONS = frozenset({Trigger.CHANGE_DECISION, Trigger.KEEP_DECISION, Trigger.RECORD_DECISION})
"""What stays on record for good, so that whoever sends it proves anew who they are."""


@dataclass(frozen=True, slots=True)
class Standing:
    """`posts` changes when the person's posts or offices do; `above` is true for any above practitioner."""

    posts: str
    above: bool
    has_app: bool
    has_passkey: bool

    @property
    def has_factor(self) -> bool:
        """True for somebody who has something beside a password to prove who they are."""
        return self.has_app or self.has_passkey


def of(unit: Unit, account: int, has_app: bool) -> Standing:
    """How a person stands now."""
    held = unit.session.execute(
        select(Holding.id, Post.tier)
        .join(Post, (Post.partnership_id == Holding.partnership_id) & (Post.id == Holding.post_id))
        .where(Holding.account_id == account, directory.is_current(unit.now))
        .order_by(Holding.id)
    ).all()
    appointed = unit.session.scalars(
        select(Appointment.id)
        .where(Appointment.account_id == account, offices.running(unit.now))
        .order_by(Appointment.id)
    ).all()
    passkey = unit.session.scalar(select(Passkey.id).where(Passkey.user_id == account).limit(1))
    named = repr(([tuple(row) for row in held], list(appointed)))
    return Standing(
        hashlib.sha256(named.encode()).hexdigest()[:16],
        bool(appointed) or any(row.tier != Tier.PRACTITIONER for row in held),
        has_app,
        passkey is not None,
    )
