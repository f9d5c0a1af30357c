"""The door for machines: JSON under /api/v1, problem documents when something cannot be done, health.

A handler reads the request, calls one use case, and answers; it decides nothing. Whoever comes in is
signed in by the same session cookie as on the pages and sends the session's CSRF token with every
request that changes something (`X-CSRFToken`), and a key that makes a second sending harmless
(`Idempotency-Key`). A machine gets its first token from GET /sign-in with `Accept: application/json`, and
signs in by POSTing JSON there; that answer holds the token to go on with.

Nothing outside /api and /health is answered from here.
"""

from escalation.api.door import register

__all__ = ["register"]
