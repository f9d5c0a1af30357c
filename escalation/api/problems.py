"""What this door answers when something cannot be done: problem documents (RFC 9457).

`type` is a stable URN that machines may compare; `detail` is for people. `errors` has messages by
field on 422; `code` and `case` say on 409 why not, and what the case is now.
"""

import inspect
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from flask import Response, json, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from escalation.errors import (
    Conflict,
    EscalationError,
    InvalidInput,
    NotAllowed,
    NotFound,
    Refused,
    SentElsewhere,
    TooManyAttempts,
)
from escalation.schemas.case import CaseSchema
from escalation.schemas.problem import ElsewhereSchema

_log = structlog.get_logger(__name__)

MEDIA = "application/problem+json"
URN = "urn:escalation:problem:"

_STATUS: Mapping[type[EscalationError], int] = {
    NotFound: 404,
    NotAllowed: 403,
    Refused: 409,
    Conflict: 409,
    InvalidInput: 422,
    TooManyAttempts: 429,
}

_WORDS: Mapping[int, str] = {
    400: "The request cannot be read. Send one JSON object in UTF-8.",
    401: "Sign in first: the session has ended or was never there.",
    403: "You are known, and this is not open to you.",
    404: "There is nothing here that you may see.",
    405: "This address does not take that method.",
    413: "The request is longer than this service accepts.",
    415: "Send the answers as application/json.",
    500: "Something went wrong on our side. Send it again with the same Idempotency-Key: it counts once.",
    503: "The records cannot be reached now. Send it again later, with the same Idempotency-Key.",
}

_NOTHING_KEPT = "Nobody was told and nothing you wrote was kept: that it went elsewhere is counted."

_NAMES: Mapping[int, str] = {
    400: "bad-request",
    401: "not-signed-in",
    403: "not-allowed",
    404: "not-found",
    405: "method-not-allowed",
    409: "not-possible",
    413: "too-large",
    415: "not-json",
    422: "invalid-input",
    429: "too-many",
    500: "our-fault",
    503: "records-away",
}

STATUSES = tuple(_NAMES)
"""Every status that a problem document of this door may have."""


def problem(status: int, detail: str, *, name: str | None = None, **more: Any) -> Response:
    """A problem document as an answer. `more` are members of its own, left out when None."""
    kind = name or _NAMES.get(status, f"http-{status}")
    document = {
        "type": URN + kind,
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        **{key: value for key, value in more.items() if value is not None},
    }
    return Response(json.dumps(document), status=status, content_type=MEDIA)


def from_error(error: EscalationError) -> Response:
    """The problem document of an error of this service."""
    status = next((s for kind, s in _STATUS.items() if isinstance(error, kind)), 500)
    if isinstance(error, InvalidInput):
        return problem(status, "Some answers are missing or cannot be right.", errors=error.errors)
    if isinstance(error, SentElsewhere):
        gone = ElsewhereSchema().dump(error.diversion)
        return problem(status, f"{error.reason} {_NOTHING_KEPT}", code=error.code, elsewhere=gone)
    if isinstance(error, Refused):
        case = CaseSchema().dump(error.case) if error.case is not None else None
        return problem(status, error.reason, code=error.code, case=case)
    if isinstance(error, TooManyAttempts):
        later = problem(status, str(error))
        later.headers["Retry-After"] = str(error.seconds)
        return later
    return problem(status, str(error) or inspect.cleandoc(type(error).__doc__ or "").partition("\n")[0])


def from_http(error: HTTPException) -> Response:
    """The problem document of an HTTP error, with the headers that belong to it (such as Allow)."""
    status = error.code or 500
    if isinstance(error, CSRFError):
        words = "Send the CSRF token of your session in the header X-CSRFToken."
        return problem(400, words, name="csrf")
    answer = problem(status, _WORDS.get(status, error.name))
    for name, value in error.get_headers(request.environ):
        if name not in ("Content-Type", "Content-Length"):
            answer.headers.add(name, value)
    return answer


def from_fault(error: Exception) -> Response:
    """A fault of this service: logged with where it happened, never with what was sent."""
    _log.exception("a request of a machine failed", endpoint=request.endpoint, method=request.method)
    if isinstance(error, OperationalError | InterfaceError):
        return problem(503, _WORDS[503])
    return problem(500, _WORDS[500])


def from_no_route() -> Response | None:
    """The answer for an address under /api that leads nowhere: no blueprint would be asked about it."""
    error = request.routing_exception
    if error is None or isinstance(error, RequestRedirect):
        return None
    inside = request.path == "/api" or request.path.startswith("/api/")
    return from_http(error) if inside else None
