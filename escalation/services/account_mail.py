"""Mails about a person's own account: through the same outbox as every other mail."""

import secrets
from contextlib import suppress

from sqlalchemy import select

from escalation.errors import TooManyAttempts
from escalation.models import Account
from escalation.services import attempts, office_mail
from escalation.services.attempts import Try
from escalation.services.unit import Unit, reading, retried, writing


@retried
def owe(account: int, name: str, link: str | None) -> None:
    """Owes an account mail (invitation, password_reset, password_changed) with its one-time link.

    It goes out in the name of the first partnership the person belongs to; somebody who belongs to
    none gets none.
    """
    with writing() as unit:
        _owe(unit, account, name, link)


@retried
def owe_link(account: int | None, link: str, asking: Try) -> None:
    """Owes the mail with a link for a new password, to an account or, for a stranger's address, to nobody.

    The asking is counted in the same transaction; one too many owes nothing.
    """
    with suppress(TooManyAttempts), writing() as unit:
        attempts.take_within(unit, asking)
        _owe(unit, account, "password_reset", link)


def _owe(unit: Unit, account: int | None, name: str, link: str | None) -> None:
    partnership = office_mail.partnership_of(unit, account or 0)
    if account is not None and partnership is not None:
        office_mail.owe(unit, partnership, account, name, f"account:{secrets.token_hex(16)}", link=link)


def account_of(address: str) -> int | None:
    """The account of an address, for mails that name only the address."""
    with reading() as unit:
        return unit.session.execute(
            select(Account.id).where(Account.email == address.lower())
        ).scalar_one_or_none()
