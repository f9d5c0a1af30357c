"""Flask's session over the server-side table: the cookie holds a random value and nothing else."""

import json
from datetime import timedelta
from typing import Any, NamedTuple

import structlog
from flask import Flask, Request, Response
from flask import request as asked
from flask.sessions import SessionInterface, SessionMixin
from sqlalchemy.exc import InterfaceError, OperationalError
from werkzeug.datastructures import CallbackDict

from escalation.config import Settings
from escalation.services import sessions
from escalation.services.sessions import Kept, Loaded
from escalation.services.standing import Standing
from escalation.web.browsers import kind_of

AWAY = (OperationalError, InterfaceError)
"""What is raised when the database does not answer."""
_POSTS = "_posts"
_CHANGED = "_posts_changed"
_log = structlog.get_logger(__name__)


class OpenedAs(NamedTuple):
    """Whose a session was when the request came in, and by which proof."""

    account: int | None
    proof: str


class ServerSession(CallbackDict[str, Any], SessionMixin):
    """A session with the token it is known by, and when it ends (None for one that has just begun).

    `reached` is false while the database cannot be asked what the session holds.
    """

    reached = True

    def __init__(self, data: dict[str, Any], token: str | None, loaded: Loaded | None = None) -> None:
        super().__init__(data, self._changed)
        self.was_token, self.loaded = token, loaded
        self.opened_as = OpenedAs(self.account, self.proof)
        self.modified = False

    def _changed(self, _: Any) -> None:
        self.modified = True

    @property
    def account(self) -> int | None:
        """The account that is signed in, as Flask-Security keeps it here."""
        found = self.get("account")
        return int(found) if found is not None else None

    @property
    def proof(self) -> str:
        """Changes each time when its person proves who they are."""
        return f"{self.get('fs_paa', '')}/{self.get('proved', '')}"

    @property
    def standing(self) -> Standing | None:
        """What its person acts from and can prove themselves with; None for nobody."""
        return self.loaded.standing if self.loaded and self.account is not None else None


class ServerSessions(SessionInterface):
    """Opens and saves sessions.

    There is a new token at every change of who is signed in, so that none is fixed beforehand, each time
    when somebody proves anew who they are, and when their posts have changed.
    """

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
        opened = ServerSession(json.loads(loaded.data), token, loaded) if loaded else ServerSession({}, None)
        _notice_posts(opened)
        return opened

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        assert isinstance(session, ServerSession)
        if not session.modified or not session.reached:
            return
        token = self._kept(session) if session else None
        if token is None:
            self._drop(app, session, response)
        else:
            self._set_cookie(app, token, response)

    def _kept(self, session: ServerSession) -> str | None:
        """The token to go on with; None when the session was ended meanwhile, by its person or by us."""
        was, before = session.was_token, session.opened_as
        posts = session.pop(_CHANGED, False)
        kept = _what_is_kept(session)
        if was is None or before.account != session.account:
            token = sessions.new_token()
            sessions.begin(token, kept, self.longest, was)
            return token
        proved = before.proof != session.proof
        if proved or posts:
            token = sessions.new_token()
            return token if sessions.renew(was, token, kept, proved=proved) else None
        return was if sessions.save(was, kept) else None

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


def _notice_posts(session: ServerSession) -> None:
    """Remembers from which posts somebody acts: when they change, the session goes on under a new token."""
    if session.standing is None or session.get(_POSTS) == session.standing.posts:
        return
    if _POSTS in session:
        session[_CHANGED] = True
    session[_POSTS] = session.standing.posts


def _what_is_kept(session: ServerSession) -> Kept:
    agent = kind_of(asked.headers.get("User-Agent", ""))
    return Kept(json.dumps(dict(session)).encode(), session.account, session.get("how"), agent)
