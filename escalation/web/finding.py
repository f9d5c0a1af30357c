"""Finding a case again by a number. What is typed is sent and never stands in an address."""

from collections.abc import Mapping

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from escalation.errors import InvalidInput, TooManyAttempts
from escalation.schemas.finding import KINDS, asked_from
from escalation.services import number_search
from escalation.services.views import WorkRow
from escalation.web.layout import person
from escalation.web.sign_in import parked

blueprint = Blueprint("finding", __name__)


@blueprint.get("/find")
def ask() -> str:
    """The form."""
    return _page(parked(request.path) or {}, {})


@blueprint.post("/find")
def search() -> ResponseReturnValue:
    """The cases that carry the number, of those that this person may read."""
    answers = {name: request.form.get(name, "") for name in ("kind", "number")}
    try:
        return _page(answers, {}, number_search.search(person(), asked_from(answers).number))
    except InvalidInput as invalid:
        return _page(answers, invalid.errors), 422
    except TooManyAttempts as often:
        said = f"You have looked for {number_search.PER_HOUR} numbers within an hour. {_wait(often)}"
        return _page(answers, {"number": [said]}), 429, {"Retry-After": str(often.seconds)}


def _wait(often: TooManyAttempts) -> str:
    """What the error says of when to try again."""
    return str(often).partition(". ")[2]


def _page(
    answers: Mapping[str, str], errors: Mapping[str, list[str]], found: tuple[WorkRow, ...] | None = None
) -> str:
    return render_template("work/find.html", kinds=KINDS, answers=answers, errors=errors, found=found)
