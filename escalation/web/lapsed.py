"""An account that nobody used for long has lapsed: who signs in must show that the address is theirs still.

The right password alone opens nothing: until a link that went to their own address was used, every page
that asks for sign-in leads to this one.
"""

from flask import (
    Blueprint,
    Flask,
    abort,
    current_app,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_login import current_user
from flask_security import password_reset
from werkzeug.wrappers import Response

from escalation.services import account_mail, unused
from escalation.web import level, sign_in
from escalation.web.layout import person
from escalation.web.policy import Need, need_of

blueprint = Blueprint("lapsed", __name__)
_SENT = "let_in_link_sent"
_OPEN = frozenset({"lapsed.show", "lapsed.send", "security.logout"})


def register(app: Flask) -> None:
    """Keeps lapsed accounts out, and lets them in again with a new password set by their own mail."""
    app.before_request(keep_out)
    app.after_request(_let_in)
    password_reset.connect(_proved, app)


def keep_out() -> Response | None:
    """Leads whoever is signed in with a lapsed account to the one page that is for them."""
    endpoint = request.endpoint or ""
    of_machines = endpoint.startswith("api")
    closed = of_machines or need_of(current_app, endpoint) is not Need.NOTHING
    # Who comes with a code has just shown that the address is theirs.
    if not closed or endpoint in _OPEN or not _has_lapsed() or level.by_code():
        return None
    return abort(403) if of_machines else redirect(url_for("lapsed.show"))


def _has_lapsed() -> bool:
    return bool(current_user.is_authenticated and current_user.lapsed_at is not None)


@blueprint.get("/account/lapsed")
def show() -> str | Response:
    """Why nothing opens, and what to do."""
    if not _has_lapsed():
        return redirect(url_for("pages.work"))
    return render_template("pages/lapsed.html", sent=bool(session.get(_SENT)))


@blueprint.post("/account/lapsed")
def send() -> Response:
    """Sends the link, to the address of the account and to no other; once for each sign-in."""
    if _has_lapsed() and not session.get(_SENT):
        account = person()
        account_mail.owe(account, "password_reset", sign_in.set_up_link(account))
        session[_SENT] = True
    return redirect(url_for("lapsed.show"))


def _proved(app: Flask, user: object, **_: object) -> None:
    # Not at once: the request is the writer still, and SQLite has one.
    g.proved_address = getattr(user, "id", None)


def _let_in(response: Response) -> Response:
    """Once Flask-Security has committed a password that was set by mail."""
    account = g.pop("proved_address", None)
    if account is not None:
        unused.let_in_again(account)
    return response
