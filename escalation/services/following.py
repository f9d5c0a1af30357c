"""A new concern from a case whose follow-up said that the person is not safer: nobody types it twice."""

from escalation.errors import Refused
from escalation.security import access
from escalation.security.envelope import Unopened
from escalation.services import case_file, case_view, drafts
from escalation.services.unit import of_account, reading
from escalation.services.views import CaseView, Draft
from workflows.events import EventKind
from workflows.vocabulary import FURTHER, Side

_CARRIED = ("person_reference", "decision", "risk", "request")


def start_anew(account: int, public_id: str) -> Draft:
    """A draft filled in from the case and linked to it; asked for again, the same draft as it then is.

    What may have changed since is left empty: who keeps the person safe, and how soon something may happen.
    Raises NotFound for a case that is not theirs, and Refused when its follow-up did not say no.
    """
    with reading(of_account(account)) as unit:
        partnership, case = access.find(unit.session, public_id, account, unit.now)
        view = case_view.view_of(unit, partnership, case, account)
        file = case_file.load(unit.session, partnership, [case], unit.now)[case]
        named = (file.parties[Side.CHALLENGED], *file.further)
        agencies = [file.agencies[agency].public_id for agency in named]
    if not view.may_follow:
        raise Refused(
            "nothing_to_follow",
            "A new concern can be raised from this one when its follow-up says that the person is not safer.",
            view,
        )
    draft = drafts.start(account, view.partnership.public_id, drafts.RAISE, public_id)
    return draft if draft.answers else drafts.save(account, draft.public_id, _answers(view, agencies))


def _answers(view: CaseView, agencies: list[str]) -> dict[str, str]:
    texts = {name: view.written[name].text for name in _CARRIED if name in view.written}
    carried = {name: text for name, text in texts.items() if not isinstance(text, Unopened)}
    others = {
        **dict(zip(("agency", *FURTHER), agencies, strict=False)),
        "role": view.challenged_role,
        "attempts": _attempts(view),
    }
    return carried | others | {"follows": view.public_id}


def _attempts(view: CaseView) -> str:
    """What came of the earlier challenge, in a sentence, with what its follow-up left open."""
    answer = next(e for e in view.events if e.kind is EventKind.FOLLOW_UP_ANSWERED)
    said = (w.text for w in answer.written if w.field == "still_open" and not isinstance(w.text, Unopened))
    still_open = next(said, "")
    came_of_it = f"Challenge {view.reference} was settled for now. At its follow-up the person was not safer."
    return f"{came_of_it} Still open: {still_open}" if still_open else came_of_it
