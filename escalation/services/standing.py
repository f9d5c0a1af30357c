"""From which posts somebody acts, and with what they can prove who they are."""

import hashlib
from dataclasses import dataclass

from sqlalchemy import BindParameter, bindparam, select

from escalation.models import Appointment, Holding, Passkey, Post
from escalation.models.asking import Together
from escalation.models.types import AnySelect, Utc
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
    found = _OF_ACCOUNT.read(unit.connection, account=account, now=unit.now)
    held = [tuple(row) for row in found["held"]]
    appointed = [row.id for row in found["appointed"]]
    return Standing(
        hashlib.sha256(repr((held, appointed)).encode()).hexdigest()[:16],
        bool(appointed) or any(tier != Tier.PRACTITIONER for _, tier in held),
        has_app,
        bool(found["passkeys"]),
    )


def _held() -> AnySelect:
    return (
        select(Holding.id, Post.tier)
        .join(Post, (Post.partnership_id == Holding.partnership_id) & (Post.id == Holding.post_id))
        .where(Holding.account_id == _ACCOUNT, directory.is_current(_NOW))
        .order_by(Holding.id)
    )


def _appointed() -> AnySelect:
    return (
        select(Appointment.id)
        .where(Appointment.account_id == _ACCOUNT, offices.running(_NOW))
        .order_by(Appointment.id)
    )


_ACCOUNT: BindParameter[int] = bindparam("account")
_NOW = bindparam("now", type_=Utc())
_OF_ACCOUNT = Together(
    held=_held(),
    appointed=_appointed(),
    passkeys=select(Passkey.id).where(Passkey.user_id == _ACCOUNT).limit(1),
)
