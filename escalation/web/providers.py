"""Sign-in through identity providers (OpenID Connect, code flow with PKCE), by Authlib.

    POST begin -> state, nonce, verifier into this browser's session -> the provider's page
    GET callback <- code, state      each state opens the door once, and only for the browser that made it
    id token -> issuer, subject -> our account (services.identities) -> our session

An errand goes along in the session with the state: to sign in, to link an identity to the account of
somebody signed in, or to prove anew who is here (`prove_again`, for steps that ask). Whatever a provider
does wrong ends on a page with words; passwords go on working beside it.
"""

from typing import Any, cast

from authlib.integrations.base_client.errors import MismatchingStateError
from flask import Blueprint, Flask, Response, abort, current_app, flash, redirect, request, session, url_for
from flask import render_template as page
from flask_login import current_user
from flask_wtf.csrf import CSRFError

from escalation import provider_file
from escalation.config import Settings
from escalation.provider_file import Provider
from escalation.services import identities
from escalation.services.identities import Linked
from escalation.web import provider_claims
from escalation.web.layout import person
from escalation.web.provider_client import TROUBLE, ProviderClient, Untrustworthy
from escalation.web.provider_errands import ERRANDS, OURS, Answer, Errand, failed
from escalation.web.sign_in import is_own_path

blueprint = Blueprint("providers", __name__)

_AT_ONCE = 3
"""How many sign-ins of one browser may be under way: people have several windows."""


def register(app: Flask, settings: Settings) -> None:
    """Reads the file of providers and puts their buttons where people sign in."""
    plain = settings.demo or settings.testing
    known = provider_file.read(settings.providers, plain=plain) if settings.providers else ()
    app.extensions["providers"] = {one.key: ProviderClient(one, plain=plain) for one in known}
    app.jinja_env.globals.update(sign_in_providers=all_providers, my_identities=my_identities)
    app.register_blueprint(blueprint)
    app.after_request(_offer_to_sign_out_there)


def all_providers() -> list[Provider]:
    """Every provider of the settings, in their order."""
    return [client.provider for client in _clients().values()]


def my_identities() -> list[tuple[Provider, Linked | None]]:
    """Each provider, and how the person who is signed in is linked there."""
    mine = identities.of_account(person()) if _clients() else {}
    return [(provider, mine.get(provider.issuer)) for provider in all_providers()]


def may_prove_again() -> Provider | None:
    """A provider with which whoever is signed in can prove anew who they are: the one they came by first."""
    linked = [provider for provider, found in my_identities() if found]
    return next((one for one in linked if one.key == session.get("provider")), linked[0] if linked else None)


def prove_again(target: str) -> Answer:
    """To the provider, which asks anew who is there, and back to `target`, a path of this service.

    For the answer to a POST. Afterwards `session["proved"]` is another one, and the session has a new
    token. Aborts with 400 when nobody is linked to a provider or the path is foreign.
    """
    provider = may_prove_again()
    if provider is None:
        abort(400)
    return _begin(provider.key, "prove", target, prompt="login", max_age="0")


@blueprint.post("/sign-in/with/<key>")
def begin(key: str) -> Answer:
    """Off to the provider, to sign in. A POST with its token: nobody else can begin it in this browser."""
    return _begin(key, "sign_in", request.form.get("next") or url_for("pages.work"))


@blueprint.post("/account/identities/<key>")
def link(key: str) -> Answer:
    """Off to the provider, to link an identity there to the account of whoever is signed in."""
    return _begin(key, "link", url_for("pages.account"))


@blueprint.post("/account/identities/<key>/unlink")
def unlink(key: str) -> Answer:
    """From now on this provider lets nobody into my account."""
    provider = _client(key).provider
    if identities.unlink(person(), provider.issuer):
        flash(f"Unlinked. You can no longer sign in with {provider.button}.")
    return redirect(url_for("pages.account"))


# A GET that signs in, because OpenID Connect sends people back by a redirect. It does nothing without a
# state that this browser's own session made, in a POST with its token; a state is good once, and the code
# that comes with it buys a token only with the verifier of that session.
@blueprint.get("/sign-in/with/<key>/callback")
def callback(key: str) -> Answer:
    """Back from the provider: the code is changed for an id token, and the errand is done."""
    client = _client(key)
    kept = client.framework.get_state_data(session, request.args.get("state"))
    try:
        if kept is None:
            raise MismatchingStateError
        if request.args.get("iss", client.provider.issuer) != client.provider.issuer:
            raise Untrustworthy("the answer is of another issuer")
        claims = client.claims_of_callback()
        said = provider_claims.asserted(client.provider, claims)
    except TROUBLE as error:
        return failed(client.provider, error)
    finally:
        client.framework.clear_state_data(session, request.args.get("state"))
    return ERRANDS[kept["errand"]["to"]](client.provider, kept["errand"], said, claims)


@blueprint.get("/sign-in/with/<key>/keys")
def keys(key: str) -> dict[str, Any]:
    """The public half of the key with which we prove to a provider who we are (JWKS)."""
    provider = _client(key).provider
    if not provider.private_key_file:
        abort(404)
    public = provider.private_key.as_dict(private=False)
    return {"keys": [{**public, "kid": provider.key_id, "use": "sig", "alg": provider.signing}]}


@blueprint.get("/signed-out/<key>")
def signed_out(key: str) -> str:
    """Signed out here; and how to sign out at the provider too, which matters on a shared machine."""
    client = _client(key)
    try:
        home = f"{_settings().public_base_url}/"
        there = client.create_logout_url(post_logout_redirect_uri=home, client_id=client.client_id)["url"]
    except TROUBLE:
        there = None
    return page("security/signed_out.html", provider=client.provider, there=there)


@blueprint.errorhandler(CSRFError)
def page_too_old(_: CSRFError) -> Answer:
    """The page with the button was open longer than its session: a new one, to press the button again."""
    return redirect(url_for("pages.account" if current_user.is_authenticated else "security.login"))


def _begin(key: str, errand: str, target: str, **asking: str) -> Answer:
    client = _client(key)
    if not is_own_path(target):
        abort(400)
    back = f"{_settings().public_base_url}{url_for('providers.callback', key=key)}"
    _forget_old_states()
    try:
        asked = client.create_authorization_url(back, **asking)
    except TROUBLE as error:
        return failed(client.provider, error)
    address = asked.pop("url")
    client.save_authorize_data(redirect_uri=back, errand=_errand(errand, target), **asked)
    # A page, not a redirect: browsers stop forms that end up elsewhere (form-action), as they should.
    return page("security/going.html", provider=client.provider, address=address)


def _errand(errand: str, target: str) -> Errand:
    account = person() if current_user.is_authenticated else None
    begun = identities.real_now().isoformat()
    return {"to": errand, "target": target, "account": account, "begun": begun}


def _forget_old_states() -> None:
    for name in [name for name in session if name.startswith("_state_")][: 1 - _AT_ONCE]:
        session.pop(name)


def _offer_to_sign_out_there(response: Response) -> Response:
    """Whoever came by a provider hears, after signing out, that it may know them still."""
    if request.endpoint == "security.logout" and response.status_code == 302:
        key = session.get("provider")
        for name in OURS:
            session.pop(name, None)
        if key in _clients():
            response.location = url_for("providers.signed_out", key=key)
    return response


def _clients() -> dict[str, ProviderClient]:
    return cast(dict[str, ProviderClient], current_app.extensions["providers"])


def _client(key: str) -> ProviderClient:
    if key not in _clients():
        abort(404)
    return _clients()[key]


def _settings() -> Settings:
    return cast(Settings, current_app.config["ESCALATION"])
