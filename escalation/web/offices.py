"""The offices of a partnership: an administrator appoints, and never themselves alone."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from escalation.errors import InvalidInput, NotAllowed
from escalation.services import appointing
from escalation.services.appointments import NewAppointment
from escalation.web.layout import person

blueprint = Blueprint("offices", __name__, url_prefix="/board")


@blueprint.get("/<partnership>/offices")
def show(partnership: str) -> str:
    """Who has which office, who asks for one, and a form to appoint."""
    return _page(partnership, {}, {})


@blueprint.post("/<partnership>/offices")
def appoint(partnership: str) -> str | Response | tuple[str, int]:
    """Appoints somebody from now on."""
    given = {name: request.form.get(name, "").strip() for name in ("email", "office", "until")}
    try:
        new = NewAppointment(given["email"], given["office"], _day(given["until"]))
        done = appointing.appoint(person(), partnership, new)
    except InvalidInput as error:
        return _page(partnership, given, error.errors), 422
    flash("Appointed." if done else "Asked for. Another administrator has to confirm it.")
    return redirect(url_for("offices.show", partnership=partnership))


@blueprint.post("/<partnership>/offices/<int:appointment>/confirm")
def confirm(partnership: str, appointment: int) -> Response:
    """Confirms what another administrator asked for themselves."""
    appointing.confirm(person(), partnership, appointment)
    flash("Confirmed.")
    return redirect(url_for("offices.show", partnership=partnership))


@blueprint.post("/<partnership>/offices/<int:appointment>/end")
def end(partnership: str, appointment: int) -> str | Response:
    """Ends an appointment, or takes back a request; what follows from it is said before it is done."""
    if "confirm" not in request.form:
        row = appointing.one_of(person(), partnership, appointment)
        return render_template("board/end_office.html", row=row, public_id=partnership)
    appointing.end(person(), partnership, appointment)
    flash("Ended.")
    return redirect(url_for("offices.show", partnership=partnership))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise InvalidInput({"until": ["Write the day as 2027-03-31, or leave it out."]}) from error


def _page(partnership: str, given: dict[str, str], errors: dict[str, list[str]]) -> str:
    if not appointing.may_manage(person(), partnership):
        raise NotAllowed
    rows = appointing.list_of(person(), partnership)
    return render_template(
        "board/offices.html", rows=rows, names=appointing.OFFICES, answers=given, errors=errors,
        public_id=partnership,
    )  # fmt: skip
