"""Reading for the board: who may, and what lies in the record of a period, in a fixed number of queries."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from escalation import clock
from escalation.errors import NotAllowed, NotFound
from escalation.extensions import db
from escalation.models import (
    Agency,
    Case,
    Deadline,
    Diversion,
    EventRow,
    Membership,
    Participation,
    Partnership,
    ProtocolVersion,
    StageEntry,
)
from escalation.models.types import AnyRow
from escalation.security import wall
from escalation.security.offices import roles_of
from escalation.security.permissions import BoardAct, permitted_in_board
from workflows.loader import loads
from workflows.stages import Stage
from workflows.vocabulary import AgencyKind, Phase


@dataclass(frozen=True, slots=True)
class Record:
    """Everything on record of the cases raised in a period; `codes` by (case, seq)."""

    now: datetime
    cases: tuple[AnyRow, ...]
    events: tuple[AnyRow, ...]
    codes: Mapping[tuple[int, int], Mapping[str, Any]]
    entries: tuple[AnyRow, ...]
    deadlines: tuple[AnyRow, ...]
    sides: Mapping[int, tuple[str, str]]
    """Agency names by case: raising, challenged (the one it was first addressed to)."""
    agencies: tuple[str, ...]
    diverted: tuple[str, ...]
    """Where each concern of the period went that the procedure sent elsewhere, in its words."""
    stage_names: Mapping[str, str]
    """In the order of the newest procedure; stages that only older ones had come last."""
    stage_phases: Mapping[str, Phase] = field(default_factory=dict)
    """The phase of each of them, also of those that no case was in."""


@contextmanager
def session() -> Iterator[tuple[Session, datetime]]:
    """A session that is always rolled back, and now. It reaches no case before `partnership_for`."""
    with Session(db.engine, autoflush=False) as opened:
        yield opened, clock.read(opened.connection()).now
        opened.rollback()


def partnership_for(opened: Session, account: int, public_id: str, now: datetime, act: BoardAct) -> int:
    """The partnership's id, for somebody who may do this there today. From then on the session reaches
    that one.

    Raises NotFound for strangers, NotAllowed for whoever belongs to it and has another role.
    """
    found = opened.execute(
        select(Partnership.id).where(Partnership.public_id == public_id)
    ).scalar_one_or_none()
    roles = roles_of(opened, found, account, now) if found is not None else frozenset()
    if found is None or not roles:
        raise NotFound
    if not permitted_in_board(roles, act):
        raise NotAllowed
    wall.turn(opened.connection(), wall.of_partnership(found))
    return found


def record_of(opened: Session, partnership: int, start: datetime, end: datetime, now: datetime) -> Record:
    """The record of every case of a partnership that was raised from `start` until before `end`."""
    raised = (Case.partnership_id == partnership, Case.raised_at >= start, Case.raised_at < end)
    chosen = select(Case.id).where(*raised)
    stages = _stages(opened, partnership)
    events = _rows(opened, select(EventRow.case_id, EventRow.seq, EventRow.at, EventRow.kind, EventRow.body)
                   .where(EventRow.partnership_id == partnership, EventRow.case_id.in_(chosen))
                   .order_by(EventRow.case_id, EventRow.seq))  # fmt: skip
    return Record(
        now=now,
        cases=_rows(opened, select(*Case.__table__.c).where(*raised)),
        events=events,
        codes={(e.case_id, e.seq): json.loads(e.body)["codes"] for e in events},
        entries=_rows(opened, select(*StageEntry.__table__.c)
                      .where(StageEntry.partnership_id == partnership, StageEntry.case_id.in_(chosen))
                      .order_by(StageEntry.case_id, StageEntry.seq)),
        deadlines=_rows(opened, select(*Deadline.__table__.c)
                        .where(Deadline.partnership_id == partnership, Deadline.case_id.in_(chosen))),
        sides=_sides(opened, partnership, chosen),
        agencies=_members(opened, partnership),
        diverted=_diverted(opened, partnership, start, end),
        stage_names={name: stage.name for name, stage in stages.items()},
        stage_phases={name: stage.phase for name, stage in stages.items()},
    )  # fmt: skip


def _rows(opened: Session, query: Select[*tuple[Any, ...]]) -> tuple[AnyRow, ...]:
    return tuple(opened.execute(query).all())


def _sides(opened: Session, partnership: int, chosen: Any) -> dict[int, tuple[str, str]]:
    rows = opened.execute(
        select(Participation.case_id, Participation.side, Agency.name)
        .join(Agency, Agency.id == Participation.agency_id)
        .where(Participation.partnership_id == partnership, Participation.case_id.in_(chosen))
        .order_by(Participation.no.desc())
    )
    found: dict[int, dict[str, str]] = {}
    for case, side, name in rows:
        found.setdefault(case, {})[side] = name
    unseated = [case for case, names in found.items() if "challenged" not in names]
    named = _named_first(opened, partnership, unseated)
    return {
        case: (names.get("raising", ""), names.get("challenged", named.get(case, "")))
        for case, names in found.items()
    }


def _named_first(opened: Session, partnership: int, cases: list[int]) -> dict[int, str]:
    """The agency that was named, of cases in which nobody of the challenged side takes part yet."""
    rows = opened.execute(
        select(Case.id, Case.terms).where(Case.partnership_id == partnership, Case.id.in_(cases))
    )
    first = {row.id: (json.loads(row.terms).get("named") or [0])[0] for row in rows}
    names = opened.execute(select(Agency.id, Agency.name).where(Agency.id.in_({*first.values()})))
    known = {row.id: row.name for row in names}
    return {case: known.get(agency, "") for case, agency in first.items()}


def _members(opened: Session, partnership: int) -> tuple[str, ...]:
    return tuple(
        opened.execute(
            select(Agency.name)
            .join(Membership, Membership.agency_id == Agency.id)
            .where(Membership.partnership_id == partnership, Agency.kind != AgencyKind.BOARD)
            .order_by(Agency.name)
        ).scalars()
    )


def _stages(opened: Session, partnership: int) -> dict[str, Stage]:
    bodies = opened.execute(
        select(ProtocolVersion.body)
        .where(ProtocolVersion.partnership_id == partnership)
        .order_by(ProtocolVersion.id)
    ).scalars()
    found: dict[str, Stage] = {}
    for body in bodies:
        newer = dict(loads(body, "published").stages)
        found = newer | {name: stage for name, stage in found.items() if name not in newer}
    return found


def _diverted(opened: Session, partnership: int, start: datetime, end: datetime) -> tuple[str, ...]:
    rows = opened.execute(
        select(Diversion.protocol_version_id, Diversion.route).where(
            Diversion.partnership_id == partnership, Diversion.at >= start, Diversion.at < end
        )
    ).all()
    bodies = opened.execute(
        select(ProtocolVersion.id, ProtocolVersion.body).where(
            ProtocolVersion.partnership_id == partnership,
            ProtocolVersion.id.in_({row.protocol_version_id for row in rows}),
        )
    )
    routes = {version: loads(body, "published").endings() for version, body in bodies}
    return tuple(str(routes[row.protocol_version_id][row.route].elsewhere) for row in rows)
