"""Flask's session over the server-side table: the cookie holds a random value and nothing else."""

import json
from datetime import timedelta
from typing import Any

import structlog
from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin
from sqlalchemy.exc import InterfaceError, OperationalError
from werkzeug.datastructures import CallbackDict

from escalation.config import Settings
from escalation.services import sessions
from escalation.services.sessions import Loaded

AWAY = (OperationalError, InterfaceError)
"""What is raised when the database does not answer."""
_log = structlog.get_logger(__name__)


class ServerSession(CallbackDict[str, Any], SessionMixin):
    """A session with the token it is known by, and when it ends (None for one that has just begun).

    `reached` is false while the database cannot be asked what the session holds.
    """

    reached = True

    def __init__(self, data: dict[str, Any], token: str | None, loaded: Loaded | None = None) -> None:
        super().__init__(data, self._changed)
        self.token, self.was_token, self.loaded = token, token, loaded
        self.modified = False

    def _changed(self, _: Any) -> None:
        self.modified = True

    @property
    def account(self) -> int | None:
        """The account that is signed in, as Flask-Security keeps it here."""
        found = self.get("account")
        return int(found) if found is not None else None


class ServerSessions(SessionInterface):
    """Opens and saves sessions; a new token at every change of who is signed in."""

    def __init__(self, settings: Settings) -> None:
        self.idle = timedelta(minutes=settings.session_idle_minutes)
        self.longest = timedelta(hours=settings.session_hours)

    def open_session(self, app: Flask, request: Request) -> ServerSession:
        token = request.cookies.get(self.get_cookie_name(app))
        try:
            with app.app_context():
                loaded = sessions.load(token, self.idle) if token else None
        except AWAY:
            # An error here would be answered by the web server, in words that help nobody.
            _log.exception("a session cannot be read")
            unread = ServerSession({}, token)
            unread.reached = False
            return unread
        return ServerSession(json.loads(loaded.data), token, loaded) if loaded else ServerSession({}, None)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        assert isinstance(session, ServerSession)
        if not session.modified or not session.reached:
            return
        if not session:
            self._drop(app, session, response)
            return
        token = self._token(session)
        sessions.save(token, json.dumps(dict(session)).encode(), session.account, self.longest)
        self._set_cookie(app, token, response)

    def _token(self, session: ServerSession) -> str:
        """The token to go on with: a new one when somebody signs in or out, so that none is fixed."""
        before = session.get("_token_of")
        now = str(session.account)
        if session.was_token is None or before != now:
            if session.was_token is not None:
                sessions.end(session.was_token)
            session["_token_of"] = now
            return sessions.new_token()
        return session.was_token

    def _drop(self, app: Flask, session: ServerSession, response: Response) -> None:
        if session.was_token is not None:
            sessions.end(session.was_token)
            response.delete_cookie(
                self.get_cookie_name(app), path="/", secure=self.get_cookie_secure(app), httponly=True,
                samesite=self.get_cookie_samesite(app),
            )  # fmt: skip

    def _set_cookie(self, app: Flask, token: str, response: Response) -> None:
        response.set_cookie(
            self.get_cookie_name(app), token, path="/", httponly=True, secure=self.get_cookie_secure(app),
            samesite=self.get_cookie_samesite(app),
        )  # fmt: skip
