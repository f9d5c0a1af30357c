"""Erasure: two appointed people destroy what was written in a closed case, for good.

    ask -> waiting -> agree      the event, the end of the keys and of what leads to them: one transaction
                   -> refuse, withdraw, or nobody answers in ANSWER_DAYS: everything is kept

Who may is `erasers`; what is destroyed is `destruction`; why so is decision 0013. Nothing is asked for in
prose: a word about the person would outlive the erasure.

What can go wrong: two who agree at once. The case row is locked first, and the second finds it ended.
"""

from sqlalchemy import insert, select, update

from escalation.errors import Conflict, NotAllowed, NotFound, Refused
from escalation.models import Case, Erasure, OpenedGlass
from escalation.models.erasure import ErasureRule, ErasureState
from escalation.models.types import AnyRow, AnySelect
from escalation.security.permissions import Act, Standing, permitted
from escalation.security.public_ids import as_written
from escalation.services import (
    case_file,
    destruction,
    erasers,
    glass,
    in_turn,
    legal_holds,
    office_mail,
    on_record,
    record_checks,
    working_days,
)
from escalation.services.case_file import CaseFile
from escalation.services.unit import Unit, retried, writing
from workflows.events import Code, EventKind
from workflows.vocabulary import Phase, Tier

ANSWER_DAYS = 10
"""Working days of the board, two weeks, within which a second person answers."""
_NOBODY = (
    "Nobody else may agree to this. It takes two people of the board office and the privacy officers, and "
    "one of the two must be a privacy officer who takes no part in the case. Have one appointed first."
)
_ANOTHER = "You asked for this yourself: a second person has to agree."
_NO_OFFICER = (
    "One of the two must be a privacy officer who takes no part in the case: let one of them answer."
)
_LIFTED = (
    "You lifted a legal hold on this case, so somebody else has to agree. "
    "You may ask for it, and they see who lifted the hold."
)
_FIRST_GONE = (
    "Who asked for this may no longer do so: they left the office, or have a part in the case. "
    "Refuse it; somebody else can ask again."
)


@retried
def ask(partnership: str, account: int, reference: str, rule: ErasureRule) -> None:
    """Asks that a case's content be destroyed; who may agree is told.

    Raises NotFound as `erasers.case_by`, NotAllowed for who only reads, Refused for a case whose content
    cannot be destroyed now, or when nobody could agree.
    """
    with writing() as unit:
        place = erasers.require(unit, partnership, account)
        file, standing = erasers.case_by(unit, place.id, account, reference=as_written(reference))
        _refuse(unit, file, standing)
        if _waiting(unit, file) is not None:
            raise Refused("asked_already", "Somebody has asked for this already, and it waits for an answer.")
        others = erasers.seconds(unit, file, account, standing)
        if not others:
            raise Refused("nobody_second", _NOBODY)
        _ask(unit, file, account, standing, rule)
        for other in others:
            office_mail.owe(unit, place.id, other, "erasure_asked", _key("erasure-asked", file))


def _ask(unit: Unit, file: CaseFile, account: int, standing: Standing, rule: ErasureRule) -> None:
    answer_by = working_days.closing_after(file, unit.now, ANSWER_DAYS)
    codes: dict[str, Code] = {"rule": str(rule), "answer_by": answer_by.isoformat()}
    on_record.put(unit, file, EventKind.ERASURE_ASKED, codes, account)
    unit.session.execute(
        insert(Erasure).values(
            partnership_id=file.row.partnership_id,
            case_id=file.row.id,
            event_seq=file.row.event_seq + 1,
            rule=str(rule),
            asked_by_id=account,
            asked_at=unit.now,
            answer_by=answer_by,
            state=ErasureState.WAITING,
        )
    )


@retried
def agree(partnership: str, account: int, public_id: str, seq: int) -> None:
    """The second person agrees, and it is done. The board office, the chair and privacy officers are told.

    Raises NotFound, NotAllowed for who asked, Conflict when somebody was faster, Refused as `ask`.
    """
    with writing() as unit:
        file, standing, row = _asked(unit, partnership, account, public_id, seq)
        if row.state == ErasureState.AGREED and row.ended_by_id == account:
            return  # a second press on the same button
        _require_waiting(unit, row)
        if row.asked_by_id == account:
            raise NotAllowed(_ANOTHER)
        _refuse(unit, file, standing)
        first = erasers.standing_in(unit, file, row.asked_by_id)
        if first is None:
            raise Refused("first_gone", _FIRST_GONE)
        if not erasers.are_enough(first, standing):
            raise NotAllowed(_NO_OFFICER)
        if account in legal_holds.lifted_by(unit, file):
            raise NotAllowed(_LIFTED)
        codes: dict[str, Code] = {"rule": row.rule, "asked": seq, "asked_by": row.asked_by_id}
        on_record.put(unit, file, EventKind.CONTENT_DESTROYED, codes, account)
        destruction.destroy(unit, file)
        _end(unit, row, ErasureState.AGREED, account)
        for told in _to_tell(unit, file.row.partnership_id) - {account}:
            office_mail.owe(unit, file.row.partnership_id, told, "content_destroyed", _key("destroyed", file))
    destruction.write_over_the_log()


@retried
def refuse(partnership: str, account: int, public_id: str, seq: int) -> None:
    """A second person does not agree: everything is kept, and who asked is told. Raises as `agree`."""
    with writing() as unit:
        file, _, row = _asked(unit, partnership, account, public_id, seq)
        _require_waiting(unit, row)
        if row.asked_by_id == account:
            raise NotAllowed("You asked for this yourself: take it back instead.")
        _keep(unit, file, row, ErasureState.REFUSED, account)


@retried
def withdraw(partnership: str, account: int, public_id: str, seq: int) -> None:
    """Who asked takes it back. Raises NotFound, NotAllowed for somebody else, Conflict when it has ended."""
    with writing() as unit:
        file, _, row = _asked(unit, partnership, account, public_id, seq)
        _require_waiting(unit, row)
        if row.asked_by_id != account:
            raise NotAllowed("Somebody else asked for this: you can agree to it or refuse it.")
        _keep(unit, file, row, ErasureState.WITHDRAWN, account)


@retried
def lapse_unanswered() -> int:
    """Ends every request that nobody answered in time; gives how many."""
    with writing() as unit:
        return sum(_lapse_in(unit, place.id) for place in in_turn.partnerships(unit))


def _lapse_in(unit: Unit, partnership: int) -> int:
    late = select(Erasure.case_id).where(
        Erasure.partnership_id == partnership,
        Erasure.state == ErasureState.WAITING,
        Erasure.answer_by <= unit.now,
    )
    return sum(_lapse(unit, partnership, case) for case in unit.session.execute(late).scalars().all())


def _lapse(unit: Unit, partnership: int, case: int) -> bool:
    locked = select(Case.id).where(Case.partnership_id == partnership, Case.id == case).with_for_update()
    unit.session.execute(locked)
    file = case_file.load(unit.session, partnership, [case], unit.now)[case]
    row = _waiting(unit, file)
    if row is None or row.answer_by > unit.now:
        return False
    _keep(unit, file, row, ErasureState.LAPSED, None)
    return True


def _asked(
    unit: Unit, partnership: str, account: int, public_id: str, seq: int
) -> tuple[CaseFile, Standing, AnyRow]:
    """A request with its case, which is locked. Raises NotFound."""
    place = erasers.require(unit, partnership, account)
    file, standing = erasers.case_by(unit, place.id, account, public_id=public_id)
    row = _request(unit, file, seq)
    if row is None:
        raise NotFound
    return file, standing, row


def _require_waiting(unit: Unit, row: AnyRow) -> None:
    """Raises Conflict for a request that has ended, or whose time is over."""
    if row.state != ErasureState.WAITING or row.answer_by <= unit.now:
        raise Conflict


def _refuse(unit: Unit, file: CaseFile, standing: Standing) -> None:
    """Raises Refused, with the reason, for a case whose content may not be destroyed now."""
    if not permitted([standing], Act.DESTROY_CONTENT, Phase(file.row.phase)):
        raise Refused(
            "not_closed", "Only what was written in a closed case can be destroyed. This one is open."
        )
    if destruction.is_destroyed(unit, file):
        raise Refused("destroyed_already", "What was written in this case was destroyed before.")
    if legal_holds.stands(unit, file):
        raise Refused(
            "on_hold", "A legal hold stands on this case: nothing in it may be destroyed until it is lifted."
        )
    if record_checks.is_broken(unit, file.row.partnership_id):
        raise Refused(
            "record_broken",
            "The record of this partnership is not what was written. Let that be cleared up first: what is "
            "destroyed cannot prove anything any more.",
        )
    if _opened_and_not_reviewed(unit, file):
        raise Refused(
            "review_waits",
            "Somebody opened this case without a seat, and that waits for its review. Review it first.",
        )
    destruction.require_sealed(unit, file)


def _opened_and_not_reviewed(unit: Unit, file: CaseFile) -> bool:
    query = select(OpenedGlass.event_seq).where(
        OpenedGlass.partnership_id == file.row.partnership_id,
        OpenedGlass.case_id == file.row.id,
        OpenedGlass.reviewed_at.is_(None),
    )
    return unit.session.execute(query).first() is not None


def _keep(unit: Unit, file: CaseFile, row: AnyRow, how: ErasureState, account: int | None) -> None:
    codes: dict[str, Code] = {"how": str(how), "asked": row.event_seq}
    on_record.put(unit, file, EventKind.ERASURE_ENDED, codes, account)
    _end(unit, row, how, account)
    if account != row.asked_by_id:
        key = _key("erasure-ended", file)
        office_mail.owe(unit, file.row.partnership_id, row.asked_by_id, "erasure_ended", key)


def _end(unit: Unit, row: AnyRow, how: ErasureState, account: int | None) -> None:
    unit.session.execute(
        update(Erasure)
        .where(
            Erasure.partnership_id == row.partnership_id,
            Erasure.case_id == row.case_id,
            Erasure.event_seq == row.event_seq,
        )
        .values(state=how, ended_at=unit.now, ended_by_id=account)
    )


def _waiting(unit: Unit, file: CaseFile) -> AnyRow | None:
    return unit.session.execute(_requests(file).where(Erasure.state == ErasureState.WAITING)).first()


def _request(unit: Unit, file: CaseFile, seq: int) -> AnyRow | None:
    return unit.session.execute(_requests(file).where(Erasure.event_seq == seq)).first()


def _requests(file: CaseFile) -> AnySelect:
    return select(*Erasure.__table__.c).where(
        Erasure.partnership_id == file.row.partnership_id, Erasure.case_id == file.row.id
    )


def _to_tell(unit: Unit, partnership: int) -> set[int]:
    office = office_mail.office_of(unit, partnership, (Tier.OFFICE, Tier.CHAIR))
    return {*office, *glass.privacy_officers(unit, partnership)}


def _key(what: str, file: CaseFile) -> str:
    return f"{what}:{file.row.partnership_id}:{file.row.id}:{file.row.event_seq + 1}"


__all__ = ["ANSWER_DAYS", "ErasureRule", "agree", "ask", "lapse_unanswered", "refuse", "withdraw"]
