"""The door for people: pages and forms. It parses, calls one service, and answers.

No table is touched here and nothing is decided. Every rule of the address map has an entry in
`policy`, or the application does not start.
"""

from pathlib import Path

from flask import Flask
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader

from escalation.config import Settings
from escalation.web import (
    access,
    account,
    board,
    by_code,
    cases,
    desks,
    erasure,
    errors,
    finding,
    glass,
    headers,
    interests,
    lapsed,
    layout,
    letting_in,
    level,
    offices,
    pages,
    policy,
    procedures,
    providers,
    raising,
    second_factor,
    sign_in,
    step_up,
)

TEMPLATES = Path(__file__).parent / "templates"


def register(app: Flask, settings: Settings) -> None:
    """Puts the pages into the application."""
    app.jinja_loader = ChoiceLoader(
        [
            FileSystemLoader(TEMPLATES),
            PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
        ]
    )
    desks.register(app)
    sign_in.register(app, settings)
    level.register(app)
    headers.register(app, settings)
    layout.register(app, settings)
    for blueprint in (
        pages.blueprint,
        by_code.blueprint,
        raising.blueprint,
        cases.blueprint,
        board.blueprint,
        letting_in.blueprint,
        procedures.blueprint,
        glass.blueprint,
        erasure.blueprint,
        finding.blueprint,
        lapsed.blueprint,
        access.blueprint,
        offices.blueprint,
        interests.blueprint,
        account.blueprint,
        second_factor.blueprint,
        step_up.blueprint,
    ):
        app.register_blueprint(blueprint)
    providers.register(app, settings)
    errors.register(app)
    policy.register(app)
    lapsed.register(app)
    # Who must have a second factor sets one up first; who changes one proves that it is them.
    app.before_request(second_factor.lead_there)
    app.before_request(step_up.guard)
    app.after_request(step_up.note_passkey)
