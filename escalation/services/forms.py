"""The forms of a protocol: what a move asks for, how the answers are kept, and how they are read again.

    [[form]] --asked--> page or API --answers (form/field)--> command --kept--> statement (form@version/field)

An answer is a statement of the move's event like any other prose. Its name says in which form and version
it was asked, so that it can be read with the words of its time.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from escalation.errors import Refused
from escalation.models import Statement
from escalation.security import access
from escalation.services import case_file
from escalation.services.case_file import CaseFile
from escalation.services.unit import Unit, of_account, reading
from escalation.services.views import AskedView, FormView
from workflows.asked import answer_name, asked_on, kept_name, other_part, parts_of
from workflows.protocol import Form, Protocol
from workflows.triggers import Trigger
from workflows.vocabulary import Side

_CHANGED = "Your procedure asks for something else with this now. Open the form again, and send it once more."


def forms_of(
    file: CaseFile, trigger: Trigger, slots: frozenset[str], filled: Iterable[str] = ()
) -> tuple[Form, ...]:
    """The forms that somebody fills in with a move, by the first of their seats that may make it.

    `filled` are names of answers that other sides have given: whoever adds something new may add their part.
    """
    side = _side(file, trigger, slots)
    bound = asked_on(file.protocol, file.row.stage, trigger, side)
    if trigger is not Trigger.TELL_CHANGE:
        return bound
    known = {form.id for form in bound}
    ids = dict.fromkeys(parts[0] for name in filled if (parts := parts_of(name)) and parts[0] not in known)
    added = (other_part(file.protocol, form, side) for form in ids)
    return (*bound, *(part for part in added if part))


def asked(public_id: str, account: int, trigger: Trigger) -> tuple[FormView, ...]:
    """The forms that a person fills in with a move on a case. Raises NotFound for a stranger."""
    with reading(of_account(account)) as unit:
        partnership, case = access.find(unit.session, public_id, account, unit.now)
        file = case_file.load(unit.session, partnership, [case], unit.now)[case]
        filled = names_filled(unit, file) if trigger is Trigger.TELL_CHANGE else ()
        found = forms_of(file, trigger, file.slots_of(account), filled)
        return tuple(view_of(form, file.protocol.welsh) for form in found)


def names_filled(unit: Unit, file: CaseFile) -> tuple[str, ...]:
    """The names of all answers that are kept in a case, those to forms among them."""
    rows = unit.session.execute(
        select(Statement.field)
        .where(Statement.partnership_id == file.row.partnership_id, Statement.case_id == file.row.id)
        .order_by(Statement.event_seq)
    )
    return tuple(rows.scalars())


def _side(file: CaseFile, trigger: Trigger, slots: frozenset[str]) -> Side | None:
    move = file.protocol.stages[file.row.stage].move(trigger)
    able = slots & move.by if move else frozenset()
    return next((s.side for s in file.protocol.slots.values() if s.id in able), None)


def view_of(form: Form, welsh: Mapping[str, str]) -> FormView:
    """A form as a page or the API asks it."""
    fields = tuple(
        AskedView(
            (name := answer_name(form.id, f.id)), f.label, f.hint, f.required, welsh.get(f"field.{name}", "")
        )
        for f in form.fields
    )
    return FormView(form.id, form.version, form.title, fields, welsh.get(f"form.{form.id}", ""))


def raising_forms(protocol: Protocol) -> tuple[Form, ...]:
    """The forms that belong to raising a concern, in whichever stage it begins."""
    return asked_on(protocol, protocol.first_stage.id, Trigger.RAISE, Side.RAISING)


def kept(asked: Iterable[Form], answers: Mapping[str, str]) -> dict[str, str]:
    """Answers under the names by which they are kept. Raises Refused when they are not those asked for:
    the doors have checked them field by field, and since then the procedure has changed."""
    fields = {answer_name(form.id, f.id): (form, f) for form in asked for f in form.fields}
    needed = {name for name, (_, f) in fields.items() if f.required}
    if not answers.keys() <= fields.keys() or not needed <= answers.keys():
        raise Refused("asks_something_else", _CHANGED)
    return {kept_name(fields[name][0].id, fields[name][0].version, fields[name][1].id): text
            for name, text in answers.items()}  # fmt: skip
