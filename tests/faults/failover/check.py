"""What is left when the dust settles, read from the database and the mail server's own store alone.

The service's code is not asked, but for two formulas: how a Message-ID and an event's hash are made.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes
from typing import Any

from sqlalchemy import Connection, text

from escalation.security.chain import GENESIS, event_hash
from escalation.services.delivery import message_id_of
from tests.support.mail_sink import Mail

_LINK = re.compile(rb"/c/([A-Z0-9-]+)")
_SUBMITTED = text("SELECT account_id, key, result FROM submission")
_EVENTS = text(
    'SELECT c.public_id, e.seq, e.kind, e.actor_id FROM event e JOIN "case" c'
    " ON c.partnership_id = e.partnership_id AND c.id = e.case_id"
)
_MAILS = text(
    'SELECT o.epoch, o.dedupe_key, o.state, c.reference FROM outbox o LEFT JOIN "case" c'
    " ON c.partnership_id = o.partnership_id AND c.id = o.case_id"
    " LEFT JOIN event e"
    " ON e.partnership_id = o.partnership_id AND e.case_id = o.case_id AND e.seq = o.event_seq"
    " WHERE o.state <> 'skipped' AND (o.case_id IS NULL OR e.seq IS NOT NULL)"
)
_CHAIN = text(
    "SELECT partnership_id, case_id, seq, previous, body, hash,"
    " lag(hash) OVER (PARTITION BY partnership_id, case_id ORDER BY seq) AS before FROM event"
)
_TWICE = text(
    "SELECT count(*) FROM (SELECT 1 FROM event WHERE kind = 'moved_up'"
    " GROUP BY partnership_id, case_id, entry_seq HAVING count(*) > 1) AS twice"
)


@dataclass(frozen=True, slots=True)
class Found:
    """Counts. `lost`: acknowledged calls that left no trace or not all of it; `lost_mails`: owed, marked sent
    and never taken; `about_nothing`: mails taken that tell of no event; `twice`: mails taken again."""

    acknowledged: int
    lost: int
    mails: int
    about_nothing: int
    mails_twice: int
    mails_lost: int
    still_owed: int
    moved_twice: int


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail as the mail server took it: its Message-ID, and the references of the cases it links to."""

    message_id: str
    cases: frozenset[str]

    @classmethod
    def read(cls, mail: Mail) -> "Taken":
        """Reads the bytes that arrived."""
        message = message_from_bytes(mail.raw)
        parts = (part.get_payload(decode=True) for part in message.walk() if not part.is_multipart())
        found = {case.decode() for part in parts if isinstance(part, bytes) for case in _LINK.findall(part)}
        return cls(str(message["Message-ID"]), frozenset(found))


def look(
    connection: Connection, acknowledged: Sequence[dict[str, Any]], taken: Sequence[Taken], domain: str
) -> Found:
    """Compares what people and the mail server know with what the database holds."""
    owed = {message_id_of(row, domain): row for row in connection.execute(_MAILS)}
    times = Counter(mail.message_id for mail in taken)
    return Found(
        acknowledged=len(acknowledged),
        lost=_lost(connection, acknowledged),
        mails=len(times),
        about_nothing=sum(not _is_about(owed.get(mail.message_id), mail) for mail in taken),
        mails_twice=sum(times.values()) - len(times),
        mails_lost=sum(row.state == "sent" and number not in times for number, row in owed.items()),
        still_owed=sum(row.state == "owed" for row in owed.values()),
        moved_twice=int(connection.execute(_TWICE).scalar_one()),
    )


def _lost(connection: Connection, acknowledged: Sequence[dict[str, Any]]) -> int:
    """Acknowledged calls whose submission, case or events are not all there."""
    submitted = {(row.account_id, row.key): row.result for row in connection.execute(_SUBMITTED)}
    events: dict[str, dict[int, tuple[str, int | None]]] = {}
    for row in connection.execute(_EVENTS):
        events.setdefault(row.public_id, {})[row.seq] = (row.kind, row.actor_id)
    return sum(not _is_there(ack, submitted, events.get(ack["case"], {})) for ack in acknowledged)


def _is_there(
    ack: dict[str, Any], submitted: dict[tuple[int, str], str], events: dict[int, tuple[str, int | None]]
) -> bool:
    if submitted.get((ack["account"], ack["key"])) != ack["case"]:
        return False
    if any(seq not in events for seq in range(1, ack["seq"] + 1)):
        return False
    return ack["event"] is None or events[ack["event"][0]] == (ack["event"][1], ack["account"])


def _is_about(row: Any, mail: Taken) -> bool:
    """A mail is about an event when the outbox owes it by that very Message-ID, for the case it links to.

    The board's daily mail is about a day: that it is owed is all that there is to it.
    """
    return row is not None and (row.reference is None or mail.cases == {row.reference})


def broken_chains(connection: Connection) -> int:
    """Events whose hash does not cover what they say and the event before."""
    return sum(
        row.previous != (row.before or GENESIS)
        or row.hash != event_hash(row.partnership_id, row.case_id, row.seq, row.previous, row.body)
        for row in connection.execute(_CHAIN)
    )
