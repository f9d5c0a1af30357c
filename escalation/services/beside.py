"""A track opened beside a running case: a case of its own, with its own clocks and record, tied to it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from escalation.errors import Refused
from escalation.models import Partnership, Statement
from escalation.models.types import AnyRow
from escalation.security import envelope
from escalation.security.public_ids import new_public_id
from escalation.services import sealed, terms, transition
from escalation.services.case_file import CaseFile
from escalation.services.opening import NewCase, NewRow, OpenedCase, insert_case
from escalation.services.unit import Unit
from workflows.case import Decision, Refusal, Terms
from workflows.commands import Id, RaiseConcern
from workflows.machine import begin
from workflows.vocabulary import Side, Subject, Urgency, Within

_CARRIED = ("person_reference", "decision", "risk", "request")
"""What was written when the concern was raised, and holds for what is opened beside it."""


def open_beside(unit: Unit, file: CaseFile, track: str, by: transition.Step) -> None:
    """Begins a case on a track of the same protocol, for the same raiser and agencies,
    opened by whoever took the step `by`.

    Raises Refused when the protocol does not let it begin.
    """
    command = _concern(unit, file)
    decision = begin(
        file.protocol,
        command,
        calendars=file.calendars(),
        empty_slots=file.empty_slots(),
        party_agencies=file.party_agencies(),
        party_people=frozenset({file.row.raiser_id}),
        now=unit.now,
        challenged=file.terms.facts.challenged,
        raising=file.terms.facts.raising,
        within=Within(file.terms.facts.within),
        named=(file.agency_of(Side.CHALLENGED), *file.further),
        slot_calendars=file.slot_calendars(),
        beside=track,
    )
    if isinstance(decision, Refusal):
        raise Refused(decision.code, decision.reason)
    new = _insert(unit, file, decision)
    opened = _opened(file, new.id)
    step = transition.Step(opened, decision, by.account, by.slot, by.via, command.prose(), opened=new.facts)
    transition.carry_out(unit, [step])


def _concern(unit: Unit, file: CaseFile) -> RaiseConcern:
    rows = unit.session.execute(
        select(Statement.event_seq, Statement.field, Statement.text)
        .where(
            Statement.partnership_id == file.row.partnership_id,
            Statement.case_id == file.row.id,
            Statement.field.in_(_CARRIED),
        )
        .order_by(Statement.event_seq.desc())
    )
    written: dict[str, Any] = {row.field: text for row, text in _texts(unit, file, rows)}
    facts = file.terms.facts
    return RaiseConcern(
        **{name: written.get(name, "") for name in _CARRIED},
        urgency=Urgency(file.row.urgency),
        subject=Subject(facts.subject),
        topic=Id(facts.topic) if facts.topic else None,
        forum=Id(facts.forum) if facts.forum else None,
    )


def _texts(unit: Unit, file: CaseFile, rows: Iterable[AnyRow]) -> Iterator[tuple[AnyRow, str]]:
    """The texts again. Raises Refused where one cannot be opened: no sentence of ours is carried on."""
    partnership, case = file.row.partnership_id, file.row.id
    keys = envelope.of_case(unit.connection, partnership, case)
    for row in rows:
        try:
            place = sealed.in_statement(partnership, case, row.event_seq, row.field)
            yield row, keys.open(place, row.text)
        except sealed.CannotOpen as error:
            raise Refused("keys_missing", envelope.NOT_HERE) from error


def _insert(unit: Unit, file: CaseFile, decision: Decision) -> OpenedCase:
    row = file.row
    prefix = unit.session.execute(
        select(Partnership.reference_prefix).where(Partnership.id == row.partnership_id)
    ).scalar_one()
    new = NewCase(
        partnership_id=row.partnership_id,
        prefix=prefix,
        public_id=new_public_id(),
        protocol_version_id=row.protocol_version_id,
        raiser_id=row.raiser_id,
        challenged_role=row.challenged_role,
        urgency=row.urgency,
        beside_id=row.id,
        quiet=row.quiet and row.named_at is None,
    )
    return insert_case(unit, new, decision)


def _opened(file: CaseFile, case_id: int) -> CaseFile:
    """The same agencies and directory, with nobody seated and nothing running yet."""
    old, now = file.row, file.terms
    kept = terms.as_text(Terms(facts=now.facts, named=now.named))
    row: Any = NewRow(
        case_id, old.partnership_id, old.protocol_version_id, old.raiser_id, old.challenged_role, kept
    )
    sides = {side: file.agency_of(side) for side in (Side.RAISING, Side.CHALLENGED)}
    return replace(
        file, row=row, places=(), clocks=(), rungs={}, lapsed=frozenset(), proposal=None, recused=frozenset(),
        parties=sides, keys=(),
    )  # fmt: skip
