"""Drafts: what was typed and not sent, kept on the server at each step, seen by nobody but its author."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import delete, insert, select

from escalation.errors import NotAllowed, NotFound
from escalation.models import DraftRow, Partnership
from escalation.models.types import AnyRow
from escalation.security import access
from escalation.security.public_ids import new_public_id
from escalation.services import directory, kept_drafts
from escalation.services.case_view import partnership_view
from escalation.services.unit import Unit, of_account, reading, retried, writing
from escalation.services.views import Draft
from escalation.services.views import DraftRow as DraftInList
from workflows.vocabulary import AgencyKind

RAISE = "raise"
_LONGEST = 100_000
_MARKS = frozenset({"tried", "called", "urgency"})
"""What a press on a button leaves in a draft: nobody has typed it."""
_KEPT_EMPTY = timedelta(days=7)
"""How long a draft in which nothing was typed is kept: a page of it may still be open somewhere."""


@retried
def start(account: int, partnership: str, kind: str = RAISE, case_public_id: str | None = None) -> Draft:
    """A new empty draft; for a case and trigger, the one that is there already.

    Drafts that the person began some time ago and typed nothing in are dropped. Raises NotAllowed when
    the person may not raise in this partnership, NotFound for a foreign case.
    """
    with writing(of_account(account)) as unit:
        place = _partnership(unit, account, partnership)
        case = _case(unit, account, case_public_id) if case_public_id else None
        _drop_empty(unit, account)
        there = _of_case(unit, account, case, kind) if case else None
        public_id = there or new_public_id()
        if there is None:
            unit.session.execute(
                insert(DraftRow).values(
                    partnership_id=place.id,
                    public_id=public_id,
                    account_id=account,
                    kind=kind,
                    case_id=case,
                    answers=kept_drafts.sealed_answers(unit, place.id, account, public_id, {}),
                    saved_at=unit.now,
                )
            )
    return load(account, public_id)


@retried
def save(account: int, public_id: str, answers: Mapping[str, str]) -> Draft:
    """Adds answers to a draft, replacing earlier ones of the same name.

    Raises NotFound for somebody else's draft.
    """
    with writing(of_account(account)) as unit:
        row = _row(unit, account, public_id, lock=True)
        added = {name: text[:_LONGEST] for name, text in answers.items()}
        kept_drafts.keep(unit, row, {**kept_drafts.answers_of(unit, row), **added})
    return load(account, public_id)


def load(account: int, public_id: str) -> Draft:
    """The draft as last saved. Raises NotFound for somebody else's."""
    with reading(of_account(account)) as unit:
        row = _row(unit, account, public_id)
        place = unit.session.execute(
            select(*Partnership.__table__.c).where(Partnership.id == row.partnership_id)
        ).one()
        answers = kept_drafts.shown(unit, row)
        return Draft(row.public_id, row.kind, partnership_view(place), answers, row.saved_at)


@retried
def discard(account: int, public_id: str) -> None:
    """Deletes a draft. Raises NotFound for somebody else's."""
    with writing(of_account(account)) as unit:
        row = _row(unit, account, public_id, lock=True)
        unit.session.execute(delete(DraftRow).where(DraftRow.id == row.id))


def rows_of(unit: Unit, account: int) -> tuple[DraftInList, ...]:
    """The drafts of concerns in which a person has typed something, newest first."""
    begun = ((row, _answered(unit, row)) for row in _begun(unit, account))
    return tuple(DraftInList(r.public_id, r.kind, r.saved_at, count) for r, count in begun if count)


def _begun(unit: Unit, account: int) -> Sequence[AnyRow]:
    return unit.session.execute(
        select(*DraftRow.__table__.c)
        .where(DraftRow.account_id == account, DraftRow.kind == RAISE)
        .order_by(DraftRow.saved_at.desc())
    ).all()


def _answered(unit: Unit, row: AnyRow) -> int:
    """How many answers have something in them; what cannot be opened counts as one, and so is not dropped."""
    return sum(bool(t.strip()) for name, t in kept_drafts.shown(unit, row).items() if name not in _MARKS)


def _drop_empty(unit: Unit, account: int) -> None:
    before = unit.now - _KEPT_EMPTY
    empty = [row.id for row in _begun(unit, account) if row.saved_at < before and not _answered(unit, row)]
    if empty:
        unit.session.execute(delete(DraftRow).where(DraftRow.id.in_(empty)))


def _row(unit: Unit, account: int, public_id: str, *, lock: bool = False) -> AnyRow:
    query = select(*DraftRow.__table__.c).where(
        DraftRow.public_id == public_id, DraftRow.account_id == account
    )
    row = unit.session.execute(query.with_for_update() if lock else query).first()
    if row is None:
        raise NotFound
    return row


def _case(unit: Unit, account: int, public_id: str) -> int:
    # Locked, so that two presses at once find one draft.
    return access.find(unit.session, public_id, account, unit.now, lock=True)[1]


def _of_case(unit: Unit, account: int, case: int, kind: str) -> str | None:
    return unit.session.execute(
        select(DraftRow.public_id).where(
            DraftRow.account_id == account, DraftRow.case_id == case, DraftRow.kind == kind
        )
    ).scalar_one_or_none()


def _partnership(unit: Unit, account: int, partnership: str) -> AnyRow:
    held = directory.posts_of(unit.session, account, unit.now)
    mine = {p.partnership_id for p in held if p.agency_kind != AgencyKind.BOARD}
    row = unit.session.execute(select(Partnership.id).where(Partnership.public_id == partnership)).first()
    if row is None or row.id not in mine:
        raise NotAllowed(
            "You hold no post in an agency of this partnership. Ask the board office to add you."
        )
    return row
