"""Is it alive, and is it well: two questions that a monitor asks. No case data in either answer."""

from flask import Blueprint, Flask, current_app, jsonify
from flask.typing import ResponseReturnValue

from escalation.config import Settings
from escalation.services import health as condition

blueprint = Blueprint("health", __name__)

_HEAD = "escalation-migration-head"


def register(app: Flask, newest_state: str) -> None:
    """Adds /health and /health/deep. `newest_state` is that of the database which this version needs."""
    app.extensions[_HEAD] = newest_state
    app.register_blueprint(blueprint)


@blueprint.get("/health")
def alive() -> ResponseReturnValue:
    """This process answers. It asks nobody else."""
    return jsonify(status="alive")


@blueprint.get("/health/deep")
def deep() -> ResponseReturnValue:
    """200 when all is well, else 503 and in words what is not."""
    settings: Settings = current_app.config["ESCALATION"]
    checks = condition.look(
        current_app.extensions[_HEAD],
        settings.longest_silence,
        standby_required=settings.standby == "required",
        seals_made=bool(settings.seal_key),
    )
    well = all(check.well for check in checks)
    return jsonify(status="well" if well else "unwell", checks=checks), 200 if well else 503
