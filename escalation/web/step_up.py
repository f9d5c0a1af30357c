"""Before what cannot be taken back, somebody proves anew who they are, unless they did so lately.

    @blueprint.post("/cases/<public_id>/export")
    @step_up.required
    def export(public_id: str) -> Page: ...

or within a view, where it depends on what is asked for: `if not step_up.is_proved(): return step_up.ask()`.
They are led to one page, and back to where they were; what they had typed is there again (`parked`).

Whoever has a second factor proves it with that: a browser may fill in a password by itself.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask_login import current_user
from flask_security import verify_password
from werkzeug.wrappers import Response

from escalation.config import Settings
from escalation.services.submissions import new_key
from escalation.web import providers
from escalation.web.sign_in import back_to, factors, kept, park, store

blueprint = Blueprint("step_up", __name__)
GUARDED = frozenset(
    {
        "security.two_factor_setup",
        "security.wan_register",
        "security.wan_delete",
        "security.mf_recovery_codes",
        "providers.link",
        "providers.unlink",
    }
)
"""What changes how somebody proves who they are."""

P = ParamSpec("P")
T = TypeVar("T")
Page = str | Response | tuple[str, int]


def is_proved() -> bool:
    """True for somebody who has proved lately who they are."""
    settings: Settings = current_app.config["ESCALATION"]
    loaded = getattr(session, "loaded", None)
    return loaded is not None and loaded.is_proved_within(settings.step_up_minutes)


def ask(then: str = "") -> Response:
    """To the page that asks for it, and then back to this one, or to `then` where this one cannot be opened;
    what was typed is kept for it."""
    park()
    return redirect(url_for("step_up.prove", next=then or request.path))


def required(view: Callable[P, T]) -> Callable[P, T | Response]:
    """Asks before a page, if it was not proved lately. The page must be there for GET, to come back to."""

    @wraps(view)
    def asked(*args: P.args, **kwargs: P.kwargs) -> T | Response:
        return view(*args, **kwargs) if is_proved() else ask()

    return asked


def guard() -> Response | None:
    """Before the pages for passwords, factors and identities."""
    guarded = request.endpoint in GUARDED and current_user.is_authenticated
    then = url_for("pages.account") if request.blueprint == "providers" else ""
    return ask(then) if guarded and not is_proved() else None


def note_passkey(response: Any) -> Any:
    """A passkey was shown anew to Flask-Security."""
    if request.endpoint == "security.wan_verify_response" and session.opened_as.proof != session.proof:  # type: ignore[attr-defined]  # it is a ServerSession, which Flask does not know
        session["how"] = "passkey"
    return response


@blueprint.route("/prove", methods=["GET", "POST"])
def prove() -> Page:
    """Asks for the app's code or a passkey; for the password of somebody who has neither."""
    wrong = ""
    if "provider" in request.form:
        return current_app.make_response(providers.prove_again(back_to()))
    if request.method == "POST":
        if _is_right():
            return _proved()
        wrong = _WRONG[_asked_for()]
    page = render_template(
        "security/prove.html",
        asked=_asked_for(),
        passkey=_has_passkey(),
        wrong=wrong,
        provider=providers.may_prove_again(),
    )
    return (page, 422) if wrong else page


_WRONG = {
    "code": "This code is not right, or was used before. Wait for the next one",
    "password": "This is not your password",
    "": "Use your passkey",
}


def _asked_for() -> str:
    """What is typed here: the code of an app, a password, or nothing by somebody who has only a passkey."""
    if current_user.tf_primary_method:
        return "code"
    return "password" if current_user.password and not _has_passkey() else ""


def _has_passkey() -> bool:
    return bool(current_user.webauthn)


def _is_right() -> bool:
    asked = _asked_for()
    if asked == "code":
        right = factors.is_right_code(current_user, request.form.get("code", ""))
        store.commit()
        return right
    typed = store.security().password_util.normalize(request.form.get("password", ""))
    return (
        asked == "password"
        and bool(current_user.password)
        and bool(verify_password(typed, current_user.password))
    )


def _proved() -> Response:
    session["proved"] = new_key()
    session["how"] = "second_factor" if _asked_for() == "code" else session.get("how", "password")
    kept.note(current_user.id, "proved", session["how"])
    return redirect(back_to())
