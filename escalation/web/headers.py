"""What every answer says to the browser: nothing from elsewhere, nothing framed, nothing kept."""

import secrets

from flask import Flask, Response, g, request

from escalation.config import Settings

_STATIC = "static"


def csp_nonce() -> str:
    """The nonce of this answer, for the few scripts that may run."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def register(app: Flask, settings: Settings) -> None:
    """Sets the headers on every answer; `csp_nonce()` is there in templates."""
    secure = settings.public_base_url.startswith("https://")
    app.jinja_env.globals["csp_nonce"] = csp_nonce

    @app.after_request
    def set_headers(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", _policy())
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        if secure:
            response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        if request.endpoint == "security.logout":
            # Everything that the browser may still hold of this service; the session itself ends here.
            response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
        if not (request.endpoint or "").endswith(_STATIC):
            response.headers["Cache-Control"] = "no-store"
        return response


def _policy() -> str:
    return (
        f"default-src 'none'; script-src 'nonce-{csp_nonce()}'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; frame-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
    )
