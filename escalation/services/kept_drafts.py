"""The answers of a draft on their way into its row and out of it: sealed for its author, with the key of the
partnership. A draft belongs to no case yet."""

import json
from collections.abc import Mapping

from sqlalchemy import update

from escalation.errors import Refused
from escalation.models import DraftRow
from escalation.models.types import AnyRow
from escalation.security import envelope
from escalation.security.sealing import CannotOpen, Place
from escalation.services import sealed
from escalation.services.unit import Unit

UNREADABLE = "decision"
"""In place of which answer it is said that a draft cannot be opened: the longest that a person types."""
_NOT_ADDED = (
    "This draft cannot be opened, and nothing is written over it. Begin a new one, or tell the board office."
)


def sealed_answers(
    unit: Unit, partnership: int, account: int, public_id: str, answers: Mapping[str, str]
) -> str:
    """Answers as they are kept. Raises Refused when they cannot be sealed."""
    keys = sealed.keys_of_drafts(unit, partnership)
    return keys.seal(sealed.in_draft(partnership, account, public_id), json.dumps(dict(answers)))


def answers_of(unit: Unit, row: AnyRow) -> dict[str, str]:
    """The answers of a draft. Raises Refused when they cannot be opened: then nothing may be written over."""
    try:
        return _opened(unit, row)
    except CannotOpen as error:
        raise Refused("keys_missing", _NOT_ADDED) from error


def shown(unit: Unit, row: AnyRow) -> dict[str, str]:
    """The answers of a draft to look at; when they cannot be opened, that in words."""
    try:
        return _opened(unit, row)
    except CannotOpen:
        envelope.log_unopened(_place(row))
        return {UNREADABLE: envelope.Unopened(envelope.NOT_HERE)}


def keep(unit: Unit, row: AnyRow, answers: Mapping[str, str]) -> None:
    """Keeps the answers of a draft in place of those before."""
    kept = sealed_answers(unit, row.partnership_id, row.account_id, row.public_id, answers)
    unit.session.execute(
        update(DraftRow).where(DraftRow.id == row.id).values(answers=kept, saved_at=unit.now)
    )


def _opened(unit: Unit, row: AnyRow) -> dict[str, str]:
    keys = envelope.of_partnership(unit.connection, row.partnership_id)
    answers: dict[str, str] = json.loads(keys.open(_place(row), row.answers))
    return answers


def _place(row: AnyRow) -> Place:
    return sealed.in_draft(row.partnership_id, row.account_id, row.public_id)
