"""Which protocol is in force, and the one that a case began under."""

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from escalation.errors import InvalidInput, Refused
from escalation.models import ProtocolVersion
from workflows.lint import Weight, lint
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


def versions(connection: Connection, wanted: Collection[tuple[int, str]]) -> dict[int, Protocol]:
    """The protocols of version rows, given as (id, sha256), by id. A text that was read once is not read
    again: published, it never changes."""
    unread = sorted(number for number, sha256 in wanted if sha256 not in _read)
    if unread:
        query = select(ProtocolVersion.sha256, ProtocolVersion.body).where(ProtocolVersion.id.in_(unread))
        for row in connection.execute(query):
            _read[row.sha256] = _parsed(row.sha256, row.body)
    return {number: _read[sha256] for number, sha256 in wanted}


def of_ids(connection: Connection, ids: Collection[int]) -> dict[int, Protocol]:
    """The protocols of version rows, by id."""
    rows = connection.execute(
        select(ProtocolVersion.id, ProtocolVersion.sha256).where(ProtocolVersion.id.in_(sorted(ids)))
    )
    return versions(connection, {(row.id, row.sha256) for row in rows})


def publish(session: Session, partnership: int, body: str, now: datetime) -> ProtocolVersion:
    """Adds a protocol file, with the layers below it, as a version that never changes.

    Published again it is the same version. Raises workflows.loader.ProtocolError for a file that cannot
    be used, and InvalidInput for one that must not be published or differs from what was published.
    """
    protocol = loads(body, "protocol")
    if errors := [f for f in lint(protocol) if f.weight is Weight.ERROR]:
        raise InvalidInput({f.key or "protocol": [f.words] for f in errors})
    known = session.execute(
        select(ProtocolVersion).where(
            ProtocolVersion.partnership_id == partnership,
            ProtocolVersion.key == protocol.key,
            ProtocolVersion.version == protocol.version,
        )
    ).scalar_one_or_none()
    if known is not None:
        return _the_same(known, body)
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


def _the_same(known: ProtocolVersion, body: str) -> ProtocolVersion:
    if known.sha256 == body_sha256(body):
        return known
    words = f"version {known.version} is published with another text, and a published version is never edited"
    raise InvalidInput({"version": [f"{words}; give the file a new version"]})


def published(session: Session, partnership: int) -> list[ProtocolVersion]:
    """Every version that a partnership has published, the newest first."""
    query = select(ProtocolVersion).where(ProtocolVersion.partnership_id == partnership)
    ordered = query.order_by(ProtocolVersion.in_force_from.desc(), ProtocolVersion.id.desc())
    return list(session.execute(ordered).scalars())


_read: dict[str, Protocol] = {}
"""Published protocols by the hash of their text, as many as partnerships have in use."""


@lru_cache(maxsize=256)
def _parsed(sha256: str, body: str) -> Protocol:
    if body_sha256(body) != sha256:
        raise ValueError("a published protocol was changed in the database: its hash no longer fits")
    return loads(body, sha256[:12])
