"""Which protocol is in force, and the one that a case began under."""

from datetime import datetime
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from escalation.errors import Refused
from escalation.models import ProtocolVersion
from workflows.loader import body_sha256, loads
from workflows.protocol import Protocol


def in_force(session: Session, partnership: int, now: datetime) -> tuple[int, Protocol]:
    """The newest version in force: its row id and the protocol.

    Raises Refused when the partnership has published none.
    """
    row = session.execute(
        select(ProtocolVersion.id, ProtocolVersion.sha256, ProtocolVersion.body)
        .where(ProtocolVersion.partnership_id == partnership, ProtocolVersion.in_force_from <= now)
        .order_by(ProtocolVersion.in_force_from.desc(), ProtocolVersion.id.desc())
        .limit(1)
    ).first()
    if row is None:
        raise Refused(
            "no_protocol", "This partnership has not published its procedure yet. Tell the board office."
        )
    return row.id, _parsed(row.sha256, row.body)


def versions(session: Session, ids: set[int]) -> dict[int, Protocol]:
    """The protocols of version rows, by id."""
    rows = session.execute(
        select(ProtocolVersion.id, ProtocolVersion.sha256, ProtocolVersion.body).where(
            ProtocolVersion.id.in_(sorted(ids))
        )
    )
    return {row.id: _parsed(row.sha256, row.body) for row in rows}


def publish(session: Session, partnership: int, body: str, now: datetime) -> ProtocolVersion:
    """Adds a protocol file as a version that never changes. Raises workflows.loader.ProtocolError."""
    protocol = loads(body, "protocol")
    row = ProtocolVersion(
        partnership_id=partnership,
        key=protocol.key,
        version=protocol.version,
        sha256=body_sha256(body),
        body=body,
        in_force_from=now,
    )
    session.add(row)
    session.flush()
    return row


@lru_cache(maxsize=256)
def _parsed(sha256: str, body: str) -> Protocol:
    if body_sha256(body) != sha256:
        raise ValueError("a published protocol was changed in the database: its hash no longer fits")
    return loads(body, sha256[:12])
