"""Opening a case: through the one access function, with the read on record."""

from escalation.errors import InvalidInput, NotAllowed
from escalation.security import access
from escalation.security.public_ids import as_written
from escalation.services import case_view, sealed
from escalation.services.unit import Unit, of_account, reading, retried, writing
from escalation.services.views import CaseView

REASON_FROM = 20
"""Letters that a reason has at least: less says nothing to whoever reviews it."""


@retried
def open_case(public_id: str, account: int) -> CaseView:
    """The case as this person may see it; the reading is recorded.

    Raises NotFound for a case that the person has no part in, or that does not exist.
    """
    with writing(of_account(account)) as unit:
        partnership, case = access.find(unit.session, public_id, account, unit.now)
        slot = case_view.slot_of(unit, partnership, case, account)
        access.record_read(unit.session, partnership, case, account, slot, "case", unit.now)
    return as_seen(public_id, account)


@retried
def unmask(public_id: str, account: int, reason: str) -> CaseView:
    """The case once with the reference for the person, for somebody to whom it is masked otherwise.

    The reason is on record before anything is shown. Raises NotFound as `open_case` does, NotAllowed for
    whoever may not see it for a reason either, InvalidInput for a reason of less than REASON_FROM letters.
    """
    if len(reason.strip()) < REASON_FROM:
        raise InvalidInput({"reason": [f"Say why you need it, in {REASON_FROM} letters or more"]})
    with writing(of_account(account)) as unit:
        partnership, case = access.find(unit.session, public_id, account, unit.now)
        slot = case_view.slot_of(unit, partnership, case, account)
        view = case_view.view_of(unit, partnership, case, account, unmasked=True)
        if view.masked or not view.person_reference:
            raise NotAllowed("The reference for the person is not for you to see.")
        place = sealed.in_read_log(partnership, case, account, unit.now)
        kept = sealed.keys_to_write(unit, partnership, case).seal(place, reason.strip())
        access.record_read(unit.session, partnership, case, account, slot, "identifiers", unit.now, kept)
    return view


def as_seen(public_id: str, account: int) -> CaseView:
    """The case as this person may see it, just after they did something to it themselves."""
    with reading(of_account(account)) as unit:
        return _view(unit, public_id, account)


def require_part(public_id: str, account: int) -> None:
    """Raises NotFound unless the person takes part in the case."""
    with reading(of_account(account)) as unit:
        access.find(unit.session, public_id, account, unit.now)


def _view(unit: Unit, public_id: str, account: int) -> CaseView:
    partnership, case = access.find(unit.session, public_id, account, unit.now)
    return case_view.view_of(unit, partnership, case, account)


def look_up(reference: str, account: int) -> str:
    """The public id of a case by its reference. Raises NotFound as `open_case` does."""
    with reading(of_account(account)) as unit:
        return access.find_by_reference(unit.session, as_written(reference), account, unit.now)
