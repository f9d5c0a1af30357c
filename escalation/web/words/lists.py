"""A case in one line: in lists, and as a receipt for somebody's own record."""

from zoneinfo import ZoneInfo

from escalation.services.views import CaseView, WorkRow
from escalation.web.words.state import moves_up_to, role
from workflows.own_words import word
from workflows.vocabulary import Phase


def receipt(case: CaseView) -> str:
    """A text to paste into one's own record. No names."""
    zone = case.partnership.zone
    raised = case.raised_at.astimezone(ZoneInfo(zone))
    first = f"Safeguarding {word('challenge', case.words)} {case.reference}, {raised.day} {raised:%b %Y %H:%M}, {case.raising_agency} to "
    first += f"{case.challenged_agency} ({role(case.challenged_role)}), my reference {case.person_reference}. {case.stage_name}."
    if case.main is None:
        return first
    due = case.main.due.astimezone(ZoneInfo(case.main.zone))
    above = moves_up_to(case)
    then = f", else {above}" if above else ""
    return f"{first} {case.main.title}: due {due.day} {due:%b %Y %H:%M}{then}."


def work_state(row: WorkRow) -> str:
    """One case in a list, in one phrase."""
    if row.phase is Phase.CLOSED:
        return "Closed"
    if row.unheld:
        return f"Nobody holds the post it waits for: {row.waits_for_title}"
    if row.due is None:
        return "Waiting for nobody: no time runs"
    waits = (
        "Waiting for you"
        if row.waits_for_me
        else f"Waiting for {row.waits_for_title}, {row.waits_for_agency}"
    )
    if not row.past_time:
        return waits
    return f"{waits}, past its time once" if row.again else f"{waits}, past its time"
