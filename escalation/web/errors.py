"""Every error as a page: what happened, what it means, what to do. Nothing typed is lost."""

from collections.abc import Mapping

import structlog
from flask import Flask, g, redirect, render_template, request, session, url_for
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError, ServiceUnavailable
from werkzeug.wrappers import Response

from escalation.errors import Conflict, NotAllowed, NotFound, Refused, TooManyAttempts
from escalation.services.visitors import UNSENT
from escalation.web.sessions import AWAY
from escalation.web.sign_in import park, to_sign_in

_log = structlog.get_logger(__name__)
_NOT_SHOWN = frozenset({"csrf_token", "submission", "seen", "confirm", "password", "new_password"})

Answer = tuple[str, int] | Response

_PAGES: Mapping[int, tuple[str, str]] = {
    400: ("This cannot be done like that", "Go back, load the page again, and send the form once more."),
    403: ("This part is not for your role", "If you think it should be, ask the board office."),
    404: (
        "There is nothing here",
        "The address may be wrong, or it is not yours to see. Both look the same on purpose.",
    ),
    405: ("This cannot be done like that", "Go back and use the buttons on the page."),
    413: (
        "That was too long to be sent",
        "Go back: your browser may still have the text. Shorten it and send it again.",
    ),
    429: (
        "That was tried too often",
        "Wait for a few minutes, then try again. Nobody is shut out for good.",
    ),
    500: (
        "Something went wrong on our side",
        "What you sent before is safe. Try again in a minute; if it happens again, tell the board office. In danger now? Call 999.",
    ),
    503: (
        "The records cannot be reached now",
        "What you sent before is safe. What you have just typed has not arrived: go back, copy it, and try again in a few minutes. In danger now? Call 999.",
    ),
}
_RETRY_SECONDS = 30


def register(app: Flask) -> None:
    """Turns errors into pages; under /api they are problem documents (see `escalation.api`)."""
    # Before all others: whoever has a session that cannot be read is not to look signed out.
    app.before_request_funcs.setdefault(None, []).insert(0, refuse_without_records)
    app.register_error_handler(NotFound, lambda error: page(404))
    app.register_error_handler(NotAllowed, lambda error: page(403, str(error)))
    app.register_error_handler(Refused, refused)
    app.register_error_handler(TooManyAttempts, too_many)
    app.register_error_handler(Conflict, lambda error: page(409))
    app.register_error_handler(CSRFError, csrf_failed)
    app.register_error_handler(SecurityError, unknown_host)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, unexpected)


def refuse_without_records() -> None:
    """Says that the database is away, to everybody but a monitor and for everything but static files."""
    away = not getattr(session, "reached", True)
    if away and request.blueprint != "health" and request.endpoint != "pages.static":
        raise ServiceUnavailable(retry_after=_RETRY_SECONDS)


def page(code: int, words: str | None = None) -> Answer:
    """The page of an error code."""
    return _words(code, words), code


def _words(code: int, words: str | None = None) -> str:
    if code == 503:
        g.without_records = True
    title, advice = _PAGES.get(code, _PAGES[400])
    return render_template("errors/page.html", title=title, advice=words or advice)


def refused(error: Refused, answers: Mapping[str, str] | None = None) -> Answer:
    """A move that is not possible (any more): why, what the case is now, and what was typed.

    What was typed is what came with the request, unless `answers` are given.
    """
    given = request.form if answers is None else answers
    typed = {k: v for k, v in given.items() if k not in _NOT_SHOWN and v.strip()}
    return render_template("errors/refused.html", reason=error.reason, case=error.case, typed=typed), 409


def too_many(error: TooManyAttempts) -> Answer:
    """Somebody who has to wait is told how long. What they typed was not looked at."""
    advice = f"{error} Nobody is shut out for good: a new password by e-mail is always possible."
    headers = {"Retry-After": str(error.seconds)}
    return Response(_words(429, advice), 429, headers, content_type="text/html; charset=utf-8")


def csrf_failed(error: CSRFError) -> Answer:
    """Most often a session that ended while somebody typed: sign in, and the text is there again."""
    if not current_user.is_authenticated and request.blueprint in ("raising", "by_code"):
        return back_to_what_was_typed()
    if not current_user.is_authenticated and request.blueprint != "security":
        return to_sign_in()
    return page(400)


def back_to_what_was_typed() -> Answer:
    """Whoever was writing without having signed in goes on where they were."""
    draft = (request.view_args or {}).get("draft", UNSENT)
    if draft != UNSENT:
        return to_sign_in()
    park()
    return redirect(request.path if request.endpoint != "by_code.again" else url_for("by_code.code"))


def unknown_host(_: SecurityError) -> Answer:
    """A request for a name that is not ours. No page: there is no address its links could begin with."""
    return Response(
        "This service does not answer to that name.\n", 400, content_type="text/plain; charset=utf-8"
    )


def http_error(error: HTTPException) -> Answer:
    """An error of HTTP itself; its headers (Allow, Retry-After) are kept."""
    if isinstance(getattr(error, "original_exception", None), AWAY):
        error = ServiceUnavailable(retry_after=_RETRY_SECONDS)
    code = error.code or 500
    if error.response is not None or code < 400:
        return error.get_response()
    headers = [(k, v) for k, v in error.get_headers() if k.lower() not in ("content-type", "content-length")]
    return Response(_words(code), code, headers, content_type="text/html; charset=utf-8")


def unexpected(error: Exception) -> Answer:
    """What we have no words for: logged with where it happened, never with what was typed."""
    _log.exception("a request failed", endpoint=request.endpoint, method=request.method)
    if isinstance(error, AWAY):
        return http_error(ServiceUnavailable(retry_after=_RETRY_SECONDS))
    return page(500)
