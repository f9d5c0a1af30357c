"""What belongs to one's own account: where one is signed in, and what happened at the door."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from escalation.services import sessions
from escalation.web.layout import person
from escalation.web.sign_in import kept

blueprint = Blueprint("account", __name__, url_prefix="/account")


@blueprint.get("/sessions")
def places() -> str:
    """Where I am signed in."""
    return render_template("account/sessions.html", sessions=sessions.places_of(person(), _token()))


@blueprint.post("/sessions/end")
def end() -> Response:
    """Ends one session, from another."""
    kept.note(person(), "signed_out_elsewhere")
    ended = sessions.end_one(person(), request.form.get("session", ""))
    flash("You are signed out there." if ended else "That session had ended already.")
    return redirect(url_for(".places"))


@blueprint.post("/sessions/end-others")
def end_others() -> Response:
    """Ends every session but this one."""
    kept.note(person(), "signed_out_elsewhere")
    sessions.end_all(person(), but=_token())
    flash("You are signed out everywhere else.")
    return redirect(url_for(".places"))


def _token() -> str:
    return getattr(session, "was_token", None) or ""
