"""The procedure as a picture and in words: for a case, and for the board, which may try it on cases."""

from flask import Blueprint, Response, render_template, request

from escalation.errors import NotFound
from escalation.services import procedures
from escalation.web.layout import person
from workflows import diagram, loader, simulate, welsh
from workflows.scenario import Scenario, ScenarioError

blueprint = Blueprint("procedures", __name__)
PAST = "last-year"
"""The choice that plays the partnership's own cases of the last year."""


@blueprint.get("/cases/<public_id>/procedure")
def of_case(public_id: str) -> str:
    """The whole procedure of a case, with the place where it stands."""
    where = procedures.of_case(public_id, person())
    return render_template(
        "procedures/of_case.html",
        where=where,
        welsh=welsh.beside(where.protocol),
        text=diagram.text(where.protocol, where.stage),
        public_id=public_id,
    )


@blueprint.get("/cases/<public_id>/procedure.svg")
def picture_of_case(public_id: str) -> Response:
    """The drawing of a case's procedure, with the place where it stands."""
    where = procedures.of_case(public_id, person())
    return _as_image(diagram.svg(where.protocol, where.stage))


@blueprint.get("/board/<partnership>/procedures")
def index(partnership: str) -> str:
    """What is published, and what comes with the service."""
    return render_template(
        "procedures/index.html",
        published=procedures.published(person(), partnership),
        shipped=loader.known(),
        public_id=partnership,
    )


@blueprint.get("/board/<partnership>/procedures/<name>")
def show(partnership: str, name: str) -> str:
    """One procedure, drawn from the file that runs."""
    protocol = procedures.found(person(), partnership, name)
    return render_template(
        "procedures/show.html",
        protocol=protocol,
        name=name,
        text=diagram.text(protocol),
        welsh=welsh.beside(protocol),
        scenarios=procedures.scenarios_for(name),
        past=PAST if procedures.may_play_past_cases(person(), partnership) else None,
        public_id=partnership,
    )


@blueprint.get("/board/<partnership>/procedures/<name>/picture.svg")
def picture(partnership: str, name: str) -> Response:
    """The drawing of one procedure."""
    return _as_image(diagram.svg(procedures.found(person(), partnership, name)))


@blueprint.get("/board/<partnership>/procedures/<name>/try")
def try_out(partnership: str, name: str) -> str:
    """Cases played under a procedure: who was owed what by when. Changes nothing."""
    protocol = procedures.found(person(), partnership, name)
    chosen = request.args.get("scenario", "")
    played = _played(partnership, name, chosen)
    traces = []
    for one in played:
        try:
            traces.append((one, simulate.simulate(protocol, one)))
        except ScenarioError:
            # A past case may have been done by somebody whom this procedure does not know.
            traces.append((one, ()))
    return render_template(
        "procedures/try.html", protocol=protocol, name=name, traces=traces, public_id=partnership
    )


def _played(partnership: str, name: str, chosen: str) -> list[Scenario]:
    if chosen == PAST:
        return procedures.last_year(person(), partnership, procedures.found(person(), partnership, name))
    scenarios = procedures.scenarios_for(name)
    if chosen not in scenarios:
        raise NotFound
    return [scenarios[chosen]]


def _as_image(svg: str) -> Response:
    return Response(svg, content_type="image/svg+xml; charset=utf-8")
