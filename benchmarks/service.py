"""The service as one process has it, on a database of the benchmark's own."""

import dataclasses
import gc
import hashlib
import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask

from benchmarks import machine
from escalation import key_sources, memory
from escalation.app import create_app, upgrade_database
from escalation.config import Settings
from escalation.extensions import db
from escalation.services import database_roles
from escalation.services.database_roles import Roles

# One for all processes of a benchmark, which are given settings one by one.
_KEY = key_sources.written(1, hashlib.sha256(b"a key of benchmarks").digest())
_INDEX_KEY = key_sources.written(1, hashlib.sha256(b"an index key of benchmarks").digest())


def settings_for(url: str, **others: Any) -> Settings:
    """Settings for the database at `url`; `others` are settings by name."""
    usual: dict[str, Any] = {
        "public_base_url": "http://localhost",
        "trusted_hosts": ("localhost",),
        "smtp_host": "127.0.0.1",
        "smtp_tls": "none",
        "mail_from": "challenge@board.invalid",
        "mail_domain": "board.invalid",
        "log_level": "WARNING",
        "mails_per_hour": 0,
        "second_factor": "offered",
    }
    keys: dict[str, Any] = {
        "secret_key": secrets.token_urlsafe(32),
        "password_salt": secrets.token_urlsafe(32),
        "factor_keys": (secrets.token_urlsafe(32),),
        "keys": (_KEY,),
        "index_keys": (_INDEX_KEY,),
    }
    return Settings(database_url=url, **(usual | keys | others))


def environment(settings: Settings) -> dict[str, str]:
    """The same settings as the variables that a process of the service is started with."""
    given = dataclasses.asdict(settings).items()
    return {f"ESCALATION_{name.upper()}": _written(value) for name, value in given if value not in (None, "")}


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return ",".join(value) if isinstance(value, tuple) else str(value)


def migrate(url: str) -> None:
    """Brings an empty database to the service's state, by the real migrations, and makes its roles."""
    app = create_app(settings_for(url), migrating=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with app.app_context():
        upgrade_database()
        if db.engine.dialect.name == "postgresql":
            with db.engine.begin() as connection:
                database_roles.apply(connection, Roles(machine.USER, machine.APPLICATION))
        db.engine.dispose()


@contextmanager
def service(url: str, **others: Any) -> Iterator[Flask]:
    """The service, entered, on a migrated database, with its memory as a process has it that runs for
    long. Its connections are closed at the end."""
    app = create_app(settings_for(url, **others))
    memory.keep()
    with app.app_context():
        try:
            yield app
        finally:
            db.engine.dispose()
            gc.unfreeze()
