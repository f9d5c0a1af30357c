"""The OpenAPI document: what each operation takes and gives, read from the schemas that really check it."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from flask_smorest import Api, Blueprint
from marshmallow import Schema, fields

from escalation.api.admission import KEY_PATTERN
from escalation.api.problems import MEDIA
from escalation.schemas.fields import Choice, Instant, Written
from escalation.schemas.problem import ProblemSchema
from escalation.schemas.words import LONG

Handler = TypeVar("Handler", bound=Callable[..., Any])
JsonSchema = Mapping[str, Any]

SETTINGS: Mapping[str, Any] = {
    "API_TITLE": "Professional challenge",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.1.0",
    "OPENAPI_URL_PREFIX": "/api/v1",
}

_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": True,
    "description": "A key of your own: the same request sent twice with it counts once.",
    "schema": {"type": "string", "pattern": KEY_PATTERN},
}
_TOKEN = {
    "in": "header",
    "name": "X-CSRFToken",
    "required": True,
    "description": "The CSRF token of your session.",
    "schema": {"type": "string"},
}
_FORM_ANSWER = {"type": ["string", "null"], "maxLength": LONG}
_WRITING_FAILS = (400, 401, 403, 404, 409, 413, 415, 422)


class QuietApi(Api):  # type: ignore[misc]  # flask-smorest has no types
    """flask-smorest without its error handlers, which would turn the pages' errors into JSON too."""

    def _register_error_handlers(self) -> None:
        """None: `problems` answers for this door alone."""


def reads(
    blueprint: Blueprint, rule: str, gives: Schema, *, fails: tuple[int, ...]
) -> Callable[[Handler], Handler]:
    """Makes a function the GET of a rule: what it gives, and with which statuses it may fail."""

    def decorate(handler: Handler) -> Handler:
        handler = blueprint.response(200, gives)(_failing(blueprint, handler, fails))
        return cast(Handler, blueprint.route(rule)(handler))

    return decorate


def changes(
    blueprint: Blueprint, rule: str, gives: Schema, *, body: JsonSchema, status: int = 200
) -> Callable[[Handler], Handler]:
    """Makes a function the POST of a rule: JSON of this shape, with a key and the session's token."""
    takes = {"required": True, "content": {"application/json": {"schema": body}}}
    headers = {"Location": {"schema": {"type": "string"}}} if status == 201 else None

    def decorate(handler: Handler) -> Handler:
        handler = blueprint.response(status, gives, headers=headers)(
            _failing(blueprint, handler, _WRITING_FAILS)
        )
        handler = blueprint.doc(parameters=[_KEY, _TOKEN], requestBody=takes)(handler)
        return cast(Handler, blueprint.route(rule, methods=["POST"])(handler))

    return decorate


def _failing(blueprint: Blueprint, handler: Handler, statuses: tuple[int, ...]) -> Handler:
    for status in statuses:
        handler = blueprint.alt_response(status, schema=ProblemSchema, content_type=MEDIA)(handler)
    return handler


def shape_of(
    schema: Schema, also: Mapping[str, JsonSchema] | None = None, *, forms: bool = False
) -> JsonSchema:
    """The JSON shape of the answers that a schema checks, with more required members from `also`, and with
    answers to the forms of a procedure where it may ask for `forms`."""
    also = also or {}
    needed = [name for name, field in schema.fields.items() if _is_needed(field)]
    return {
        "type": "object",
        "properties": {**also, **{name: _shape(field) for name, field in schema.fields.items()}},
        "required": [*also, *needed],
        **({"patternProperties": {"^[^/]+/[^/]+$": _FORM_ANSWER}} if forms else {}),
        "additionalProperties": False,
    }


def _is_needed(field: fields.Field[Any]) -> bool:
    if isinstance(field, Choice):
        return field.default is None
    if isinstance(field, Instant):
        return field.ask is not None
    return isinstance(field, Written) and field.ask is not None


def _shape(field: fields.Field[Any]) -> JsonSchema:
    needed = _is_needed(field)
    if isinstance(field, Choice):
        return {"enum": [*field.words, *([] if needed else ["", None])]}
    if isinstance(field, Instant):
        return {"type": "string" if needed else ["string", "null"], "format": "date-time"}
    assert isinstance(field, Written), "answers are words, choices or times"
    least = {"minLength": 1} if needed else {}
    return {"type": "string" if needed else ["string", "null"], "maxLength": field.longest, **least}
