"""A mail that came back is a safety event: the person was not told, so others are."""

from sqlalchemy import select, update

from escalation.models import Account, Case
from escalation.models.types import AnyRow
from escalation.services import case_file, transition
from escalation.services.unit import Unit
from workflows.case import Decision
from workflows.events import Event, EventKind


def tell_others(unit: Unit, row: AnyRow) -> None:
    """Records that a mail could not be delivered: the account is marked, and its case says so.

    From then on the directory passes the person over: the deputy is told, or the board office.
    """
    unit.session.execute(update(Account).where(Account.id == row.account_id).values(mail_ok=False))
    if row.case_id is None:
        return
    unit.session.execute(
        select(Case.id)
        .where(Case.partnership_id == row.partnership_id, Case.id == row.case_id)
        .with_for_update()
    )
    file = case_file.load(unit.session, row.partnership_id, [row.case_id], unit.now)[row.case_id]
    event = Event(EventKind.MAIL_UNDELIVERABLE, {"slot": row.slot, "mail": row.name, "waits_for": row.slot})
    transition.carry_out(unit, [transition.Step(file, Decision(after=file.state(), events=(event,)))])
