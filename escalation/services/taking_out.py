"""That an operator takes a case out is on record before there is a file (see `proof_commands`).

An operator has no account here: what is kept is the account of the operating system, which they cannot
choose, and who they say asked for it, which they can. The privacy officer sees both among the look-ups.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import insert, select

from escalation.errors import InvalidInput, NotFound
from escalation.models import Case, TakenOut
from escalation.models.traces import WHY_TAKEN_OUT as WHY_TAKEN_OUT
from escalation.services import in_turn
from escalation.services.unit import Unit, retried, writing

LONGEST = 120


@dataclass(frozen=True, slots=True)
class Taking:
    """A case by its reference, who takes it out, who asked for it, why (of WHY_TAKEN_OUT), how many events,
    statements and readings are in it, and the SHA-256 of its record."""

    reference: str
    operator: str
    asked_by: str
    why: str
    counts: Mapping[str, int]
    sha256: str


@retried
def record(taking: Taking) -> None:
    """Puts it on record. Raises InvalidInput where nobody is said to have asked, NotFound for no case."""
    asked_by = " ".join("".join(c for c in taking.asked_by if c.isprintable() or c.isspace()).split())
    if not 0 < len(asked_by) <= LONGEST:
        raise InvalidInput({"--by": [f"Say who asked for it, in {LONGEST} letters or fewer"]})
    with writing() as unit:
        place, case = _case(unit, taking.reference)
        unit.session.execute(
            insert(TakenOut).values(
                partnership_id=place,
                case_id=case,
                operator=taking.operator[:LONGEST],
                asked_by=asked_by,
                why=taking.why,
                **{name: taking.counts[name] for name in ("events", "statements", "reads")},
                sha256=taking.sha256,
                at=unit.now,
            )
        )


def _case(unit: Unit, reference: str) -> tuple[int, int]:
    """Where a case is; from then on the unit reaches its partnership."""
    for place in in_turn.partnerships(unit):
        of_place = select(Case.id).where(Case.partnership_id == place.id, Case.reference == reference)
        case = unit.session.execute(of_place).scalar_one_or_none()
        if case is not None:
            return place.id, case
    raise NotFound(f"there is no case {reference}")
