"""Who must have a second factor is led to set one up, and can do nothing else before.

It is asked of whoever holds a post above practitioner or an office of the board: they decide, and they see
what many have written. Where it is only offered (the demo), nobody is led anywhere.
"""

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from escalation.config import Settings
from escalation.errors import NotAllowed
from escalation.web import level
from escalation.web.sign_in import park, store

blueprint = Blueprint("second_factor", __name__, url_prefix="/account")

_OPEN = frozenset(
    {
        "second_factor.show",
        "step_up.prove",
        "security.two_factor_setup",
        "security.two_factor_token_validation",
        "security.wan_register",
        "security.wan_register_response",
        "security.wan_verify",
        "security.wan_verify_response",
        "security.logout",
        "pages.static",
        "pages.stay",
        "pages.help_page",
        "pages.accessibility",
        "pages.privacy",
        "pages.cookies",
    }
)
"""What is there for somebody who has still to set up a second factor."""


def is_owed() -> bool:
    """True for somebody who is signed in, must have a second factor, and has none."""
    settings: Settings = current_app.config["ESCALATION"]
    standing = getattr(session, "standing", None)
    if settings.second_factor != "required" or standing is None or level.by_code():
        return False
    elsewhere = bool(session.get("second_factor"))  # An identity provider has made sure of two.
    return bool(standing.above and not standing.has_factor and not elsewhere)


def lead_there() -> Response | None:
    """Before every page. Raises NotAllowed for a machine that asks."""
    if request.endpoint in _OPEN or request.blueprint == "health" or not is_owed():
        return None
    if (request.endpoint or "").startswith("api"):
        raise NotAllowed("Your post needs a second factor: set one up on the Account page first.")
    park()
    return redirect(url_for("second_factor.show"))


@blueprint.get("/second-factor")
def show() -> str:
    """An app, passkeys, recovery codes: what there is, and what can be set up."""
    return render_template(
        "account/second_factor.html",
        owed=is_owed(),
        has_app=bool(current_user.tf_primary_method),
        passkeys=[key.name for key in current_user.webauthn],
        codes=len(store.security().mf_recovery_codes_util.get_recovery_codes(current_user)),
    )
