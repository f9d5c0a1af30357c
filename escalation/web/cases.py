"""A case and everything that may be done to it."""

import re
from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from escalation.errors import InvalidInput, NotFound
from escalation.schemas.forms import as_sent, both, filled_in, of_forms
from escalation.schemas.moves import answers_of, command_from, readdress_from
from escalation.services import cases, forms, moves, places, submissions
from escalation.services.standing import DECISIONS
from escalation.services.submissions import new_key
from escalation.services.views import CaseView, FormView
from escalation.web import errors, filled, resolution, step_up, words
from escalation.web.forms import FORM_OF, FORMS, Form, asks_of, spoken, triggers_of
from escalation.web.layout import of_partnership, person, submitted_key
from escalation.web.sign_in import parked
from workflows.commands import Acknowledge, Command
from workflows.triggers import Trigger

blueprint = Blueprint("cases", __name__)

Page = str | Response | tuple[str, int]
_DONE: Mapping[Trigger, str] = {
    Trigger.ACKNOWLEDGE: "They can see that you have it. The clock keeps running until there is a position.",
    Trigger.TELL_CHANGE: "Everybody who takes part has been told.",
    Trigger.SAY_SAFETY: "Saved. Everybody who takes part can see it.",
    Trigger.WITHDRAW: "The {challenge} is withdrawn.",
    Trigger.ANSWER_FOLLOW_UP: "Thank you. The case is closed.",
    Trigger.ESCALATE: "It has moved up. The next {stage} has been told.",
}


@blueprint.get("/c/<reference>")
def by_reference(reference: str) -> Page:
    """Where a mail leads: to the case, for whoever takes part in it."""
    return redirect(url_for(".show", public_id=cases.look_up(reference, person())))


@blueprint.get("/cases/<public_id>")
def show(public_id: str) -> Page:
    """Where it is, whose turn it is, how long they have, and what I can do."""
    case = _case(public_id)
    return render_template(
        "case/case.html",
        case=case,
        links=links(case),
        primary=primary(case),
        resolution=resolution.blocks(case),
        filled=filled.forms_of(case),
        may=_able(case),
        key=new_key(),
    )


@blueprint.get("/cases/<public_id>/history")
def history(public_id: str) -> Page:
    """Everything on record that I may see."""
    return render_template("case/history.html", case=_case(public_id))


@blueprint.get("/cases/<public_id>/receipt")
def receipt(public_id: str) -> Page:
    """A text to paste into one's own record."""
    return render_template("case/receipt.html", case=_case(public_id))


@blueprint.post("/cases/<public_id>/own")
def own(public_id: str) -> Page:
    """I have read this and own it: one press, and no clock stops. A form of the procedure comes first."""
    if forms.asked(public_id, person(), Trigger.ACKNOWLEDGE) and not _is_on_record(public_id):
        return redirect(url_for(".form", public_id=public_id, name=str(Trigger.ACKNOWLEDGE)))
    moves.make_move(public_id, person(), Acknowledge(), submitted_key())
    flash(_DONE[Trigger.ACKNOWLEDGE])
    return redirect(url_for(".show", public_id=public_id))


@blueprint.route("/cases/<public_id>/<name>", methods=["GET", "POST"])
def form(public_id: str, name: str) -> Page:
    """A form on a case: asked, checked, sent."""
    if name not in FORMS:
        raise NotFound
    try:
        case = _case(public_id)
        return _form_on(case, spoken(FORMS[name], case.words))
    except NotFound:
        if not _is_on_record(public_id):
            raise
        # It is done, and with it this person's own part in the case: there is nothing more to show.
        flash("It is on record. The case is now with somebody else.")
        return redirect(url_for("pages.work"))


def _is_on_record(public_id: str) -> bool:
    """Whether this very form was sent, now or before: passing a concern on ends one's own part in it."""
    return request.method == "POST" and submissions.is_on_record(person(), submitted_key(), public_id)


def _form_on(case: CaseView, asked: Form) -> Page:
    asking = request.method == "GET"
    answers = (parked(request.path) or {}) if asking else _given(asked)
    refused = moves.why_not(case, triggers_of(asked))
    # What is sent for good is for the service to refuse: it knows a second press on the same button.
    if refused and (asking or (asked.check and "confirm" not in request.form)):
        return errors.refused(refused, answers)
    if asking or "edit" in request.form:
        return _form(case, asked, answers, {})
    if _is_decision(asked, answers) and not step_up.is_proved() and not _is_on_record(case.public_id):
        return step_up.ask()
    bound = _bound(case, asked, answers)
    # What the procedure asks for with a choice is known only once it is made: it comes on the next page.
    later = asked.choices is not None and not _were_asked(bound)
    try:
        command = _command(case, asked, answers, () if later else bound)
    except InvalidInput as invalid:
        return _form(case, asked, answers, _in_own_words(invalid.errors, case.words)), 422
    if later and bound:
        return _form(case, asked, answers, {}, only_bound=True)
    if asked.check and "confirm" not in request.form:
        return _check(case, asked, answers)
    return _send(case, command)


def _is_decision(asked: Form, answers: Mapping[str, str]) -> bool:
    """A decision stays on record for good: whoever sends it proves anew that it is them."""
    return (answers.get("choice") if asked.choices else asked.trigger or asked.name) in DECISIONS


def _send(case: CaseView, command: Command) -> Page:
    moves.make_move(case.public_id, person(), command, submitted_key(), seen_version=_seen())
    cases.require_part(case.public_id, person())
    done = _DONE.get(command.trigger, "It is on record, and those it concerns have been told.")
    flash(words.said(done, case.words))
    return redirect(url_for(".show", public_id=case.public_id))


def _given(asked: Form) -> dict[str, str]:
    names = [ask.name for ask in asked.asks] + (["choice"] if asked.choices else [])
    return {name: request.form.get(name, "") for name in (*names, *of_forms(request.form))}


def _bound(case: CaseView, asked: Form, answers: Mapping[str, str]) -> tuple[FormView, ...]:
    """The procedure's own forms for the move that is made, as far as it is known which one that is."""
    chosen = answers.get("choice") if asked.choices else asked.trigger
    return next((action.forms for action in case.actions if action.trigger == chosen), ())


def _were_asked(bound: tuple[FormView, ...]) -> bool:
    """Whether a page with these forms was answered, with whatever in it."""
    return any(f.name in request.form for form in bound for f in form.fields)


def _in_own_words(errors: Mapping[str, list[str]], own: Mapping[str, str]) -> dict[str, list[str]]:
    """What is wrong, with the outcome called as the board calls it; nobody's text stands in it."""
    return {
        name: [re.sub("outcome", lambda o: words.word(o[0], own), m, flags=re.IGNORECASE) for m in messages]
        if name == "outcome"
        else messages
        for name, messages in errors.items()
    }


def _command(case: CaseView, asked: Form, answers: Mapping[str, str], bound: tuple[FormView, ...]) -> Command:
    trigger = _trigger(asked, answers)
    wanted = answers_of(trigger)
    given = {k: v for k, v in answers.items() if k in wanted}

    def filled() -> Mapping[str, str]:
        names = {f.name for form in bound for f in form.fields}
        # A second press on the same button says what the first one said, whatever is asked for by now.
        if _is_on_record(case.public_id):
            return as_sent(answers)
        return filled_in(bound, {k: v for k, v in answers.items() if k in names})

    if trigger is Trigger.READDRESS:
        return _passed_on(case, *both(lambda: readdress_from(given), filled))
    return command_from(trigger, given, filled)


def _passed_on(case: CaseView, given: Mapping[str, str], filled: Mapping[str, str]) -> Command:
    where = (given["agency"], given["reasons"], given["safety"])
    try:
        return moves.pass_on_to(case.public_id, person(), *where, filled)
    except NotFound as error:
        raise InvalidInput({"agency": ["Select the agency it belongs to"]}) from error


def _trigger(asked: Form, answers: Mapping[str, str]) -> Trigger:
    if asked.choices is None:
        return asked.trigger or Trigger(asked.name)
    if answers.get("choice") not in asked.choices:
        raise InvalidInput(
            {"choice": ["Select your position" if asked.name == "position" else "Select your view"]}
        )
    return Trigger(answers["choice"])


def _form(
    case: CaseView,
    asked: Form,
    answers: Mapping[str, str],
    wrong: Mapping[str, list[str]],
    *,
    only_bound: bool = False,
) -> str:
    bound = _bound(case, asked, answers)
    return render_template(
        "case/more.html" if only_bound else "case/form.html",
        case=case,
        form=asked,
        bound=[(form, asks_of(form)) for form in bound],
        answers=answers,
        errors=wrong,
        options=_options(case, asked),
        choices=_choices(case, asked),
        key=submitted_key(),
        may=_able(case),
    )


def _options(case: CaseView, asked: Form) -> Mapping[str, str]:
    """What to choose from, where a form asks for it: an agency, a stage, a gate, a meeting, a time."""
    if asked.name != "readdress":
        return next((a.choices for a in case.actions if a.trigger == asked.trigger), {})
    found = places.agencies_to_challenge(person(), case.partnership.public_id)
    return {a.public_id: a.name for a in found if a.name != case.challenged_agency}


def _able(case: CaseView) -> frozenset[Trigger]:
    """What this person may do now."""
    return frozenset(a.trigger for a in case.actions if a.refusal is None)


def _choices(case: CaseView, asked: Form) -> Mapping[str, str]:
    """Of a form's choices, those that this person may make now (all, if none: the refusal explains)."""
    able = _able(case)
    return {k: v for k, v in (asked.choices or {}).items() if k in able} or (asked.choices or {})


def _check(case: CaseView, asked: Form, answers: Mapping[str, str]) -> str:
    return render_template(
        "case/check.html",
        case=case,
        form=asked,
        answers=answers,
        bound=[(form, asks_of(form)) for form in _bound(case, asked, answers)],
        options=_options(case, asked),
        key=submitted_key(),
    )


def links(case: CaseView) -> list[tuple[str, str]]:
    """Other things this person can do: words and address, each form once."""
    able = [a.trigger for a in case.actions if a.refusal is None and a.trigger is not Trigger.ACKNOWLEDGE]
    names = dict.fromkeys(FORM_OF[t] if t in FORM_OF else str(t) for t in able if t is not Trigger.READDRESS)
    found = [
        (_link_words(name, case.words), url_for(".form", public_id=case.public_id, name=name))
        for name in names
    ]
    if Trigger.READDRESS in able:
        found.append(
            (
                words.move_link(Trigger.READDRESS, case.words),
                url_for(".form", public_id=case.public_id, name="readdress"),
            )
        )
    return found


def _link_words(name: str, own: Mapping[str, str]) -> str:
    if name == "position":
        return "Give your position"
    return "Say whether you support it" if name == "view" else words.move_link(Trigger(name), own)


_FIRST = ("position", "view", "record_decision", "answer_follow_up", "agree_settlement", "tell_change")


def primary(case: CaseView) -> tuple[str, str] | None:
    """The one thing that this person most likely came for."""
    found = {address.rsplit("/", 1)[-1]: (text, address) for text, address in links(case)}
    if case.position != "none" and case.is_raiser and "agree_settlement" in found:
        return ("Accept the reply", found["agree_settlement"][1])
    order = _FIRST if not case.is_raiser else ("answer_follow_up", "tell_change")
    return next((found[name] for name in order if name in found), None)


def _case(public_id: str) -> CaseView:
    case = cases.open_case(public_id, person())
    of_partnership(case.partnership)
    return case


def _seen() -> int | None:
    seen = request.form.get("seen", "")
    return int(seen) if seen.isdigit() else None
