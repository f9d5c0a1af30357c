"""The row of a case that is just being opened, before its first stage is written."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import insert

from escalation.models import Case
from escalation.security import case_facts
from escalation.security.chain import GENESIS
from escalation.security.public_ids import new_reference
from escalation.services import terms
from escalation.services.unit import Unit
from workflows.case import Decision, Terms
from workflows.events import Code
from workflows.vocabulary import Phase


@dataclass(frozen=True, slots=True)
class NewRow:
    """What a case row says before anything has happened."""

    id: int
    partnership_id: int
    protocol_version_id: int
    raiser_id: int
    challenged_role: str
    terms: str = terms.as_text(Terms())
    paused_at: None = None
    phase: str = Phase.DRAFT
    entry_seq: int = 0
    version: int = 0
    event_seq: int = 0
    head: str = GENESIS
    closed_at: None = None
    raiser_mail_ok: bool = True
    quiet: bool = False
    named_at: None = None


@dataclass(frozen=True, slots=True)
class NewCase:
    """What is known of a case before it is written: whose it is, under which protocol, after which other."""

    partnership_id: int
    prefix: str
    public_id: str
    protocol_version_id: int
    raiser_id: int
    challenged_role: str
    urgency: str
    follows_id: int | None = None
    beside_id: int | None = None
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class OpenedCase:
    """The id of a case that was just opened, and what never changes in its row, for its first event."""

    id: int
    facts: Mapping[str, Code | None]


def insert_case(unit: Unit, new: NewCase, decision: Decision) -> OpenedCase:
    """Writes the row. Raises IntegrityError when the short reference is taken."""
    after = decision.after
    values = {
        "partnership_id": new.partnership_id,
        "public_id": new.public_id,
        "reference": new_reference(new.prefix, unit.now.year),
        "protocol_version_id": new.protocol_version_id,
        "raiser_id": new.raiser_id,
        "challenged_role": new.challenged_role,
        "urgency": new.urgency,
        "track": str(decision.events[0].codes["track"]),
        "pace": after.pace,
        "terms": terms.as_text(after.terms),
        "paused_at": None,
        "stage": after.stage,
        "phase": str(Phase.DRAFT),
        "entry_seq": 0,
        "position": str(after.position),
        "lead_view": str(after.lead_view),
        "readdressed": 0,
        "raised_at": unit.now,
        "follows_id": new.follows_id,
        "beside_id": new.beside_id,
        "quiet": new.quiet,
        "version": 0,
        "event_seq": 0,
        "head": GENESIS,
    }
    made = unit.session.execute(insert(Case).values(**values).returning(Case.id)).scalar_one()
    return OpenedCase(int(made), case_facts.opened(values))
