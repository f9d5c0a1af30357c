"""Destroying what was written in a case, by two people; the list of such requests; and legal holds."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from escalation.errors import InvalidInput, NotFound, Refused
from escalation.schemas.erasure import ANSWERS, GROUNDS, RULES, agrees_from, hold_from, request_from
from escalation.services import erasure, erasure_view, legal_holds
from escalation.services.erasure_view import ToAnswer
from escalation.web import step_up
from escalation.web.layout import of_partnership, person

blueprint = Blueprint("erasure", __name__, url_prefix="/board")

Page = str | Response | tuple[str, int]
_NOT_THERE = "There is no such case here, or you take part in it in a way that keeps you out of this"


@blueprint.get("/<partnership>/erasures")
def index(partnership: str) -> Page:
    """Which requests wait, what became of the others, and which cases are held."""
    found = erasure_view.of_partnership(person(), partnership)
    of_partnership(found.partnership)
    return render_template(
        "erasure/index.html", found=found, rules=RULES, grounds=GROUNDS, public_id=partnership
    )


@blueprint.route("/<partnership>/erasures/ask", methods=["GET", "POST"])
@step_up.required
def ask(partnership: str) -> Page:
    """The first of the two: which case, and on which rule."""
    of_partnership(erasure_view.require_acting(person(), partnership))
    answers = {name: request.values.get(name, "") for name in ("reference", "rule")}
    if request.method == "GET":
        return _ask(partnership, answers, {})
    try:
        given = request_from(answers)
        erasure.ask(partnership, person(), given.reference, given.rule)
    except _NOT_DONE as error:
        return _ask(partnership, answers, _said_of(error)), 422
    flash("It is asked for. Nothing is destroyed until a second person agrees; they have been told.")
    return redirect(url_for(".index", partnership=partnership))


_NOT_DONE = (InvalidInput, NotFound, Refused)


def _said_of(error: InvalidInput | NotFound | Refused) -> dict[str, list[str]]:
    """What is said at the fields of a form that names a case."""
    if isinstance(error, InvalidInput):
        return error.errors
    return {"reference": [error.reason if isinstance(error, Refused) else _NOT_THERE]}


def _ask(partnership: str, answers: dict[str, str], errors: dict[str, list[str]]) -> str:
    return render_template(
        "erasure/ask.html", rules=RULES, answers=answers, errors=errors, public_id=partnership
    )


@blueprint.route("/<partnership>/erasures/<public_id>/<int:seq>", methods=["GET", "POST"])
@step_up.required
def answer(partnership: str, public_id: str, seq: int) -> Page:
    """The second of the two agrees or does not; who asked takes it back here."""
    asked = erasure_view.to_answer(person(), partnership, public_id, seq)
    of_partnership(asked.partnership)
    answers = {name: request.form.get(name, "") for name in ("answer", "reference")}
    if request.method == "GET":
        return _answer(partnership, asked, answers, {})
    if "withdraw" in request.form:
        erasure.withdraw(partnership, person(), public_id, seq)
        return _back(partnership, "It is taken back. Everything is kept.")
    try:
        agrees = agrees_from(answers, asked.request.reference)
    except InvalidInput as invalid:
        return _answer(partnership, asked, answers, invalid.errors), 422
    if not agrees:
        erasure.refuse(partnership, person(), public_id, seq)
        return _back(partnership, "Everything is kept. Who asked is told.")
    try:
        erasure.agree(partnership, person(), public_id, seq)
    except Refused as refused:
        return _answer(partnership, asked, answers, {"answer": [refused.reason]}), 422
    return _back(
        partnership,
        "What was written in this case is destroyed. That it was, by whom and on which rule, is on record.",
    )


def _answer(partnership: str, asked: ToAnswer, answers: dict[str, str], errors: dict[str, list[str]]) -> str:
    return render_template(
        "erasure/answer.html", asked=asked, one=asked.request, rules=RULES, grounds=GROUNDS, options=ANSWERS,
        answers=answers, errors=errors, public_id=partnership,
    )  # fmt: skip


@blueprint.route("/<partnership>/holds", methods=["GET", "POST"])
@step_up.required
def hold(partnership: str) -> Page:
    """Puts a legal hold on a case."""
    of_partnership(erasure_view.require_acting(person(), partnership))
    answers = {name: request.values.get(name, "") for name in ("reference", "ground")}
    if request.method == "GET":
        return _hold(partnership, answers, {})
    try:
        given = hold_from(answers)
        legal_holds.put_on(partnership, person(), given.reference, given.ground)
    except _NOT_DONE as error:
        return _hold(partnership, answers, _said_of(error)), 422
    return _back(partnership, "The hold stands. Nothing in this case can be destroyed until it is lifted.")


def _hold(partnership: str, answers: dict[str, str], errors: dict[str, list[str]]) -> str:
    return render_template(
        "erasure/hold.html", grounds=GROUNDS, answers=answers, errors=errors, public_id=partnership
    )


@blueprint.post("/<partnership>/holds/<public_id>/<int:seq>/lift")
def lift(partnership: str, public_id: str, seq: int) -> Page:
    """Lifts a legal hold."""
    erasure_view.require_acting(person(), partnership)
    if not step_up.is_proved():
        return step_up.ask(url_for(".index", partnership=partnership))
    legal_holds.lift(partnership, person(), public_id, seq)
    return _back(partnership, "The hold is lifted.")


def _back(partnership: str, words: str) -> Response:
    flash(words)
    return redirect(url_for(".index", partnership=partnership))
