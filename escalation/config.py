"""Every setting: its environment variable, its safe default, and the check at start-up."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from pathlib import Path
from typing import Any

from escalation import settings_checks
from escalation.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one process. Made by `from_environment`, which checks them."""

    database_url: str
    secret_key: str
    password_salt: str
    public_base_url: str
    trusted_hosts: tuple[str, ...]
    migration_url: str = ""
    """The same database as its owner, for migrations and restores; empty: the service itself owns it."""
    backup_url: str = ""
    """The same database as a role that reads all of it, for backups; empty: the service's own."""
    standby: str = "optional"
    """optional, or required: then health is bad unless every commit waits for a standby."""
    transaction_pooler: bool = False
    """A pooler in transaction mode stands before the database: nothing is prepared on a connection."""
    demo: bool = False
    testing: bool = False
    proxies: int = 0
    """How many reverse proxies stand in front and set X-Forwarded-*."""
    smtp_host: str = "localhost"
    smtp_port: int = 25
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_tls: str = "starttls"
    """starttls, tls, or none (only to a loopback address)."""
    smtp_ca_file: str = ""
    smtp_timeout: float = 10.0
    mail_from: str = ""
    mail_domain: str = ""
    mail_prefixes: Mapping[str, str] | None = None
    """Subject prefix by recipient domain, written nhs.net=[secure],example.org=[secure]."""
    tick_seconds: float = 15.0
    """The longest the scheduler sleeps between two looks."""
    ping_url: str = ""
    """An address outside that is asked for while all is in order; its silence is the alarm."""
    mails_per_hour: int = 60
    """How many mails one person gets within an hour, but for urgent ones; 0 is no limit."""
    providers: str = ""
    """The file of identity providers that people may sign in with; none: passwords only."""
    session_idle_minutes: int = 15
    session_hours: int = 12
    lapse_after_days: int = 60
    """An account not used for so long is closed until its person asks to be let in again; 0: never."""
    step_up_minutes: int = 15
    """For how long it counts that somebody has proved who they are, where that is asked for anew."""
    second_factor: str = "required"
    """required of whoever holds a post above practitioner or an office of the board, or offered."""
    factor_keys: tuple[str, ...] = ()
    """With which secrets of apps and recovery codes are encrypted; the newest first."""
    seal_key: str = ""
    """The file of the key that signs the seals of the record; none: there are no seals."""
    seal_outside: str = ""
    """An address outside that gets the newest seal once a week, as the chair does."""
    seal_keys_before: tuple[str, ...] = ()
    """Public keys in hex that signed seals before that one."""
    key_file: str = ""
    """The file of the keys at the top, with which the keys of what people wrote are wrapped."""
    keys: tuple[str, ...] = ()
    """The same keys, where they come in the environment."""
    key_hook: str = ""
    """The same keys from a key store: the function that asks for them, as module:function."""
    index_key_file: str = ""
    """The file of the key with which numbers of people are found again."""
    index_keys: tuple[str, ...] = ()
    """The same key, where it comes in the environment."""
    log_level: str = "INFO"
    instance: str = "instance"

    @property
    def longest_silence(self) -> timedelta:
        """How old the last good audit may be, and how long a job may say nothing: three audits at least."""
        return max(timedelta(minutes=5), timedelta(seconds=self.tick_seconds * 12))


def from_environment(environ: Mapping[str, str] | None = None) -> Settings:
    """Reads and checks every ESCALATION_* variable.

    Raises ConfigurationError naming each variable that is missing, unknown or cannot be right, with its
    value (but for secrets) and what it needs.
    """
    given = {
        name.removeprefix("ESCALATION_").lower(): value
        for name, value in (os.environ if environ is None else environ).items()
        if name.startswith("ESCALATION_")
    }
    demo = given.get("demo", "") == "1"
    problems = [f"ESCALATION_{name.upper()} is not a setting" for name in given if name not in _READERS]
    values = _with_defaults(_parsed(given, problems), demo)
    problems += _missing(values)
    if problems:
        raise ConfigurationError(f"{'; '.join(problems)}. docs/install.md says what each setting is for.")
    settings = Settings(**values)
    if wrong := list(settings_checks.problems(settings)):
        raise ConfigurationError("; ".join(wrong))
    return settings


def _parsed(given: Mapping[str, str], problems: list[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, text in given.items():
        try:
            values[name] = _READERS[name](text) if name in _READERS else text
        except ValueError as error:
            problems.append(f"ESCALATION_{name.upper()} is {text!r}: {error}")
    return {name: value for name, value in values.items() if name in _READERS}


def _with_defaults(values: dict[str, Any], demo: bool) -> dict[str, Any]:
    if demo:
        instance = Path(values.get("instance", "instance")).resolve()
        values = {
            "database_url": f"sqlite:///{instance / 'escalation.db'}",
            "public_base_url": "http://localhost:8000",
            "trusted_hosts": ("localhost", "127.0.0.1"),
            "smtp_port": 8025,
            "smtp_tls": "none",
            "mail_from": "challenge@demo.invalid",
            "tick_seconds": 1.0,
            # Nobody comes to a demo for months, and its clock is moved by hand.
            "lapse_after_days": 0,
            "second_factor": "offered",
            **values,
        }
    base = values.get("public_base_url", "")
    values.setdefault("mail_domain", base.split("//")[-1].split("/")[0].split(":")[0])
    return values


def _missing(values: Mapping[str, Any]) -> list[str]:
    required = (
        "database_url",
        "secret_key",
        "password_salt",
        "public_base_url",
        "trusted_hosts",
        "mail_from",
    )
    return [f"ESCALATION_{name.upper()} is missing" for name in required if not values.get(name)]


def _yes_or_no(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError("write 1 or 0")
    return text == "1"


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise ValueError("write a whole number") from error


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise ValueError("write a number, with a point before decimals") from error


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _prefixes(text: str) -> Mapping[str, str]:
    pairs = [pair.partition("=") for pair in _words(text)]
    if not all(domain and prefix for domain, _, prefix in pairs):
        raise ValueError("write domain=prefix, separated by commas")
    return {domain.lower(): prefix for domain, _, prefix in pairs}


_BY_TYPE: Mapping[Any, Callable[[str], Any]] = {
    str: str,
    int: _whole,
    float: _number,
    bool: _yes_or_no,
    tuple[str, ...]: _words,
    Mapping[str, str] | None: _prefixes,
}
_READERS: Mapping[str, Callable[[str], Any]] = {f.name: _BY_TYPE[f.type] for f in fields(Settings)}
