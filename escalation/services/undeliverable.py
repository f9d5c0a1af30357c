"""A mail that came back is a safety event: the person was not told, so others are."""

from sqlalchemy import select, update

from escalation.models import Account, Case
from escalation.models.types import AnyRow
from escalation.services import case_file, transition
from escalation.services.unit import Unit
from workflows.case import Decision
from workflows.events import Event, EventKind


def tell_others(unit: Unit, row: AnyRow, *, came_back: bool) -> None:
    """Records that a mail could not be delivered, and owes the news to the deputy and the board office.

    When it `came_back` (and was not merely given up), the account is marked, and from then on the
    directory passes the person over; a mail to an address outside marks nobody.
    News about news is not sent: that could go round for ever.
    """
    if came_back and row.to_address is None:
        unit.session.execute(update(Account).where(Account.id == row.account_id).values(mail_ok=False))
    if row.case_id is None or row.name == "mail_undeliverable":
        return
    unit.session.execute(
        select(Case.id)
        .where(Case.partnership_id == row.partnership_id, Case.id == row.case_id)
        .with_for_update()
    )
    file = case_file.load(unit.session, row.partnership_id, [row.case_id], unit.now)[row.case_id]
    event = Event(EventKind.MAIL_UNDELIVERABLE, {"slot": row.slot, "mail": row.name, "waits_for": row.slot})
    transition.carry_out(unit, [transition.Step(file, Decision(after=file.state(), events=(event,)))])
