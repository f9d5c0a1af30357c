"""The demo's own pages: choose who you are, every e-mail as it left, move the clock."""

from datetime import datetime
from pathlib import Path

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_login import login_user
from werkzeug.wrappers import Response as AnyResponse

from escalation.demo import data
from escalation.demo.catcher import Pigeonhole
from escalation.extensions import db
from escalation.models import Account
from escalation.services import job_log, moving_clock, outbox, restored
from escalation.web.sign_in import is_own_path

blueprint = Blueprint("demo", __name__, url_prefix="/demo", template_folder="templates")

OPEN = {
    f"demo.{name}": "nothing"
    for name in ("people", "sign_in_as", "mails", "mail", "mail_html", "mail_raw", "move_clock")
}


def register(app: Flask) -> None:
    """Puts the demo's pages into the application."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals["demo_now"] = now
    app.extensions.setdefault("policy", {}).update(OPEN)


def now() -> datetime:
    """The demo's time."""
    return job_log.now()


@blueprint.get("/people")
def people() -> str:
    """Everybody in the demo, with their posts."""
    return render_template("demo/people.html", people=data.cast_list())


@blueprint.post("/sign-in-as/<int:account>")
def sign_in_as(account: int) -> AnyResponse:
    """Signs in as one of the demo's people."""
    found = db.session.get(Account, account)
    if found is None:
        abort(404)
    login_user(found)
    return redirect(url_for("pages.work"))


@blueprint.post("/clock")
def move_clock() -> AnyResponse:
    """One working day later."""
    moved = moving_clock.one_working_day_later()
    day = f"{moved:%A} {moved.day} {moved:%B} {moved.year}"
    then = (
        "Nothing runs out: it was restored, and waits for `escalation outbox release`."
        if restored.now_standing()
        else "What fell due happens within seconds."
    )
    flash(f"It is now {day} in the demo. {then}")
    target = request.form.get("back", "")
    return redirect(target if is_own_path(target) else url_for("pages.work"))


def _pigeonhole() -> Pigeonhole:
    return Pigeonhole(Path(current_app.config["ESCALATION"].instance) / "mail")


@blueprint.get("/mail")
def mails() -> str:
    """The newest mails, and before them those that wait, with the reason. Nothing leaves this machine."""
    return render_template("demo/mails.html", mails=_pigeonhole().mails(), waiting=outbox.waiting())


@blueprint.get("/mail/<int:number>")
def mail(number: int) -> str:
    """One mail: as a telephone's lock screen shows it, as text, as HTML, with its headers."""
    found = _pigeonhole().mail(number)
    if found is None:
        abort(404)
    return render_template("demo/mail.html", mail=found)


@blueprint.get("/mail/<int:number>/html")
def mail_html(number: int) -> Response:
    """The HTML part alone, in a box that can run nothing."""
    found = _pigeonhole().mail(number)
    if found is None:
        abort(404)
    response = Response(found.html, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
    )
    return response


@blueprint.get("/mail/<int:number>/raw")
def mail_raw(number: int) -> Response:
    """The bytes as they came."""
    found = _pigeonhole().mail(number)
    if found is None:
        abort(404)
    return Response(found.raw, content_type="text/plain; charset=utf-8")
