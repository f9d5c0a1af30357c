"""The cases that a case is tied to: raised from it or opened beside it, and the other way round.

Only what the reader takes part in as well: of other cases they do not even learn that they are there.
"""

from sqlalchemy import or_, select

from escalation.models import Case
from escalation.models.types import AnyRow
from escalation.security import access
from escalation.services import protocols
from escalation.services.unit import Unit
from escalation.services.views import Tie, TiedCase
from workflows.vocabulary import Phase


def tied_to(unit: Unit, case: AnyRow, account: int) -> tuple[TiedCase, ...]:
    """The cases tied to a case that somebody takes part in today, the oldest first."""
    rows = unit.session.execute(
        select(*Case.__table__.c)
        .where(
            Case.partnership_id == case.partnership_id,
            or_(
                Case.id.in_([i for i in (case.follows_id, case.beside_id) if i is not None]),
                Case.follows_id == case.id,
                Case.beside_id == case.id,
            ),
        )
        .order_by(Case.raised_at, Case.id)
    ).all()
    if not rows:
        return ()
    mine = set(access.case_ids_of(unit.session, account, unit.now))
    seen = [row for row in rows if (row.partnership_id, row.id) in mine]
    books = protocols.of_ids(unit.connection, {row.protocol_version_id for row in seen})
    return tuple(
        TiedCase(
            row.public_id,
            row.reference,
            books[row.protocol_version_id].stages[row.stage].name,
            _tie(case, row),
            Phase(row.phase),
            row.raised_at,
        )
        for row in seen
    )


def _tie(case: AnyRow, other: AnyRow) -> Tie:
    if other.id == case.follows_id:
        return Tie.FOLLOWS
    if other.id == case.beside_id:
        return Tie.BESIDE
    return Tie.FOLLOWED_BY if other.follows_id == case.id else Tie.OPENED_BESIDE
