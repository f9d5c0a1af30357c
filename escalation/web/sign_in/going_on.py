"""Where somebody goes on after they have signed in or proved who they are, with everything they had typed.

A form that arrives after its session has ended is parked, not executed: its answers wait in the session
until the same page asks for them.
"""

import re

from flask import current_app, redirect, request, session, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

_NEVER_PARKED = frozenset(
    {"csrf_token", "password", "submission", "new_password", "new_password_confirm", "code", "credential"}
)
_PARKED = "parked"
_STRANGE = re.compile(r"[^A-Za-z0-9_./?=&-]")
"""A path of ours needs nothing else: ids, references and names of pages."""


def is_own_path(target: str) -> bool:
    """True for a path that a page of this service answers to; never for an address, however written."""
    if not target.startswith("/") or target.startswith("//") or _STRANGE.search(target) or "/../" in target:
        return False
    try:
        current_app.url_map.bind("").match(target.partition("?")[0], method="GET")
    except HTTPException:
        return False
    return True


def park() -> None:
    """Keeps what was typed on this page, to be there again when it is opened the next time."""
    if request.method == "POST" and request.form:
        answers = {k: v for k, v in request.form.items() if k not in _NEVER_PARKED}
        session[_PARKED] = {"path": request.path, "answers": answers}


def parked(path: str) -> dict[str, str] | None:
    """What was typed on a page before something came between, once."""
    kept = session.get(_PARKED)
    if not kept or kept["path"] != path:
        return None
    session.pop(_PARKED)
    return dict(kept["answers"])


def to_sign_in() -> Response:
    """Sends somebody who is not signed in to sign in, and keeps what they had typed."""
    park()
    return redirect(url_for("security.login", next=request.path))


def back_to() -> str:
    """The page that somebody came from, as the request says; their work, when it is none of ours."""
    target = request.values.get("next", "")
    return target if is_own_path(target) else url_for("pages.work")
