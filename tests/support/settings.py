"""What a process of the service is told in a test."""

import dataclasses
import hashlib
import secrets
from typing import Any

from escalation import key_sources
from escalation.config import Settings

KEY = key_sources.written(1, hashlib.sha256(b"the key of the tests").digest())
INDEX_KEY = key_sources.written(1, hashlib.sha256(b"the index key of the tests").digest())
SALT = hashlib.sha256(b"the salt of the tests").hexdigest()
"""The same in every process of a run, too: Northtown's passwords are hashed once."""


def settings_for(url: str, **others: Any) -> Settings:
    """Settings for the database at `url`, with new secrets; `others` are settings by name."""
    usual: dict[str, Any] = {
        "public_base_url": "http://localhost",
        "trusted_hosts": ("localhost",),
        "testing": True,
        "smtp_host": "127.0.0.1",
        "smtp_tls": "none",
        "smtp_timeout": 2.0,
        "mail_from": "challenge@northtown.invalid",
        "mail_domain": "northtown.invalid",
        "tick_seconds": 0.2,
        # Stories move the clock by months; those of unused accounts say how long it takes.
        "lapse_after_days": 0,
        "second_factor": "offered",
        "factor_keys": (secrets.token_urlsafe(32),),
        # The same in every process of a run: what one seals, the next one opens.
        "keys": (KEY,),
        "index_keys": (INDEX_KEY,),
    }
    return Settings(
        database_url=url,
        secret_key=secrets.token_urlsafe(32),
        password_salt=SALT,
        **(usual | others),
    )


def roles_of(owner_url: str) -> dict[str, str]:
    """The addresses of a PostgreSQL for an operator: its owner's, and that of whoever backs it up."""
    from tests.support import beyond

    return {"migration_url": owner_url, "backup_url": beyond.as_backup(owner_url)}


def environment(settings: Settings) -> dict[str, str]:
    """The same settings as the variables that a process of the service would be started with."""
    return {
        f"ESCALATION_{name.upper()}": _written(value)
        for name, value in dataclasses.asdict(settings).items()
        if value not in (None, "")
    }


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, dict):
        return ",".join(f"{key}={word}" for key, word in value.items())
    return ",".join(value) if isinstance(value, tuple) else str(value)
