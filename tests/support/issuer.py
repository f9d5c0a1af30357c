"""An identity provider on a loopback port: honest, unless a test twists what it says.

    with issuing() as issuer:
        issuer.person = {"sub": "s-1", "email": "gp@demo.invalid", "email_verified": True}
        back = issuer.lets_in(address)      # what a browser is sent back to, once the person has signed in

It asks for what a strict provider asks for: a known client that proves itself (secret, or a signed
assertion), the very redirect address of the registration, PKCE with S256, and each code once.
"""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey
from werkzeug import Request, Response
from werkzeug.serving import make_server
from werkzeug.utils import redirect

CLIENT, SECRET = "escalation-here", "a secret between the two"
REDIRECT = "/sign-in/with/mock/callback"
_KEY = RSAKey.generate_key(2048, {"kid": "mock-1"}, private=True)


@dataclass
class Issuer:
    """`person` is who signs in there; `twisted` lays other claims over the id token, `signed` says how."""

    url: str
    home: str = "http://localhost"
    person: dict[str, Any] = field(default_factory=dict)
    twisted: dict[str, Any] = field(default_factory=dict)
    says: dict[str, Any] = field(default_factory=dict)
    """Laid over the discovery document."""
    signed: str = "RS256"
    client_key: RSAKey | None = None
    """The public key of a client that has no secret."""
    asked: list[dict[str, str]] = field(default_factory=list)
    """The query of each sign-in that was asked for."""
    assertions: list[dict[str, Any]] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    stalls: threading.Event | None = None
    """While it is not set, nothing is answered."""

    def lets_in(self, address: str) -> str:
        """The person signs in at `address`: where the browser is sent back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        self.asked.append(asked)
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["redirect_uri"] == self.home + REDIRECT, "a provider knows one address of ours"
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        if self.stalls:
            self.stalls.wait(30)
        request = Request(environ)
        if request.path.startswith("/moved/"):
            return redirect(f"{self.url}{request.path.removeprefix('/moved')}")(environ, start)
        doors = {"/.well-known/openid-configuration": self._discovery, "/keys": self._keys,
                 "/authorize": self._page, "/token": self._token, "/out": self._out}  # fmt: skip
        return doors[request.path](request)(environ, start)

    def _discovery(self, _: Request) -> Response:
        return _json(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
                "end_session_endpoint": f"{self.url}/out",
                "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
                **self.says,
            }
        )

    def _keys(self, _: Request) -> Response:
        return _json(KeySet([_KEY]).as_dict(private=False))

    def _page(self, request: Request) -> Response:
        """The provider's own page, with one thing to press."""
        back = self.lets_in(request.url).replace("&", "&amp;")
        return Response(
            f'<!doctype html><html lang="en"><title>Provider</title><main><h1>Provider</h1><a href="{back}">Go on</a></main></html>',
            content_type="text/html",
        )

    def _out(self, _: Request) -> Response:
        return Response(
            "<!doctype html><html lang='en'><title>Out</title><main>Out</main></html>",
            content_type="text/html",
        )

    def _token(self, request: Request) -> Response:
        asked = self.codes.pop(request.form["code"], None)
        if not self._is_client(request):
            return _json({"error": "invalid_client"}, 401)
        if asked is None or not _fits(asked, request):
            return _json({"error": "invalid_grant"}, 400)
        return _json(
            {"access_token": "not used", "token_type": "Bearer", "id_token": self._id_token(asked["nonce"])}
        )

    def _is_client(self, request: Request) -> bool:
        if self.client_key is None:
            given = request.authorization
            return bool(given and (given.username, given.password) == (CLIENT, SECRET))
        try:
            assertion = jwt.decode(request.form["client_assertion"], self.client_key, algorithms=["RS512"])
        except JoseError:
            return False
        self.assertions.append({**assertion.header, **assertion.claims})
        return (assertion.claims["sub"], assertion.claims["aud"]) == (CLIENT, f"{self.url}/token")

    def _id_token(self, nonce: str) -> str:
        now = int(time.time())
        honest = {
            "iss": self.url,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "nonce": nonce,
        }
        said = {k: v for k, v in {**honest, **self.person, **self.twisted}.items() if v is not None}
        if self.signed == "RS256":
            return jwt.encode({"alg": "RS256", "kid": "mock-1"}, said, _KEY)
        return _forged(self.signed, said)


def _fits(asked: dict[str, str], request: Request) -> bool:
    proof = hashlib.sha256(request.form["code_verifier"].encode()).digest()
    challenge = base64.urlsafe_b64encode(proof).rstrip(b"=").decode()
    return challenge == asked["code_challenge"] and request.form["redirect_uri"] == asked["redirect_uri"]


def _forged(signed: str, said: dict[str, Any]) -> str:
    """Without a signature; or signed with the public key, which everybody has, as if it were a secret."""
    header = {"alg": "none"} if signed == "none" else {"alg": "HS256", "kid": "mock-1"}
    text = ".".join(_part(json.dumps(part).encode()) for part in (header, said))
    public = _KEY.as_pem(private=False)
    mac = b"" if signed == "none" else hmac.digest(public, text.encode(), "sha256")
    return f"{text}.{_part(mac)}"


def _part(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _json(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")


@contextmanager
def issuing() -> Iterator[Issuer]:
    """An issuer that listens on a port of its own until the block ends."""
    issuer = Issuer("")
    server = make_server("127.0.0.1", 0, issuer, threaded=True)
    server.log = lambda *_: None  # type: ignore[method-assign]  # no line a request
    issuer.url = f"http://127.0.0.1:{server.port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def in_file(issuer: Issuer, /, **others: Any) -> str:
    """The file of providers that names this issuer, with other keys by name; None leaves a key out."""
    usual = {
        "key": "mock",
        "button": "Northtown Council",
        "issuer": issuer.url,
        "client_id": CLIENT,
        "client_secret": SECRET,
        "mail_domains": ["demo.invalid"],
        "second_factor": {"acr": ["strong"], "amr": ["mfa"]},
    }
    lines = [f"{name} = {_toml(value)}" for name, value in {**usual, **others}.items() if value is not None]
    return "[[provider]]\n" + "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {json.dumps(words)}" for name, words in value.items()) + " }"
    return json.dumps(value)
