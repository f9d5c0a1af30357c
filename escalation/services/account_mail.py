"""Mails about a person's own account: through the same outbox as every other mail."""

import secrets

from sqlalchemy import insert, select, text

from escalation.models import Account, OutboxRow
from escalation.services import office_mail
from escalation.services.unit import reading, retried, writing


@retried
def owe(account: int, name: str, link: str | None) -> None:
    """Owes an account mail (invitation, password_reset, password_changed) with its one-time link.

    It goes out in the name of the first partnership the person belongs to; somebody who belongs to
    none gets none.
    """
    with writing() as unit:
        partnership = office_mail.partnership_of(unit, account)
        if partnership is None:
            return
        epoch = unit.connection.execute(text("SELECT epoch FROM installation")).scalar_one()
        unit.session.execute(
            insert(OutboxRow).values(
                partnership_id=partnership,
                name=name,
                account_id=account,
                slot="",
                via="self",
                set_up_link=link,
                dedupe_key=f"account:{secrets.token_hex(16)}",
                state="owed",
                owed_at=unit.now,
                next_at=unit.now,
                epoch=epoch,
            )
        )  # fmt: skip


def account_of(address: str) -> int | None:
    """The account of an address, for mails that name only the address."""
    with reading() as unit:
        return unit.session.execute(
            select(Account.id).where(Account.email == address.lower())
        ).scalar_one_or_none()
