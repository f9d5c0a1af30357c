"""Who may ask for which page: deny by default. A page without an entry keeps the service from starting.

What a person may see on a page, and do, is the services' and the permission table's to say.
"""

from collections.abc import Mapping
from enum import StrEnum

from flask import Flask, abort, request, session
from flask_login import current_user
from werkzeug.wrappers import Response

from escalation.errors import ConfigurationError
from escalation.services.visitors import UNSENT
from escalation.web import level
from escalation.web.sign_in import to_sign_in


class Need(StrEnum):
    """What a page needs of whoever asks for it."""

    NOTHING = "nothing"
    UNSENT = "unsent"
    """Nothing for the concern that a browser holds which nobody has signed in with; for drafts that are
    somebody's, a proved address."""
    PROVED_ADDRESS = "proved_address"
    """Signed in, with a code alone or with more: their own challenges, and nothing else."""
    SIGNED_IN = "signed_in"
    """Signed in with more than a code."""


POLICY: Mapping[str, Need] = {
    "pages.start": Need.NOTHING,
    "pages.help_page": Need.NOTHING,
    "pages.accessibility": Need.NOTHING,
    "pages.privacy": Need.NOTHING,
    "pages.cookies": Need.NOTHING,
    "pages.static": Need.NOTHING,
    "lapsed.show": Need.SIGNED_IN,
    "lapsed.send": Need.SIGNED_IN,
    "pages.work": Need.PROVED_ADDRESS,
    "pages.account": Need.PROVED_ADDRESS,
    "pages.stay": Need.NOTHING,
    "raising.begin": Need.UNSENT,
    "raising.advice": Need.NOTHING,
    "raising.anew": Need.PROVED_ADDRESS,
    "raising.question": Need.UNSENT,
    "raising.danger": Need.UNSENT,
    "raising.check": Need.UNSENT,
    "raising.discard": Need.UNSENT,
    "raising.elsewhere": Need.PROVED_ADDRESS,
    "raising.sent": Need.PROVED_ADDRESS,
    "cases.by_reference": Need.PROVED_ADDRESS,
    "cases.show": Need.PROVED_ADDRESS,
    "cases.history": Need.PROVED_ADDRESS,
    "cases.receipt": Need.PROVED_ADDRESS,
    "cases.own": Need.SIGNED_IN,
    "cases.form": Need.PROVED_ADDRESS,
    "board.worklist": Need.SIGNED_IN,
    "board.measures": Need.SIGNED_IN,
    "board.measures_csv": Need.SIGNED_IN,
    "board.measures_json": Need.SIGNED_IN,
    "board.lookups": Need.SIGNED_IN,
    "board.directory": Need.SIGNED_IN,
    "finding.ask": Need.SIGNED_IN,
    "finding.search": Need.SIGNED_IN,
    "glass.open_case": Need.SIGNED_IN,
    "glass.opened": Need.SIGNED_IN,
    "glass.openings": Need.SIGNED_IN,
    "glass.review": Need.SIGNED_IN,
    "glass.reference": Need.SIGNED_IN,
    "glass.raiser": Need.SIGNED_IN,
    "erasure.index": Need.SIGNED_IN,
    "erasure.ask": Need.SIGNED_IN,
    "erasure.answer": Need.SIGNED_IN,
    "erasure.hold": Need.SIGNED_IN,
    "erasure.lift": Need.SIGNED_IN,
    "interests.show": Need.SIGNED_IN,
    "interests.declare": Need.SIGNED_IN,
    "interests.end": Need.SIGNED_IN,
    "offices.show": Need.SIGNED_IN,
    "offices.appoint": Need.SIGNED_IN,
    "offices.confirm": Need.SIGNED_IN,
    "offices.end": Need.SIGNED_IN,
    "access.index": Need.SIGNED_IN,
    "access.show": Need.SIGNED_IN,
    "access.sign": Need.SIGNED_IN,
    "procedures.of_case": Need.PROVED_ADDRESS,
    "procedures.picture_of_case": Need.PROVED_ADDRESS,
    "procedures.picture": Need.SIGNED_IN,
    "procedures.index": Need.SIGNED_IN,
    "procedures.show": Need.SIGNED_IN,
    "procedures.try_out": Need.SIGNED_IN,
    "providers.begin": Need.NOTHING,
    "providers.callback": Need.NOTHING,
    "providers.keys": Need.NOTHING,
    "providers.signed_out": Need.NOTHING,
    "providers.link": Need.SIGNED_IN,
    "providers.unlink": Need.SIGNED_IN,
    "account.places": Need.SIGNED_IN,
    "account.end": Need.SIGNED_IN,
    "account.end_others": Need.SIGNED_IN,
    "second_factor.show": Need.SIGNED_IN,
    "step_up.prove": Need.SIGNED_IN,
    "security.tf_select": Need.NOTHING,
    "security.two_factor_token_validation": Need.NOTHING,
    "security.two_factor_rescue": Need.NOTHING,
    "security.two_factor_setup": Need.SIGNED_IN,
    "security.two_factor_setup_validate": Need.SIGNED_IN,
    "security.mf_recovery": Need.NOTHING,
    "security.mf_recovery_codes": Need.SIGNED_IN,
    "security.wan_signin": Need.NOTHING,
    "security.wan_signin_response": Need.NOTHING,
    "security.wan_register": Need.SIGNED_IN,
    "security.wan_register_response": Need.SIGNED_IN,
    "security.wan_delete": Need.SIGNED_IN,
    "security.wan_verify": Need.SIGNED_IN,
    "security.wan_verify_response": Need.SIGNED_IN,
    "by_code.sign_in": Need.NOTHING,
    "by_code.who": Need.NOTHING,
    "by_code.who_later": Need.NOTHING,
    "by_code.code": Need.NOTHING,
    "by_code.again": Need.NOTHING,
    "by_code.agency": Need.PROVED_ADDRESS,
    "by_code.where": Need.PROVED_ADDRESS,
    "by_code.waits": Need.PROVED_ADDRESS,
    "by_code.take_back": Need.PROVED_ADDRESS,
    "letting_in.newcomers": Need.SIGNED_IN,
    "letting_in.newcomer": Need.SIGNED_IN,
    "letting_in.domains": Need.SIGNED_IN,
    "letting_in.remove_domain": Need.SIGNED_IN,
    "security.static": Need.NOTHING,
    "security.verify": Need.SIGNED_IN,
    "security.login": Need.NOTHING,
    "security.logout": Need.PROVED_ADDRESS,
    "security.forgot_password": Need.NOTHING,
    "security.reset_password": Need.NOTHING,
    "security.change_password": Need.SIGNED_IN,
}

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def register(app: Flask) -> None:
    """Asks for sign-in wherever the table says so."""

    @app.before_request
    def ask() -> Response | tuple[str, int] | None:
        level.restrict()
        if any(ord(letter) < 32 for letter in request.path):
            abort(404)
        if request.blueprint == "security" and any("\x00" in value for value in request.form.values()):
            abort(400)
        need = _needed(need_of(app, request.endpoint))
        if need not in (Need.PROVED_ADDRESS, Need.SIGNED_IN):
            return None
        if not (current_user.is_authenticated and "account" in session):
            return None if (request.endpoint or "").startswith("api") else to_sign_in()
        return level.not_with_a_code() if need is Need.SIGNED_IN and level.by_code() else None


def _needed(need: Need) -> Need:
    """What is needed here and now, where that depends on whose draft it is."""
    if need is not Need.UNSENT:
        return need
    draft = (request.view_args or {}).get("draft", UNSENT)
    return Need.NOTHING if draft == UNSENT else Need.PROVED_ADDRESS


def need_of(app: Flask, endpoint: str | None) -> Need:
    """What an endpoint needs; signed in for what the table does not name."""
    table: Mapping[str, Need] = {**POLICY, **app.extensions.get("policy", {})}
    return table.get(endpoint or "", Need.SIGNED_IN) if endpoint else Need.NOTHING


def refuse_gaps(app: Flask) -> None:
    """Raises ConfigurationError for a rule without an entry. Called when every door is registered."""
    table = {**POLICY, **app.extensions.get("policy", {})}
    gaps = {rule.endpoint for rule in app.url_map.iter_rules()} - set(table)
    if gaps:
        raise ConfigurationError(f"these pages have no policy entry: {', '.join(sorted(gaps))}")
