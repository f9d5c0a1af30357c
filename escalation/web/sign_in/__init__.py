"""Sign-in, on Flask-Security: passwords (argon2id), an app's codes, passkeys, recovery codes.

- `options`, `factors`, `passwords`: how Flask-Security is set up here
- `store`: its session of the database, and when that may hold the database
- `brake`: how often somebody may try
- `kept`: what is remembered of it, for the person
- `mails`: its mails, through our outbox
- `forgotten`: a link for a new password, the same for an address that nobody has
- `going_on`: where somebody goes on afterwards, with all they had typed

Who is signed in stands in the server-side session under `account`, for ending and listing sessions.
"""

from flask import Flask
from flask_security import Security, hash_password

from escalation.config import Settings
from escalation.web.sessions import ServerSessions
from escalation.web.sign_in import brake, factors, forgotten, kept, mails, options, store
from escalation.web.sign_in.going_on import back_to, is_own_path, park, parked, to_sign_in
from escalation.web.sign_in.letting_in import let_in
from escalation.web.sign_in.mails import invite, set_up_link

__all__ = [
    "DEMO_PASSWORD",
    "back_to",
    "invite",
    "is_own_path",
    "let_in",
    "park",
    "parked",
    "password_hash",
    "register",
    "set_up_link",
    "to_sign_in",
]

DEMO_PASSWORD = "northtown demo"  # noqa: S105 (of the demo, printed at its start)


def password_hash(password: str) -> str:
    """The argon2id hash of a password."""
    return str(hash_password(password))


def register(app: Flask, settings: Settings) -> None:
    """Binds Flask-Security to our accounts, templates and outbox."""
    options.configure(app, settings)
    factors.configure(app, settings)
    app.session_interface = ServerSessions(settings)
    security = Security(app, store.datastore(), **options.classes())
    security.login_manager.unauthorized_handler(to_sign_in)
    options.one_way_in(security)
    app.before_request(options.refuse_what_is_closed)
    app.before_request(brake.count_try)
    app.before_request(store.begin_as_writer)
    # After-request functions run last registered first: Flask-Security lets the database go, then we write.
    app.after_request(brake.give_back)
    app.after_request(kept.write_down)
    app.after_request(mails.owe_mails)
    app.after_request(forgotten.owe_link)
    app.after_request(store.release)
    kept.connect(app)
