"""A form that is sent twice counts once: the key comes with the form, the result is kept."""

import hashlib
import hmac
import secrets

from sqlalchemy import select

from escalation.errors import Refused
from escalation.models import Submission
from escalation.security.keys import vault_of
from escalation.services.sets import insert_new
from escalation.services.unit import Unit, of_account, reading


def new_key() -> str:
    """A random key for the hidden field of a form."""
    return secrets.token_urlsafe(24)


def fingerprint(*parts: object) -> str:
    """What was sent, as a hash: enough to tell whether a second sending is the same."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _keyed(unit: Unit, print_: str) -> tuple[str, ...]:
    """A fingerprint as it is kept, with the newest key first: whoever has the table alone can guess nothing
    of what was sent."""
    keys = sorted(vault_of(unit.connection).for_fingerprints().items(), reverse=True)
    return tuple(hmac.new(key, print_.encode(), hashlib.sha256).hexdigest() for _, key in keys)


def first_result(
    unit: Unit, account: int, partnership: int, key: str, print_: str, result: str
) -> str | None:
    """Takes the key, or gives the result of whoever took it first (None when it was free).

    Two that arrive together wait for each other in the database. Raises Refused when the same key
    comes with other content.
    """
    prints = _keyed(unit, print_)
    values = {"account_id": account, "key": key, "partnership_id": partnership, "fingerprint": prints[0]}
    taken = insert_new(unit.connection, Submission, values | {"result": result, "at": unit.now})
    if taken:
        return None
    earlier = unit.session.execute(
        select(Submission.fingerprint, Submission.result).where(
            Submission.account_id == account, Submission.key == key
        )
    ).one()
    if earlier.fingerprint not in prints:
        raise Refused(
            "sent_before", "This form was sent before with other answers. Open it again to send new ones."
        )
    return str(earlier.result)


def result_of(account: int, key: str) -> str | None:
    """What a person's sending with this key made (a public id), or None when they sent nothing with it."""
    with reading(of_account(account)) as unit:
        return unit.session.execute(
            select(Submission.result).where(Submission.account_id == account, Submission.key == key)
        ).scalar_one_or_none()


def is_on_record(account: int, key: str, result: str) -> bool:
    """Whether a person's sending with this key made `result` (a public id).

    For whoever may not see what they have just moved: the answer is then all that they get.
    """
    return result_of(account, key) == result
