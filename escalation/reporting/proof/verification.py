"""A verification of everything, partnership by partnership, each in one snapshot."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, select

from escalation import clock
from escalation.extensions import db
from escalation.models import Case, Partnership
from escalation.models.types import AnyRow
from escalation.reporting.proof import anchors
from escalation.reporting.proof.anchors import Anchor
from escalation.reporting.proof.case_rows import case_rows
from escalation.reporting.proof.chains import Chains, Streams
from escalation.reporting.proof.erasures import Erasures
from escalation.reporting.proof.findings import Report
from escalation.reporting.proof.rows import EVENTS, HEADS, STATEMENTS, Ahead, snapshot, stream
from escalation.reporting.proof.sealed import Seals, check_reads
from escalation.reporting.proof.times import Times
from escalation.security.chain import microseconds


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be verified: everything, one partnership (its public id or name), or one case by its
    reference. `keys` are the public keys that seals may be signed with, by their id. `pause` is how many
    seconds it rests after each batch of rows, to leave the machine to others."""

    partnership: str | None = None
    case: str | None = None
    replay: bool = False
    anchors: tuple[Anchor, ...] = ()
    keys: Mapping[str, str] = field(default_factory=dict)
    pause: float = 0.0


def verify(asked: Asked) -> Report:
    """Looks at all that was asked for. Raises LookupError for a partnership or case that is unknown."""
    report, engine = Report(), db.engine
    places = _places(engine, asked.partnership)
    looked_at = [place for place in places if _verify(engine, place, asked, report)]
    if asked.case is not None and not looked_at:
        raise LookupError(f"there is no case {asked.case}")
    _unknown_anchors(asked, {place.public_id for place in places}, report)
    return report


def _places(engine: Engine, named: str | None) -> list[AnyRow]:
    with engine.connect() as connection:
        query = select(Partnership.id, Partnership.public_id, Partnership.name).order_by(Partnership.id)
        places = [p for p in connection.execute(query) if named in (None, p.public_id, p.name)]
        connection.rollback()
    if named is not None and not places:
        raise LookupError(f"there is no partnership {named}")
    return places


def _verify(engine: Engine, place: AnyRow, asked: Asked, report: Report) -> bool:
    with snapshot(engine, place.id) as connection:
        case = _case(connection, place.id, asked.case)
        if asked.case is not None and case is None:
            return False
        report.partnerships += 1
        before = dict(report.counts)
        now = microseconds(clock.read(connection).now)
        sealed = Seals(connection, place.id, asked.keys, report)
        times = Times(now, sealed.check(place.name, place.public_id), report)
        if not sealed.hashes:
            report.incomplete("no_seals", place.name, "nothing of it is sealed")
        _rows(connection, place, case, asked, report, times)
        mine = tuple(a for a in asked.anchors if a.public_id == place.public_id)
        anchors.check(mine, sealed.hashes, place.name, report)
        report.looked_at(place.public_id, before)
    return True


def _rows(
    connection: Connection, place: AnyRow, case: int | None, asked: Asked, report: Report, times: Times
) -> None:
    def rows(table: Any) -> Ahead[Any]:
        return Ahead(stream(connection, table, place.id, case, pause=asked.pause))

    streams = Streams(rows(EVENTS), rows(STATEMENTS), rows(HEADS), case_rows(connection, place.id, case))
    erasures = Erasures(connection, place.id, case)
    Chains(place.id, streams, erasures, report, times, replay=asked.replay).check()
    if case is None:
        check_reads(connection, place.id, report, times, place.name)


def _case(connection: Connection, partnership: int, reference: str | None) -> int | None:
    if reference is None:
        return None
    query = select(Case.id).where(Case.partnership_id == partnership, Case.reference == reference)
    return connection.execute(query).scalar_one_or_none()


def _unknown_anchors(asked: Asked, known: set[str], report: Report) -> None:
    if asked.partnership is not None or asked.case is not None:
        return
    for anchor in asked.anchors:
        if anchor.public_id not in known:
            report.anchors += 1
            report.broken("anchor_gone", anchor.public_id, "an anchor names a partnership that is not there")
