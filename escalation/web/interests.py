"""On the account: the agencies to which somebody has a line, said and ended by themselves."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from escalation.services import interests
from escalation.web.layout import person

blueprint = Blueprint("interests", __name__, url_prefix="/account/lines")


@blueprint.get("")
def show() -> str:
    """What is declared, and a form for one more."""
    return _page("")


@blueprint.post("")
def declare() -> str | Response | tuple[str, int]:
    """Declares a line to the agency that was chosen."""
    partnership, _, agency = request.form.get("agency", "").partition(":")
    if not agency:
        return _page("Choose an agency."), 422
    interests.declare(person(), partnership, agency)
    flash("It is declared. You take no part for the board in cases of this agency.")
    return redirect(url_for("interests.show"))


@blueprint.post("/end")
def end() -> Response:
    """Ends one of them."""
    partnership, _, agency = request.form.get("agency", "").partition(":")
    interests.end(person(), partnership, agency)
    flash("It is ended.")
    return redirect(url_for("interests.show"))


def _page(error: str) -> str:
    errors = {"agency": [error]} if error else {}
    mine, choices = interests.mine(person()), interests.choices(person())
    return render_template("pages/lines.html", mine=mine, choices=choices, errors=errors)
