"""People as identity providers know them: an issuer and a subject, tied to one account each.

A provider says who somebody is and nothing else. Whether they may come in is the account's to say, and
what they may do is said by the posts that our own directory gives them.

    id token -> Asserted -> known here? -> its account, unless ended or lapsed
                               |
                               no -> an address the provider may vouch for, of an account -> tied, once
                               |
                               no -> refused, in the same words for known and unknown

Every tie and every refusal is recorded, with codes and ids.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from escalation.errors import Refused
from escalation.models import Account, Identity, SignInRecord
from escalation.models.types import AnyRow, AnySelect
from escalation.services.unit import Unit, reading, retried, writing

HOW = "provider"
_NOT_YOURS = (
    "This identity cannot be linked to your account: it belongs to another account here, or your account "
    "is linked to another identity of the same provider. Unlink that one first, or ask the board office."
)


@dataclass(frozen=True, slots=True)
class Asserted:
    """What a provider said of somebody: `address` only when it may vouch for it, else empty."""

    issuer: str
    subject: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Linked:
    """An identity of an account, for the person to see."""

    issuer: str
    linked_at: datetime
    used_at: datetime


@retried
def come_in(asserted: Asserted) -> int | None:
    """The account that may sign in with what was asserted; None when none may, which is recorded."""
    with writing() as unit:
        known = _known(unit, asserted)
        account, why = _admitted(unit, known) if known else _first_time(unit, asserted)
        if why:
            _record(unit, account, "refused", why)
            return None
        _use(unit, asserted)
        return account


@retried
def link(account: int, asserted: Asserted) -> None:
    """Ties an identity to the account of somebody who is signed in. Tied to it already, nothing changes.

    Raises Refused when either of the two is tied to another; that is recorded.
    """
    if not _link(account, asserted):
        with writing() as unit:
            _record(unit, account, "link_refused", "somebody_else")
        raise Refused("not_yours", _NOT_YOURS)


@retried
def unlink(account: int, issuer: str) -> bool:
    """Unties what an issuer says from an account. False when there was nothing to untie."""
    with writing() as unit:
        gone = unit.session.execute(
            delete(Identity)
            .where(Identity.account_id == account, Identity.issuer == issuer)
            .returning(Identity.subject)
        ).all()
        if gone:
            _record(unit, account, "unlinked")
        return bool(gone)


def of_account(account: int) -> dict[str, Linked]:
    """The identities of an account, by issuer."""
    with reading() as unit:
        rows = unit.session.execute(
            select(Identity.issuer, Identity.linked_at, Identity.used_at).where(
                Identity.account_id == account
            )
        )
        return {row.issuer: Linked(row.issuer, row.linked_at, row.used_at) for row in rows}


@retried
def proved_again(account: int, asserted: Asserted) -> bool:
    """Whether it was the account's own person who proved anew who they are. Recorded either way."""
    with writing() as unit:
        known = _known(unit, asserted)
        right = known is not None and known.account_id == account
        _record(unit, account, "proved" if right else "refused", "" if right else "somebody_else")
        if right:
            _use(unit, asserted)
        return right


def real_now() -> datetime:
    """The real time, by the database: what a provider's time is compared with."""
    with reading() as unit:
        return unit.real_now


def _known(unit: Unit, asserted: Asserted) -> AnyRow | None:
    return unit.session.execute(
        select(Identity.account_id, Account.active, Account.lapsed_at)
        .join(Account, Account.id == Identity.account_id)
        .where(Identity.issuer == asserted.issuer, Identity.subject == asserted.subject)
    ).first()


def _admitted(unit: Unit, row: AnyRow) -> tuple[int | None, str]:
    """The account, and a code when it may not come in."""
    if not row.active:
        return row.account_id, "ended"
    return row.account_id, "lapsed" if row.lapsed_at is not None else ""


def _first_time(unit: Unit, asserted: Asserted) -> tuple[int | None, str]:
    """The account of the address that the provider vouches for, tied to this identity from now on."""
    if not asserted.address:
        return None, "not_vouched_for"
    row = unit.session.execute(_locked().where(Account.email == asserted.address)).first()
    if row is None:
        return None, "unknown"
    if _known(unit, asserted) is not None:  # the same sign-in, sent twice: the other one was faster
        return _admitted(unit, row)
    account, why = _admitted(unit, row)
    if not why and _has_another(unit, row.account_id, asserted.issuer):
        why = "other_subject"
    if not why:
        _tie(unit, row.account_id, asserted)
    return account, why


def _link(account: int, asserted: Asserted) -> bool:
    try:
        with writing() as unit:
            unit.session.execute(_locked().where(Account.id == account)).one()
            known = _known(unit, asserted)
            if known is not None:
                return bool(known.account_id == account)
            if _has_another(unit, account, asserted.issuer):
                return False
            _tie(unit, account, asserted)
            return True
    except IntegrityError:  # somebody else was faster with the same identity
        return False


def _locked() -> AnySelect:
    """Accounts, held until the end: two first sign-ins of one account come one after the other."""
    return select(Account.id.label("account_id"), Account.active, Account.lapsed_at).with_for_update()


def _has_another(unit: Unit, account: int, issuer: str) -> bool:
    found = select(Identity.subject).where(Identity.account_id == account, Identity.issuer == issuer)
    return unit.session.execute(found).first() is not None


def _tie(unit: Unit, account: int, asserted: Asserted) -> None:
    unit.session.execute(
        insert(Identity).values(
            issuer=asserted.issuer, subject=asserted.subject, account_id=account,
            linked_at=unit.now, used_at=unit.now,
        )
    )  # fmt: skip
    _record(unit, account, "linked")


def _use(unit: Unit, asserted: Asserted) -> None:
    unit.session.execute(
        update(Identity)
        .where(Identity.issuer == asserted.issuer, Identity.subject == asserted.subject)
        .values(used_at=unit.now)
    )


def _record(unit: Unit, account: int | None, what: str, why: str = "") -> None:
    how = f"{HOW}:{why}" if why else HOW
    unit.session.execute(
        insert(SignInRecord).values(account_id=account, what=what, how=how, at=unit.real_now, detail="")
    )
