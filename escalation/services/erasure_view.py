"""What is shown of erasures and legal holds: references, codes and times, never a word of a case."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from escalation.errors import NotAllowed, NotFound
from escalation.models import Account, Case, DraftRow, Erasure, LegalHold, Statement
from escalation.models.erasure import ErasureRule, ErasureState, HoldGround
from escalation.models.types import AnyRow, AnySelect
from escalation.security.permissions import BoardAct
from escalation.services import case_file, erasers, offices
from escalation.services.case_view import partnership_view
from escalation.services.unit import Unit, reading
from escalation.services.views import PartnershipView


@dataclass(frozen=True, slots=True)
class ErasureView:
    """One request, and what became of it."""

    public_id: str
    seq: int
    reference: str
    rule: ErasureRule
    asked_by: str
    asked_at: datetime
    answer_by: datetime
    state: ErasureState
    ended_by: str
    ended_at: datetime | None
    mine: bool
    """The reader asked for it."""
    raised_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class HoldView:
    """One legal hold."""

    public_id: str
    seq: int
    reference: str
    ground: HoldGround
    set_by: str
    set_at: datetime
    lifted_by: str
    lifted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Erasures:
    """Everything of a partnership, what waits first. `acts`: the reader may ask, answer and hold."""

    partnership: PartnershipView
    acts: bool
    requests: tuple[ErasureView, ...]
    holds: tuple[HoldView, ...]


@dataclass(frozen=True, slots=True)
class ToAnswer:
    """One request for whoever answers it: how much would be gone, and the holds there were."""

    partnership: PartnershipView
    request: ErasureView
    texts: int
    drafts: int
    holds: tuple[HoldView, ...]


def of_partnership(account: int, partnership: str) -> Erasures:
    """The list, without cases from which the reader must keep away. Raises NotFound for who reads none."""
    with reading() as unit:
        place = _require(unit, partnership, account)
        hidden = _kept_from(unit, place.id, account)
        requests = unit.session.execute(_requests().where(Erasure.partnership_id == place.id)).all()
        holds = unit.session.execute(_holds().where(LegalHold.partnership_id == place.id)).all()
        return Erasures(
            partnership_view(place),
            erasers.acts_in(unit, place.id, account),
            _waiting_first(_erasure(row, account) for row in requests if row.case_id not in hidden),
            tuple(_hold(row) for row in holds if row.case_id not in hidden),
        )


def to_answer(account: int, partnership: str, public_id: str, seq: int) -> ToAnswer:
    """One request. Raises NotFound for who may not answer it, NotAllowed for who only reads the list."""
    with reading() as unit:
        place = erasers.require(unit, partnership, account)
        query = _requests().where(
            Erasure.partnership_id == place.id, Case.public_id == public_id, Erasure.event_seq == seq
        )
        row = unit.session.execute(query).first()
        if row is None:
            raise NotFound
        file = erasers.file_of(unit, place.id, row.case_id, account)
        if erasers.standing_in(unit, file, account) is None:
            raise NotFound
        of_case = (LegalHold.partnership_id == place.id, LegalHold.case_id == row.case_id)
        return ToAnswer(
            partnership_view(place),
            _erasure(row, account),
            texts=_count(unit, Statement, place.id, row.case_id),
            drafts=_count(unit, DraftRow, place.id, row.case_id),
            holds=tuple(_hold(hold) for hold in unit.session.execute(_holds().where(*of_case))),
        )


def require_acting(account: int, partnership: str) -> PartnershipView:
    """The partnership, for who may ask there. Raises as `erasers.require`."""
    with reading() as unit:
        return partnership_view(erasers.require(unit, partnership, account))


def _require(unit: Unit, partnership: str, account: int) -> AnyRow:
    try:
        return offices.require(unit, partnership, account, BoardAct.READ_ERASURES)
    except NotAllowed as error:
        raise NotFound from error


def _kept_from(unit: Unit, partnership: int, account: int) -> frozenset[int]:
    """The cases of the list in which this person stands aside or has a line to a party."""
    rows = unit.session.execute(
        select(Erasure.case_id)
        .where(Erasure.partnership_id == partnership)
        .union(select(LegalHold.case_id).where(LegalHold.partnership_id == partnership))
    )
    files = case_file.load(unit.session, partnership, sorted(rows.scalars()), unit.now)
    return frozenset(case for case, file in files.items() if account in file.recused | file.with_a_line)


def _waiting_first(views: Iterable[ErasureView]) -> tuple[ErasureView, ...]:
    return tuple(sorted(views, key=lambda view: view.state is not ErasureState.WAITING))


def _count(unit: Unit, model: type[Statement] | type[DraftRow], place: int, case: int) -> int:
    query = select(func.count()).where(model.partnership_id == place, model.case_id == case)
    return unit.session.execute(query).scalar_one()


def _requests() -> AnySelect:
    asked, ended = aliased(Account), aliased(Account)
    return (
        select(
            *Erasure.__table__.c, Case.public_id, Case.reference, Case.raised_at, Case.closed_at,
            asked.name.label("asked_by"), ended.name.label("ended_by"),
        )
        .join(Case, (Case.partnership_id == Erasure.partnership_id) & (Case.id == Erasure.case_id))
        .join(asked, asked.id == Erasure.asked_by_id)
        .outerjoin(ended, ended.id == Erasure.ended_by_id)
        .order_by(Erasure.asked_at.desc(), Erasure.case_id.desc())
    )  # fmt: skip


def _holds() -> AnySelect:
    put, lifted = aliased(Account), aliased(Account)
    return (
        select(
            *LegalHold.__table__.c, Case.public_id, Case.reference,
            put.name.label("set_by"), lifted.name.label("lifted_by"),
        )
        .join(Case, (Case.partnership_id == LegalHold.partnership_id) & (Case.id == LegalHold.case_id))
        .join(put, put.id == LegalHold.set_by_id)
        .outerjoin(lifted, lifted.id == LegalHold.lifted_by_id)
        .order_by(LegalHold.lifted_at.is_not(None), LegalHold.set_at.desc())
    )  # fmt: skip


def _erasure(row: AnyRow, account: int) -> ErasureView:
    return ErasureView(
        row.public_id, row.event_seq, row.reference, ErasureRule(row.rule), row.asked_by, row.asked_at,
        row.answer_by, ErasureState(row.state), row.ended_by or "", row.ended_at,
        row.asked_by_id == account, row.raised_at, row.closed_at,
    )  # fmt: skip


def _hold(row: AnyRow) -> HoldView:
    return HoldView(
        row.public_id, row.event_seq, row.reference, HoldGround(row.ground), row.set_by, row.set_at,
        row.lifted_by or "", row.lifted_at,
    )  # fmt: skip
