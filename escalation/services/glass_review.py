"""The review of cases that were opened without a seat: who looks, what they found, what waits too long."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from escalation.errors import Conflict, InvalidInput, NotAllowed, NotFound
from escalation.models import Account, Case, OpenedGlass, Partnership, Statement
from escalation.models.opened import GlassFinding as GlassFinding
from escalation.models.opened import GlassReason
from escalation.models.types import AnyRow, AnySelect
from escalation.security import envelope, offices
from escalation.security.envelope import TextKeys
from escalation.security.permissions import Act, Relation, Standing, permitted
from escalation.services import case_file, glass, in_turn, office_mail, sealed, transition
from escalation.services.case_view import partnership_view
from escalation.services.unit import Unit, of_account, of_partnership, reading, retried, writing
from escalation.services.views import PartnershipView
from workflows.case import Decision
from workflows.events import Event, EventKind
from workflows.vocabulary import Phase, Tier

NOTE_FROM = 10
"""Letters that a finding's reason has at least."""


@dataclass(frozen=True, slots=True)
class Opening:
    """One opening of a case, for whoever reviews it: who, why, when, and nothing of the case itself."""

    public_id: str
    seq: int
    reference: str
    by: str
    reason: GlassReason
    text: str
    opened_at: datetime
    review_by: datetime
    overdue: bool
    mine: bool
    """Opened by the reader, who does not review it."""
    finding: GlassFinding | None
    reviewed_at: datetime | None
    zone: str


def openings(account: int, partnership: str) -> tuple[PartnershipView, tuple[Opening, ...]]:
    """Every opening in a partnership, those that wait for a review first.

    Raises NotFound for somebody who reviews nothing there.
    """
    with reading() as unit:
        place = unit.session.execute(
            select(*Partnership.__table__.c).where(Partnership.public_id == partnership)
        ).first()
        if place is None or not _reviews(unit, place.id, account):
            raise NotFound
        unit.turn_to(of_partnership(place.id))
        rows = unit.session.execute(_openings().where(OpenedGlass.partnership_id == place.id)).all()
        keys = envelope.of_cases(unit.connection, place.id, {row.case_id for row in rows})
        found = tuple(_opening(unit, row, keys[row.case_id], account, place.zone) for row in rows)
    return partnership_view(place), tuple(sorted(found, key=lambda o: o.reviewed_at is not None))


def reviews_in(account: int) -> tuple[PartnershipView, ...]:
    """The partnerships in which a person reviews such openings."""
    with reading() as unit:
        roles = offices.roles_by_partnership(unit.session, account, unit.now)
        mine = [place for place in roles if _reviews(unit, place, account)]
        rows = unit.session.execute(select(*Partnership.__table__.c).where(Partnership.id.in_(mine))).all()
    return tuple(partnership_view(row) for row in rows)


def _reviews(unit: Unit, partnership: int, account: int) -> bool:
    roles = offices.roles_of(unit.session, partnership, account, unit.now)
    return permitted([Standing(r, Relation.NONE) for r in roles], Act.REVIEW_BREAK_GLASS, Phase.MANAGER)


def _openings() -> AnySelect:
    on_record = (
        (Statement.partnership_id == OpenedGlass.partnership_id)
        & (Statement.case_id == OpenedGlass.case_id)
        & (Statement.event_seq == OpenedGlass.event_seq)
        & (Statement.field == "reasons")
    )
    of_case = (Case.partnership_id == OpenedGlass.partnership_id) & (Case.id == OpenedGlass.case_id)
    return (
        select(*OpenedGlass.__table__.c, Case.public_id, Case.reference, Account.name, Statement.text)
        .join(Case, of_case)
        .join(Account, Account.id == OpenedGlass.account_id)
        .outerjoin(Statement, on_record)
        .order_by(OpenedGlass.opened_at.desc())
    )


def _opening(unit: Unit, row: AnyRow, keys: TextKeys, account: int, zone: str) -> Opening:
    place = sealed.in_statement(row.partnership_id, row.case_id, row.event_seq, "reasons")
    return Opening(
        public_id=row.public_id,
        seq=row.event_seq,
        reference=row.reference,
        by=row.name,
        reason=GlassReason(row.reason),
        text=keys.shown(place, row.text) if row.text else "",
        opened_at=row.opened_at,
        review_by=row.review_by,
        overdue=row.reviewed_at is None and row.review_by <= unit.now,
        mine=row.account_id == account,
        finding=GlassFinding(row.finding) if row.finding else None,
        reviewed_at=row.reviewed_at,
        zone=zone,
    )


@retried
def review(account: int, public_id: str, seq: int, finding: GlassFinding, note: str) -> None:
    """Says whether an opening was right, once and for good.

    Raises NotFound for who reviews nothing there, NotAllowed for one's own, InvalidInput without a reason,
    Conflict when somebody was faster.
    """
    if len(note.strip()) < NOTE_FROM:
        raise InvalidInput({"note": [f"Say how you came to it, in {NOTE_FROM} letters or more"]})
    with writing(of_account(account)) as unit:
        row = _to_review(unit, public_id, seq)
        if not _reviews(unit, row.partnership_id, account):
            raise NotFound
        if row.account_id == account:
            raise NotAllowed("You opened this case yourself: somebody else reviews it.")
        if row.reviewed_at is not None:
            raise Conflict
        file = case_file.load(unit.session, row.partnership_id, [row.case_id], unit.now)[row.case_id]
        event = Event(EventKind.GLASS_REVIEWED, {"finding": str(finding), "opened": seq})
        decision = Decision(after=file.state(), events=(event,))
        transition.carry_out(
            unit, [transition.Step(file, decision, account, written={"reasons": note.strip()})]
        )
        unit.session.execute(
            update(OpenedGlass)
            .where(
                OpenedGlass.partnership_id == row.partnership_id,
                OpenedGlass.case_id == row.case_id,
                OpenedGlass.event_seq == seq,
            )
            .values(reviewed_at=unit.now, reviewed_by_id=account, finding=str(finding))
        )


def _to_review(unit: Unit, public_id: str, seq: int) -> AnyRow:
    unit.session.execute(select(Case.id).where(Case.public_id == public_id).with_for_update())
    row = unit.session.execute(
        select(*OpenedGlass.__table__.c)
        .join(Case, (Case.partnership_id == OpenedGlass.partnership_id) & (Case.id == OpenedGlass.case_id))
        .where(Case.public_id == public_id, OpenedGlass.event_seq == seq)
    ).first()
    if row is None:
        raise NotFound
    return row


@retried
def tell_overdue() -> int:
    """Tells the board office, the chair and the privacy officers of every review that is overdue, once."""
    with writing() as unit:
        return sum(_tell_of(unit, place.id) for place in in_turn.partnerships(unit))


def _tell_of(unit: Unit, partnership: int) -> int:
    rows = unit.session.execute(
        select(*OpenedGlass.__table__.c).where(
            OpenedGlass.partnership_id == partnership,
            OpenedGlass.reviewed_at.is_(None),
            OpenedGlass.escalated_at.is_(None),
            OpenedGlass.review_by <= unit.now,
        )
    ).all()
    for row in rows:
        _tell(unit, row)
    return len(rows)


def _tell(unit: Unit, row: AnyRow) -> None:
    key = f"glass-overdue:{row.partnership_id}:{row.case_id}:{row.event_seq}"
    above = {
        *office_mail.office_of(unit, row.partnership_id, (Tier.OFFICE, Tier.CHAIR)),
        *glass.privacy_officers(unit, row.partnership_id),
    }
    for account in above - {row.account_id}:
        office_mail.owe(unit, row.partnership_id, account, "glass_overdue", key)
    unit.session.execute(
        update(OpenedGlass)
        .where(
            OpenedGlass.partnership_id == row.partnership_id,
            OpenedGlass.case_id == row.case_id,
            OpenedGlass.event_seq == row.event_seq,
        )
        .values(escalated_at=unit.now)
    )
