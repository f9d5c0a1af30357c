"""The factory: `create_app` runs the start-up steps in order; each is one short function."""

from functools import cache
from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import Flask, current_app
from sqlalchemy import Connection, inspect
from werkzeug.middleware.proxy_fix import ProxyFix

from escalation import api, engine, web
from escalation import logging as logs
from escalation.config import Settings, from_environment
from escalation.errors import ConfigurationError
from escalation.extensions import csrf, db, mail, migrate
from escalation.security import keys
from escalation.services import database_roles, durability, keys_here, moving_clock

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
"""The migrations stand beside the package: the service is run from its checkout."""

_log = structlog.get_logger(__name__)


def create_app(settings: Settings | None = None, *, migrating: bool = False, serving: bool = False) -> Flask:
    """A ready application. With `migrating`, the state of the database is not checked; one that is
    `serving` says in its log how much a commit is worth.

    Raises ConfigurationError when a setting is missing or the database is not at this version's state.
    """
    settings = settings or from_environment()
    app = Flask("escalation", static_folder=None, template_folder=None)
    configure(app, settings)
    logs.configure(settings.log_level, for_people=settings.demo)
    bind_extensions(app)
    with app.app_context():
        keys.hold(db.engine, keys.from_settings(settings))
    if not migrating:
        with app.app_context():
            refuse_other_databases(settings)
            say_how_commits_are_kept(settings, serving=serving)
            say_whether_the_wall_stands()
            refuse_without_keys()
    web.register(app, settings)
    api.register(app, newest_state())
    if settings.demo:
        from escalation.demo import pages

        pages.register(app)
    web.policy.refuse_gaps(app)
    if settings.proxies:
        # Flask names this attribute as the place for middleware; its type is that of a method.
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies
        )
    return app


def configure(app: Flask, settings: Settings) -> None:
    """Settings of this service as settings of Flask and its extensions."""
    secure = settings.public_base_url.startswith("https://")
    app.config.update(
        ESCALATION=settings,
        TESTING=settings.testing,
        SECRET_KEY=settings.secret_key,
        TRUSTED_HOSTS=list(settings.trusted_hosts),
        MAX_CONTENT_LENGTH=256 * 1024,
        MAX_FORM_MEMORY_SIZE=256 * 1024,
        MAX_FORM_PARTS=100,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=dict(
            engine.options(settings.database_url, pooled=settings.transaction_pooler)
        ),
        # Mails are never held back: the outbox alone decides what leaves.
        MAIL_SUPPRESS_SEND=False,
        MAIL_DEFAULT_SENDER=settings.mail_from,
        PREFERRED_URL_SCHEME="https" if secure else "http",
        SESSION_COOKIE_NAME="__Host-session" if secure else "session",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        # Not Strict: a link in a mail comes from another site, and would seem to sign its reader out.
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        # The Referer is never sent (no-referrer), so it cannot be asked for.
        WTF_CSRF_SSL_STRICT=False,
    )


def bind_extensions(app: Flask) -> None:
    """Binds the extensions, and prepares the engine before anything uses it."""
    db.init_app(app)
    migrate.init_app(app, db, directory=str(MIGRATIONS))
    mail.init_app(app)
    csrf.init_app(app)
    with app.app_context():
        engine.prepare(db.engine)


def upgrade_database() -> None:
    """Brings the database to this version's state, and the roles that use it to what they need there."""
    command.upgrade(_migrations(), "head")
    with db.engine.connect().execution_options(write=True) as connection:
        database_roles.follow(connection)
        connection.commit()


def upgrade_on(connection: Connection, state: str) -> None:
    """Brings the tables of one connection to a state of the migrations.

    On PostgreSQL within the connection's transaction. On SQLite what was done before is committed first,
    because foreign keys cannot be switched off inside a transaction. Raises ConfigurationError for a
    state that this version does not know.
    """
    if connection.dialect.name == "sqlite":
        connection.commit()
    config = _migrations()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, state)
    except CommandError as error:
        raise ConfigurationError(f"the migrations do not lead to {state!r}: {error}") from error
    if state == newest_state():
        database_roles.follow(connection)


@cache
def newest_state() -> str:
    """The state of the database that this version needs."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head() or "base"


def _migrations() -> Config:
    config: Config = current_app.extensions["migrate"].migrate.get_config(str(MIGRATIONS))
    return config


def refuse_other_databases(settings: Settings) -> None:
    """Refuses a database of another version, and for the demo one that is not a demo's; lets it go again."""
    try:
        refuse_other_schema()
        if settings.demo:
            refuse_real_people()
    except ConfigurationError:
        db.engine.dispose()
        raise


def say_how_commits_are_kept(settings: Settings, *, serving: bool) -> None:
    """Warns that no standby is waited for where one is required: a failover may be under way."""
    with db.engine.connect() as connection:
        mode = durability.mode_of(connection)
    if settings.standby == "required" and mode is not durability.Mode.SYNCHRONOUS:
        _log.warning("a standby is required, and the database has none that it waits for", mode=mode.words)
    if serving:
        _log.info("the service is served", database=mode.words)


def say_whether_the_wall_stands() -> None:
    """Warns that the service passes through the policies of the database: they then hide nothing from it."""
    with db.engine.connect() as connection:
        wall = database_roles.wall_of(connection)
    if wall is database_roles.Wall.OPEN:
        _log.warning("the service runs as the owner of its tables, or as a superuser", wall=wall.value)


def refuse_without_keys() -> None:
    """Refuses to start where a key is missing that texts were sealed with; says how many are not sealed yet.

    Raises ConfigurationError.
    """
    try:
        still_open = keys_here.open_at_start()
    except ConfigurationError:
        db.engine.dispose()
        raise
    if any(still_open.values()):
        _log.warning("not everything is sealed yet: run `escalation keys seal-existing`", **still_open)


def refuse_real_people() -> None:
    """The demo lets anybody sign in as anybody: it opens only a database that was made as a demo.

    Raises ConfigurationError.
    """
    if not moving_clock.is_movable():
        raise ConfigurationError(
            "this database is not a demo's: where anybody may sign in as anybody, real people must not be. "
            "Take ESCALATION_DEMO and ESCALATION_DATABASE_URL out of the environment"
        )


def refuse_other_schema() -> None:
    """Refuses to start on a database of another version. Raises ConfigurationError."""
    expected = newest_state()
    with db.engine.connect() as connection:
        there = inspect(connection).has_table("alembic_version")
        found = MigrationContext.configure(connection).get_current_revision() if there else None
    if found != expected:
        raise ConfigurationError(
            f"the database is {f'at {found}' if found else 'empty'}, this version needs {expected}: "
            "run `escalation db upgrade`"
        )
