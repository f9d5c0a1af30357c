"""What the procedure sends elsewhere: on record by codes, and what was typed stays with whoever typed it."""

from collections.abc import Mapping

from sqlalchemy import insert, select, update

from escalation.errors import NotFound
from escalation.models import Diversion, DraftRow, Partnership, ProtocolVersion
from escalation.models.types import AnyRow
from escalation.services import kept_drafts
from escalation.services.case_view import partnership_view
from escalation.services.unit import Unit, of_account, reading
from escalation.services.views import DiversionView
from workflows.case import Elsewhere
from workflows.loader import loads
from workflows.vocabulary import Reason


def record(unit: Unit, account: int, partnership: int, version: int, gone: Elsewhere, public_id: str) -> None:
    """Writes down that a concern went elsewhere: by which route, and how it was raised."""
    facts = gone.facts
    codes: Mapping[str, str] = {
        "reason": gone.why,
        "subject": facts.subject,
        "topic": facts.topic,
        "forum": facts.forum,
        "urgency": facts.urgency,
        "within": facts.within,
        "raising": facts.raising,
        "challenged": facts.challenged,
    }
    unit.session.execute(
        insert(Diversion).values(
            partnership_id=partnership,
            public_id=public_id,
            protocol_version_id=version,
            route=gone.route,
            account_id=account,
            at=unit.now,
            **{name: str(code) for name, code in codes.items()},
        )
    )


def keep_draft(unit: Unit, account: int, draft: str, public_id: str) -> None:
    """The draft goes on under the diversion's id: its old address leads to where the concern went, and
    what its author changes in it can be sent anew."""
    mine = (DraftRow.public_id == draft, DraftRow.account_id == account)
    row = unit.session.execute(select(*DraftRow.__table__.c).where(*mine)).first()
    if row is not None:
        answers = kept_drafts.answers_of(unit, row)
        kept = kept_drafts.sealed_answers(unit, row.partnership_id, account, public_id, answers)
        unit.session.execute(update(DraftRow).where(*mine).values(public_id=public_id, answers=kept))


def find(unit: Unit, account: int, public_id: str) -> DiversionView | None:
    """A diversion of this person's, or None."""
    row = unit.session.execute(
        select(*Diversion.__table__.c, ProtocolVersion.body)
        .join(
            ProtocolVersion,
            (ProtocolVersion.partnership_id == Diversion.partnership_id)
            & (ProtocolVersion.id == Diversion.protocol_version_id),
        )
        .where(Diversion.public_id == public_id, Diversion.account_id == account)
    ).first()
    return _view(unit, row) if row else None


def show(account: int, public_id: str) -> DiversionView:
    """Where a person's concern went and why. Raises NotFound for anybody else's."""
    with reading(of_account(account)) as unit:
        found = find(unit, account, public_id)
        if found is None:
            raise NotFound
        return found


def _view(unit: Unit, row: AnyRow) -> DiversionView:
    place = unit.session.execute(
        select(*Partnership.__table__.c).where(Partnership.id == row.partnership_id)
    ).one()
    route = loads(row.body, "published").endings()[row.route]
    return DiversionView(
        public_id=row.public_id,
        partnership=partnership_view(place),
        destination=str(route.elsewhere),
        because=route.because,
        reason=Reason(row.reason),
        at=row.at,
    )
