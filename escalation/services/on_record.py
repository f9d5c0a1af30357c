"""What is done to a case beside its procedure: put on its record as an event, and nothing of it moves."""

from collections.abc import Mapping

from escalation.services import transition
from escalation.services.case_file import CaseFile
from escalation.services.unit import Unit
from workflows.case import Decision
from workflows.events import Code, Event, EventKind


def put(unit: Unit, file: CaseFile, kind: EventKind, codes: Mapping[str, Code], account: int | None) -> None:
    """Writes the event, by a person in the seat that they have, if any, or by nobody."""
    slot = next(iter(sorted(file.slots_of(account))), None) if account is not None else None
    decision = Decision(after=file.state(), events=(Event(kind, codes),))
    transition.carry_out(unit, [transition.Step(file, decision, account, slot)])
