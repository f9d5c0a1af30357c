"""What every page has around it: the partnership, the person, the navigation, static files."""

import gzip
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, g, request, session, url_for
from flask_login import current_user

from escalation.config import Settings
from escalation.security.permissions import BoardAct
from escalation.services import surroundings as surrounding
from escalation.services.submissions import new_key
from escalation.services.surroundings import Surroundings
from escalation.services.views import PartnershipView
from escalation.web import level, words

STATIC = Path(__file__).parent / "static"
_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_OF_BOARDS = (
    (BoardAct.READ_WORKLIST, "Worklist", "board.worklist"),
    (BoardAct.READ_ALL_MEASURES, "Measures", "board.measures"),
    (BoardAct.READ_SUPPRESSED_MEASURES, "Measures", "board.measures"),
    # Everybody of a partnership may read its procedures; who is of no board comes to them from a case.
    (BoardAct.READ_DIRECTORY, "Procedures", "procedures.index"),
    (BoardAct.READ_DIRECTORY, "Directory", "board.directory"),
    (BoardAct.READ_LOOKUPS, "Look-ups", "board.lookups"),
    (BoardAct.READ_ERASURES, "Erasure", "erasure.index"),
    (BoardAct.MANAGE_APPOINTMENTS, "Offices", "offices.show"),
    (BoardAct.SIGN_ACCESS_REVIEW, "Access", "access.index"),
)
"""What the navigation has for a person of each partnership, by what they may do there."""


def register(app: Flask, settings: Settings) -> None:
    """The values and words that templates may use."""
    app.jinja_env.globals.update(words=words, asset=asset, demo=settings.demo)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.context_processor(surroundings)


def person() -> int:
    """The account that is signed in."""
    return int(current_user.id)


def submitted_key() -> str:
    """The key that came with the form, so that two sendings count once; a new one when it cannot be one."""
    given = request.form.get("submission", "")
    return given if _KEY.fullmatch(given) else new_key()


def of_partnership(view: PartnershipView) -> None:
    """Says which partnership this page belongs to."""
    g.partnership = view


def surroundings() -> dict[str, Any]:
    """The partnership, the person's name and the navigation, for the layout."""
    if g.get("without_records") or not (current_user and current_user.is_authenticated):
        return _of_nobody()
    around = surrounding.around(person())
    shown = g.get("partnership") or (around.boards[0].partnership if around.boards else None)
    return {
        "partnership": shown,
        "person_name": current_user.name or current_user.email,
        "by_code": level.by_code(),
        "navigation": _navigation(around),
        "session_end": session_end(shown),
        "restored_from": _restored_from(around, shown),
    }


def _of_nobody() -> dict[str, Any]:
    shown = g.get("partnership")
    return {
        "partnership": shown,
        "person_name": None,
        "by_code": False,
        "navigation": [],
        "session_end": session_end(shown) if session.get("unsent") else None,
        "restored_from": None,
    }


def session_end(partnership: PartnershipView | None) -> dict[str, Any] | None:
    """When this session ends if nothing more is asked for: `left` in seconds, `at` in words."""
    loaded = getattr(session, "loaded", None)
    if loaded is None:
        return None
    zone = partnership.zone if partnership else "Europe/London"
    return {"left": int(loaded.left.total_seconds()), "at": words.clock_time(loaded.ends_at, zone)}


def _restored_from(around: Surroundings, partnership: PartnershipView | None) -> str | None:
    """The instant that a restored backup shows, in words, while no mail leaves."""
    if around.standstill is None:
        return None
    return words.moment(around.standstill.backup_of, partnership.zone if partnership else "Europe/London")


def _navigation(around: Surroundings) -> list[dict[str, Any]]:
    if level.by_code():
        return _links([("My work", url_for("pages.work")), _raise(), ("Account", url_for("pages.account"))])
    items = [("My work", url_for("pages.work"))]
    if around.may_raise:
        items.append(_raise())
    for board in around.boards:
        at = board.partnership.public_id
        items += [
            (text, url_for(page, partnership=at)) for act, text, page in _OF_BOARDS if act in board.acts
        ]
    items.append(("Account", url_for("pages.account")))
    return _links(list(dict.fromkeys(items)))


def _raise() -> tuple[str, str]:
    return "Raise a concern", url_for("raising.begin")


def _links(items: list[tuple[str, str]]) -> list[dict[str, Any]]:
    return [{"text": text, "href": href, "current": request.path == href} for text, href in items]


@cache
def _file(name: str) -> tuple[bytes, bytes, str]:
    """A static file raw, compressed, and its hash; only files that lie in the folder."""
    path = (STATIC / name).resolve()
    if not path.is_relative_to(STATIC.resolve()) or not path.is_file() or path.suffix not in _TYPES:
        raise FileNotFoundError(name)
    raw = path.read_bytes()
    return raw, gzip.compress(raw, 9, mtime=0), hashlib.sha256(raw).hexdigest()[:12]


def asset(name: str) -> str:
    """The address of a static file, which changes with its content."""
    return url_for("pages.static", name=name, v=_file(name)[2])


def send_static(name: str) -> Response:
    """A static file, compressed where the browser can, to be kept for a year."""
    try:
        raw, small, _ = _file(name)
    except FileNotFoundError:
        abort(404)
    compressed = request.accept_encodings.quality("gzip") > 0
    response = Response(small if compressed else raw, content_type=_TYPES[Path(name).suffix])
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["Vary"] = "Accept-Encoding"
    if compressed:
        response.headers["Content-Encoding"] = "gzip"
    return response
