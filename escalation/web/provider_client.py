"""Authlib's client for one provider, made stricter: what an issuer says of itself is checked before use.

Only https (but for this machine in demo and tests), only the issuer of our settings, only signatures with a
public key, no redirects, and never a long wait: a provider that is away must not hold up the service.
"""

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import FlaskIntegration, FlaskOAuth2App
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oauth2.rfc7523.assertion import private_key_jwt_sign
from joserfc.errors import JoseError
from requests import RequestException

from escalation.provider_checks import LOOPBACK
from escalation.provider_file import Provider

WAIT = (3.0, 5.0)
"""Seconds to reach a provider, and for it to answer."""
KEPT = 3600.0
"""Seconds after which its discovery and keys are asked for again."""
SIGNED_WITH = frozenset(f"{kind}{bits}" for kind in ("RS", "PS", "ES") for bits in (256, 384, 512))
"""Never none, and never a shared secret, which a public key could be taken for."""
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_OPTIONAL = "end_session_endpoint"
_ALGORITHMS = "id_token_signing_alg_values_supported"
_ASSERTION_SECONDS = 120


class Untrustworthy(Exception):
    """What a provider says of itself, or of somebody, does not fit the settings or is not whole."""


TROUBLE = (
    AuthlibBaseError, JoseError, RequestException, Untrustworthy,
    RuntimeError, ValueError, LookupError, TypeError, AttributeError,
)  # fmt: skip
"""What comes of a provider that is away, refuses, or sends what it must not. The last five: of an answer that
has not the shape that Authlib expects."""


class _ShortAssertion(PrivateKeyJWT):  # type: ignore[misc]  # Authlib has no types
    """Proves who we are with our private key, in an assertion of two minutes and a name for our key."""

    def __init__(self, provider: Provider) -> None:
        super().__init__(headers={"kid": provider.key_id}, alg=provider.signing)

    def sign(self, auth: Any, token_endpoint: str) -> str:
        return str(
            private_key_jwt_sign(
                auth.client_secret, client_id=auth.client_id, token_endpoint=token_endpoint,
                header=dict(self.headers), alg=self.alg, expires_in=_ASSERTION_SECONDS,
            )
        )  # fmt: skip


class ProviderClient(FlaskOAuth2App):  # type: ignore[misc]  # Authlib has no types
    """Talks to one provider. Its state, nonce and verifier are kept in the server-side session."""

    def __init__(self, provider: Provider, *, plain: bool) -> None:
        self.provider, self.plain, self.asked_at = provider, plain, 0.0
        self.server_metadata: dict[str, Any]
        by_key = bool(provider.private_key_file)
        super().__init__(
            FlaskIntegration(provider.key),
            provider.key,
            client_id=provider.client_id,
            client_secret=provider.private_key if by_key else provider.client_secret,
            server_metadata_url=provider.discovery,
            client_auth_methods=[_ShortAssertion(provider)] if by_key else None,
            authorize_params={
                name: value
                for name, value in (("acr_values", provider.acr_values), ("claims", provider.claims))
                if value
            },
            client_kwargs={
                "scope": " ".join(provider.scopes),
                "code_challenge_method": "S256",
                "default_timeout": WAIT,
                **({"token_endpoint_auth_method": "private_key_jwt"} if by_key else {}),
            },
        )

    def load_server_metadata(self) -> dict[str, Any]:
        """What the issuer says of itself, checked, and no older than an hour. Raises one of TROUBLE."""
        if not self.server_metadata or time.monotonic() - self.asked_at > KEPT:
            with self._get_session() as session:
                answer = session.request("GET", self.provider.discovery, withhold_token=True)
                answer.raise_for_status()
                self.server_metadata = checked(answer.json(), self.provider.issuer, plain=self.plain)
            self.asked_at = time.monotonic()
        return self.server_metadata

    def claims_of_callback(self) -> Mapping[str, Any]:
        """The claims of the id token that the code in this request buys. Raises one of TROUBLE."""
        options = {"iss": {"essential": True, "value": self.provider.issuer},
                   "aud": {"essential": True, "value": self.client_id}}  # fmt: skip
        token = self.authorize_access_token(claims_options=options, leeway=60)
        claims: Mapping[str, Any] = token["userinfo"]
        return claims

    def _get_session(self) -> OAuth2Session:
        return _straight(super()._get_session())

    def _get_oauth_client(self, **metadata: Any) -> OAuth2Session:
        return _straight(super()._get_oauth_client(**metadata))


def _straight(session: OAuth2Session) -> OAuth2Session:
    session.max_redirects = 0
    return session


def checked(said: Any, issuer: str, *, plain: bool) -> dict[str, Any]:
    """The few things of a discovery document that we use. Raises Untrustworthy."""
    if not isinstance(said, dict) or said.get("issuer") != issuer:
        raise Untrustworthy("the discovery document is of another issuer")
    names = [*ENDPOINTS, *([_OPTIONAL] if _OPTIONAL in said else [])]
    if not all(_is_safe(said.get(name), plain=plain) for name in names):
        raise Untrustworthy("the discovery document names an address without https")
    algorithms = sorted(SIGNED_WITH.intersection(said.get(_ALGORITHMS, ["RS256"])))
    if not algorithms:
        raise Untrustworthy("the issuer signs with nothing that we trust")
    return {"issuer": issuer, **{name: said[name] for name in names}, _ALGORITHMS: algorithms}


def _is_safe(address: Any, *, plain: bool) -> bool:
    if not isinstance(address, str):
        return False
    parts = urlsplit(address)
    here = plain and parts.scheme == "http" and parts.hostname in LOOPBACK
    return bool(parts.hostname) and (parts.scheme == "https" or here)
