"""Proof of a mail address: a one-time code goes to it, and is typed in the browser that asked for it.

    ask -> a code, hashed with a key, in `address_proof`; the code itself in the outbox until it has left
    prove -> the right code from the same browser, in time, once, and for the same purpose

Whoever asks gets the same answer at the same cost, whether anybody is known by that address or not: a
mail is always owed. An address of which nothing is known gets an account that holds nothing and has no
password: it opens no door, and `forget` deletes it when nothing came of it.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import func, insert, select, update

from escalation.errors import InvalidInput
from escalation.models import Account, AddressProof, Holding, Partnership
from escalation.models.types import AnyRow
from escalation.security.public_ids import new_public_id
from escalation.services import attempts, office_mail
from escalation.services.attempts import Try
from escalation.services.sets import insert_new
from escalation.services.unit import Unit, reading, retried, writing

LASTS = timedelta(minutes=15)
DIGITS = 8
TRIES = 5
"""How often a wrong code may be typed before a new one must be asked for."""
MAIL = "one_time_code"
_HOUR = timedelta(hours=1)
_WRONG = "The code is not right, or it is too old. Look at the newest mail, or ask for another code"


class Purpose(StrEnum):
    """What a code is for. One that was asked for one thing is no good for another."""

    RAISE = "raise"
    SIGN_IN = "sign_in"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a browser has asked for: a code to an address, for a purpose.

    `browser` is the browser's own secret, which only its session holds, and `key` the service's; `place` is
    the partnership that it is for (a public id), where that is known, and `network` whence it came.
    """

    address: str
    purpose: Purpose
    browser: str
    key: bytes
    place: str | None = None
    network: str = ""

    @property
    def email(self) -> str:
        """The address as it is kept."""
        return self.address.strip().lower()

    def hash_of(self, code: str) -> str:
        """What is kept of a code: without the key a stolen table does not tell its few digits."""
        said = "\0".join((self.purpose, self.email, self.browser, code))
        return hmac.new(self.key, said.encode(), hashlib.sha256).hexdigest()

    @property
    def browser_hash(self) -> str:
        """What is kept of the browser's secret."""
        return hashlib.sha256(self.browser.encode()).hexdigest()


def new_browser() -> str:
    """A secret for a browser, of 256 bits."""
    return secrets.token_urlsafe(32)


def ask(asked: Asked) -> None:
    """Sends a code to an address. Raises TooManyAttempts when too many were asked for."""
    attempts.take(*_brakes(asked))
    _ask(asked, "".join(secrets.choice("0123456789") for _ in range(DIGITS)))


def _brakes(asked: Asked) -> tuple[Try, ...]:
    """Nobody's mailbox is filled and nobody guesses for long; a flood keeps others waiting for a minute."""
    return (
        Try("code_to_address", asked.email, 8, _HOUR),
        Try("code_to_browser", asked.browser, 6, _HOUR),
        Try("code_to_network", asked.network, 40, _HOUR, timedelta(minutes=5)),
        Try("code_in_partnership", asked.place or "", 200, _HOUR, timedelta(minutes=1)),
    )


@retried
def _ask(asked: Asked, code: str) -> None:
    with writing() as unit:
        partnership = _place(unit, asked)
        if partnership is None:
            return
        account = _account(unit, asked.email)
        public_id = new_public_id()
        unit.session.execute(
            insert(AddressProof).values(
                public_id=public_id,
                email=asked.email,
                code_hash=asked.hash_of(code),
                browser_hash=asked.browser_hash,
                sent_at=unit.real_now,
                expires_at=unit.real_now + LASTS,
            )
        )
        _owe(unit, partnership, account, public_id, code)


def _place(unit: Unit, asked: Asked) -> int | None:
    """The partnership in whose name the mail goes: the one that is asked, else their own, else the first."""
    own = (
        select(func.min(Holding.partnership_id))
        .join(Account, Account.id == Holding.account_id)
        .where(Account.email == asked.email)
        .scalar_subquery()
    )
    named = select(Partnership.id).where(Partnership.public_id == asked.place).scalar_subquery()
    first = select(func.min(Partnership.id)).scalar_subquery()
    return unit.session.execute(select(func.coalesce(named, own, first))).scalar_one_or_none()


def _account(unit: Unit, email: str) -> int:
    """The account of an address. It is tried to make one every time, so that both cost the same."""
    new = {
        "email": email,
        "name": "",
        "active": True,
        "mail_ok": True,
        "fs_uniquifier": secrets.token_hex(32),
        "created_at": unit.now,
    }
    insert_new(unit.connection, Account, new)
    return unit.session.execute(select(Account.id).where(Account.email == email)).scalar_one()


def _owe(unit: Unit, partnership: int, account: int, public_id: str, code: str) -> None:
    office_mail.owe(unit, partnership, account, MAIL, f"code:{public_id}", link=f"{code[:4]} {code[4:]}")


def prove(asked: Asked, code: str) -> int:
    """The account whose address this browser has proved.

    Raises InvalidInput (`code`) for a code that is wrong, too old or used, or asked for by another browser
    or for another purpose; TooManyAttempts for a browser that keeps guessing.
    """
    digits = "".join(code.split()).replace("-", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) == DIGITS):
        raise InvalidInput({"code": [f"Enter the {DIGITS} digits of the code in the mail"]})
    attempts.take(Try("code_tried", asked.browser, 4 * TRIES, _HOUR))
    account = _prove(asked, digits)
    if account is None:
        raise InvalidInput({"code": [_WRONG]})
    return account


@retried
def _prove(asked: Asked, digits: str) -> int | None:
    with writing() as unit:
        live = _live(unit, asked)
        right = [row for row in live if hmac.compare_digest(row.code_hash, asked.hash_of(digits))]
        mine = AddressProof.public_id.in_([row.public_id for row in live])
        if not right:
            unit.session.execute(update(AddressProof).where(mine).values(tries=AddressProof.tries + 1))
            return None
        unit.session.execute(update(AddressProof).where(mine).values(used_at=unit.real_now))
        return _reached(unit, asked.email)


def _reached(unit: Unit, email: str) -> int | None:
    """The account of an address to which a mail has just come: if one came back before, that is over."""
    account = unit.session.execute(select(Account.id).where(Account.email == email)).scalar_one_or_none()
    unit.session.execute(
        update(Account).where(Account.id == account, Account.active, ~Account.mail_ok).values(mail_ok=True)
    )
    return account


def _live(unit: Unit, asked: Asked) -> Sequence[AnyRow]:
    """Codes that this browser asked for and may still use: an earlier one, too, whose mail came late."""
    return unit.session.execute(
        select(AddressProof.public_id, AddressProof.code_hash)
        .where(
            AddressProof.email == asked.email,
            AddressProof.browser_hash == asked.browser_hash,
            AddressProof.used_at.is_(None),
            AddressProof.tries < TRIES,
            AddressProof.expires_at > unit.real_now,
        )
        .order_by(AddressProof.public_id)
        .with_for_update()
    ).all()


def is_active(account: int) -> bool:
    """Whether this person may sign in at all: somebody whose way in was ended may not."""
    with reading() as unit:
        return bool(unit.session.execute(select(Account.active).where(Account.id == account)).scalar_one())


__all__ = ["DIGITS", "LASTS", "MAIL", "TRIES", "Asked", "Purpose", "ask", "is_active", "new_browser", "prove"]
