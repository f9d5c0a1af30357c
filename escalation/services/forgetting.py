"""What came of no proof is forgotten: codes, mails with codes, and accounts that only asked for one."""

from datetime import timedelta

from sqlalchemy import ColumnElement, delete, exists, or_, select, update

from escalation.models import (
    Account,
    AddressProof,
    Appointment,
    Case,
    DeclaredInterest,
    Diversion,
    DraftRow,
    EventRow,
    Holding,
    Newcomer,
    NumberSearch,
    OutboxRow,
    Participation,
    ReadEntry,
    Submission,
    WebSession,
)
from escalation.services import proofs
from escalation.services.unit import Unit, across_partnerships, retried, writing

KEPT = timedelta(days=1)
"""How long a proof is kept after it was asked for, and an account of which nothing is known."""
BATCH = 200


@retried
def forget() -> dict[str, int]:
    """Forgets a batch of each; how many, by word. What it leaves is for the next time."""
    with writing(across_partnerships("an account is known wherever it has left a trace")) as unit:
        return {
            "codes_too_old": _drop_late_mails(unit),
            "codes": _drop_codes(unit),
            "accounts": _drop_accounts(unit),
        }


def _drop_late_mails(unit: Unit) -> int:
    """A mail with a code that could not leave in time would bring one that is no good any more."""
    late = (OutboxRow.name == proofs.MAIL) & (OutboxRow.owed_at < unit.now - proofs.LASTS)
    dropped = unit.session.execute(
        update(OutboxRow)
        .where(late, OutboxRow.state == "owed")
        .values(state="skipped", set_up_link=None, lease_until=None, error="the code is too old")
        .returning(OutboxRow.id)
    )
    spent = update(OutboxRow).where(late, OutboxRow.set_up_link.is_not(None), OutboxRow.state != "owed")
    unit.session.execute(spent.values(set_up_link=None))
    return len(dropped.all())


def _drop_codes(unit: Unit) -> int:
    old = select(AddressProof.public_id).where(AddressProof.sent_at < unit.real_now - KEPT).limit(BATCH)
    gone = delete(AddressProof).where(AddressProof.public_id.in_(old)).returning(AddressProof.public_id)
    return len(unit.session.execute(gone).all())


def _drop_accounts(unit: Unit) -> int:
    """Accounts that nobody ever came in with, and that nothing on record names."""
    found = (
        select(Account.id)
        .where(Account.password.is_(None), Account.created_at < unit.now - KEPT, Account.name == "")
        .where(~or_(*_traces()), ~exists().where(_other_mail()))
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    ids = list(unit.session.execute(found).scalars())
    if ids:
        unit.session.execute(delete(OutboxRow).where(OutboxRow.account_id.in_(ids)))
        unit.session.execute(delete(Account).where(Account.id.in_(ids)))
    return len(ids)


def _traces() -> list[ColumnElement[bool]]:
    """Everything by which an account is more than an address that was asked about."""
    by_account = (
        Holding, Appointment, DeclaredInterest, Newcomer, DraftRow, Diversion, Submission, Participation,
        ReadEntry, WebSession, NumberSearch,
    )  # fmt: skip
    traces: list[ColumnElement[bool]] = [
        exists().where(table.account_id == Account.id) for table in by_account
    ]
    live = exists().where(AddressProof.email == Account.email)
    return [
        *traces,
        exists().where(Case.raiser_id == Account.id),
        exists().where(EventRow.actor_id == Account.id),
        live,
    ]


def _other_mail() -> ColumnElement[bool]:
    return (OutboxRow.account_id == Account.id) & (
        (OutboxRow.name != proofs.MAIL) | (OutboxRow.state == "owed")
    )
