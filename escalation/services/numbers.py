"""The index of numbers: by which NHS number or own number of an agency a case is found again.

What was written is sealed, each time differently, so it cannot be compared. In its place a keyed hash of the
number is kept (HMAC-SHA-256, a key for each partnership, from a key that is never in the database). Equal
numbers are found, and nothing else: no part of one, no name, no address.
"""

import hashlib
import hmac
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, func, select

from escalation.models import PersonIndex, Statement
from escalation.nhs_numbers import BETWEEN, is_nhs_number
from escalation.security import envelope
from escalation.security.keys import vault_of

FIELD = "person_reference"


def normal(number: str) -> tuple[str, str]:
    """Its kind, nhs or local, and how it is compared: without what stands between, in one case."""
    plain = BETWEEN.sub("", number).casefold()
    return ("nhs" if is_nhs_number(plain) else "local"), plain


def rows_of(
    connection: Connection, partnership: int, case: int, written: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The rows of the index for what was written in a case; none where no number is among it."""
    if not written.get(FIELD, "").strip():
        return []
    vault = vault_of(connection)
    version = vault.index.newest
    kind, _ = normal(written[FIELD])
    digest = _digest(vault.for_numbers(partnership)[version], written[FIELD])
    key = {"partnership_id": partnership, "case_id": case}
    return [key | {"digest": digest, "kind": kind, "key_version": version}]


def cases_with(
    connection: Connection, partnership: int, number: str, *, among: Collection[int]
) -> frozenset[int]:
    """Those of some cases of a partnership that carry this number."""
    if not among or not number.strip():
        return frozenset()
    digests = [_digest(key, number) for key in vault_of(connection).for_numbers(partnership).values()]
    indexed = select(PersonIndex.case_id).where(
        PersonIndex.partnership_id == partnership,
        PersonIndex.case_id.in_(among),
        PersonIndex.digest.in_(digests),
    )
    return frozenset(connection.execute(indexed).scalars()) | _open_ones(
        connection, partnership, number, among
    )


def _open_ones(
    connection: Connection, partnership: int, number: str, among: Collection[int]
) -> frozenset[int]:
    """Those in which it stands as it was typed, until everything has been sealed."""
    if not envelope.believes_open(connection):
        return frozenset()
    found = select(Statement.case_id).where(
        Statement.partnership_id == partnership,
        Statement.case_id.in_(among),
        Statement.field == FIELD,
        func.lower(Statement.text) == number.lower(),
    )
    return frozenset(connection.execute(found).scalars())


def _digest(key: bytes, number: str) -> str:
    kind, plain = normal(number)
    return hmac.new(key, f"{kind}|{plain}".encode(), hashlib.sha256).hexdigest()
