"""Hangs the door: the blueprint with its handlers, who is let in, and what is said when it cannot be done."""

from functools import cache

from flask import Flask
from flask_smorest import Blueprint
from werkzeug.exceptions import HTTPException

from escalation.api import cases, concerns, health, places, problems
from escalation.api.admission import admit
from escalation.api.document import SETTINGS, QuietApi
from escalation.api.policy import POLICY
from escalation.errors import EscalationError


def register(app: Flask, newest_state: str) -> None:
    """Adds /api/v1, its description and /health to an app that has its extensions."""
    app.config.update(SETTINGS)
    blueprint = _blueprint()
    app.extensions["csrf"].exempt(blueprint)  # `admit` asks for the token itself, after who is there
    QuietApi(app).register_blueprint(blueprint)
    app.before_request(problems.from_no_route)
    health.register(app, newest_state)
    app.extensions.setdefault("policy", {}).update(POLICY)


@cache
def _blueprint() -> Blueprint:
    """Made once: an app that it is registered with gets a copy of what it says."""
    blueprint = Blueprint("api", __name__, url_prefix="/api/v1", description="One challenge, from machines")
    for part in (places, concerns, cases):
        part.add_to(blueprint)
    blueprint.before_request(admit)
    blueprint.register_error_handler(EscalationError, problems.from_error)
    # By number as well: Flask asks the pages' handlers for a number before ours for a class.
    for status in problems.STATUSES:
        if status not in (409, 422):
            blueprint.register_error_handler(status, problems.from_http)
    blueprint.register_error_handler(HTTPException, problems.from_http)
    blueprint.register_error_handler(Exception, problems.from_fault)
    return blueprint
