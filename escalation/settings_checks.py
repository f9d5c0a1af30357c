"""Whether settings can be right: each names its variable, the value unless that is secret, and the remedy."""

import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, parse_qs, urlsplit

from escalation import key_sources, provider_file
from escalation.addresses import is_address

if TYPE_CHECKING:
    from escalation.config import Settings

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
KNOWN_SECRETS = frozenset({"change-me", "changeme", "secret", "dev", "development", "test"})
LOOPBACK = ("localhost", "127.0.0.1", "::1")
_SECRET = frozenset(
    {"secret_key", "password_salt", "smtp_password", "ping_url", "factor_keys"}
    | {"database_url", "migration_url", "backup_url", "keys", "index_keys"}
)
_HOST = re.compile(r"\[?[A-Za-z0-9:]+\]?|\.?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_PUBLIC_KEY = re.compile(r"[0-9a-f]{64}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class _Rule:
    """One setting, the condition that it must meet, and what it needs in words."""

    name: str
    holds: "Callable[[Settings], bool]"
    needs: str

    def words(self, settings: "Settings") -> str:
        value = getattr(settings, self.name)
        is_value = "" if self.name in _SECRET or value == "" else f" is {_written(value)!r}:"
        return f"ESCALATION_{self.name.upper()}{is_value} {self.needs}"


def problems(settings: "Settings") -> Iterator[str]:
    """A sentence for each setting that cannot be right."""
    for rule in _RULES:
        if not rule.holds(settings):
            yield rule.words(settings)
    yield from _of_providers(settings)
    yield from _of_keys(settings)


def _of_keys(settings: "Settings") -> Iterator[str]:
    """What is wrong with the keys of what people write. There is no way to run without them."""
    found: list[bytes] = []
    for name, source in (("KEY", key_sources.of_texts), ("INDEX_KEY", key_sources.of_index)):
        try:
            found += source(settings).values()
        except key_sources.NoKeys as error:
            yield f"ESCALATION_{name}_FILE or ESCALATION_{name}S: {error}"
    if len({*found}) < len(found):
        yield "ESCALATION_KEY_FILE and ESCALATION_INDEX_KEY_FILE must differ: a key stands there twice"


def _of_providers(settings: "Settings") -> Iterator[str]:
    """What is wrong in the file of identity providers, each with its line."""
    if settings.providers:
        try:
            provider_file.read(settings.providers, plain=settings.demo or settings.testing)
        except provider_file.ProviderFileError as error:
            yield from (
                f"ESCALATION_PROVIDERS is {settings.providers!r}: {words}" for words in error.problems
            )


def _written(value: object) -> str:
    """A value as it was given."""
    if isinstance(value, Mapping):
        return ",".join(f"{domain}={prefix}" for domain, prefix in value.items())
    if isinstance(value, float):
        return f"{value:g}"
    return ",".join(value) if isinstance(value, tuple) else str(value)


_RANDOM = "must be 32 random characters or more: `openssl rand -hex 32` makes some"


def _strong(secret: str) -> bool:
    return len(secret) >= 32 and secret.lower() not in KNOWN_SECRETS and len(set(secret)) >= 8


def _base(settings: "Settings") -> SplitResult | None:
    try:
        base = urlsplit(settings.public_base_url)
        base.port  # noqa: B018 (raises for a port that is none)
    except ValueError:
        return None
    return base


def _writes_somewhere(settings: "Settings") -> bool:
    """Of several nodes only the one that takes writes is of use, and libpq must be told to look for it."""
    query = parse_qs(urlsplit(settings.database_url).query)
    hosts = [host for value in query.get("host", []) for host in value.split(",")]
    return len(hosts) < 2 or query.get("target_session_attrs") in (["read-write"], ["primary"])


def _travels_encrypted(name: str, settings: "Settings") -> bool:
    """Whatever goes to a database on another machine. Left alone, libpq would take plain text too."""
    address = urlsplit(getattr(settings, name))
    query = parse_qs(address.query)
    named = [address.hostname or "", *",".join(query.get("host", [])).split(",")]
    away = [host for host in named if host and not host.startswith("/") and _name(host) not in LOOPBACK]
    return not away or query.get("sslmode", [""])[-1] in ("require", "verify-ca", "verify-full")


def _name(host: str) -> str:
    return _without_port(host.lower())


def _same_kind(name: str, settings: "Settings") -> bool:
    """Another role of the same PostgreSQL; SQLite has none."""
    given = getattr(settings, name)
    return not given or all(u.startswith("postgresql+psycopg://") for u in (given, settings.database_url))


def _is_origin(settings: "Settings") -> bool:
    base = _base(settings)
    if base is None or not base.hostname:
        return False
    plain = base.scheme if settings.demo or settings.testing else "https"
    return settings.public_base_url == f"{base.scheme}://{base.netloc}" and base.scheme in ("https", plain)


def _trusts_itself(settings: "Settings") -> bool:
    base = _base(settings)
    host = (base.hostname if base else None) or ""
    return any(
        host == known or (known.startswith(".") and f".{host}".endswith(known))
        for known in (_without_port(given.lower()) for given in settings.trusted_hosts)
    )


def _without_port(host: str) -> str:
    return re.sub(r"(?<=[^:]):\d+$", "", host).strip("[]")


def _has_certificates(file: str) -> bool:
    if not file:
        return True
    try:
        ssl.create_default_context(cafile=file)
    except (OSError, ValueError):  # an SSLError is an OSError
        return False
    return Path(file).is_file()


def _prefixes_fit(settings: "Settings") -> bool:
    return all(
        _HOST.fullmatch(domain) and not _CONTROL.search(prefix) and len(prefix) <= 40
        for domain, prefix in (settings.mail_prefixes or {}).items()
    )


def _pings_safely(settings: "Settings") -> bool:
    """Encrypted, but to a monitor on this machine; often there is a secret in the address."""
    if not settings.ping_url:
        return True
    try:
        address = urlsplit(settings.ping_url)
        address.port  # noqa: B018 (raises for a port that is none)
    except ValueError:
        return False
    plain = address.scheme == "http" and address.hostname in LOOPBACK
    whole = bool(address.hostname) and not _CONTROL.search(settings.ping_url) and " " not in settings.ping_url
    return whole and (address.scheme == "https" or plain)


_SECONDS = "it is in seconds, more than 0 and at most 300"
_RULES = (
    _Rule(
        "secret_key",
        lambda s: _strong(s.secret_key),
        _RANDOM,
    ),
    _Rule(
        "password_salt",
        lambda s: _strong(s.password_salt),
        _RANDOM,
    ),
    _Rule(
        "secret_key",
        lambda s: s.secret_key != s.password_salt,
        "and ESCALATION_PASSWORD_SALT must differ",
    ),
    _Rule(
        "database_url",
        lambda s: s.database_url.startswith(("sqlite:///", "postgresql+psycopg://")),
        "must begin with sqlite:/// or postgresql+psycopg://",
    ),
    _Rule(
        "database_url",
        lambda s: not (s.demo and "postgresql" in s.database_url),
        "cannot be given to the demo, which runs on its own SQLite database only",
    ),
    _Rule(
        "database_url",
        _writes_somewhere,
        "names several hosts: add target_session_attrs=read-write, to find the one that takes writes",
    ),
    *(
        _Rule(
            name,
            partial(_same_kind, name),
            "must begin with postgresql+psycopg://, as the service's own",
        )
        for name in ("migration_url", "backup_url")
    ),
    *(
        _Rule(
            name,
            partial(_travels_encrypted, name),
            "leads to another machine: add sslmode=verify-full and sslrootcert, or at least sslmode=require",
        )
        for name in ("database_url", "migration_url", "backup_url")
    ),
    _Rule("standby", lambda s: s.standby in ("optional", "required"), "it is optional or required"),
    _Rule(
        "public_base_url",
        _is_origin,
        "it must begin with https:// and end with the host's name, without a slash or path behind it",
    ),
    _Rule(
        "trusted_hosts",
        lambda s: all(_HOST.fullmatch(_without_port(host)) for host in s.trusted_hosts),
        "these are names of hosts, separated by commas, without https:// before or a path behind them",
    ),
    _Rule(
        "trusted_hosts",
        _trusts_itself,
        "the host of ESCALATION_PUBLIC_BASE_URL is not among them; add it, or no link in a mail will work",
    ),
    _Rule("proxies", lambda s: 0 <= s.proxies <= 10, "it is how many proxies stand in front, 0 to 10"),
    _Rule(
        "smtp_host",
        lambda s: bool(_HOST.fullmatch(s.smtp_host)),
        "must be the name of the mail server's host",
    ),
    _Rule("smtp_port", lambda s: 1 <= s.smtp_port <= 65535, "a port is 1 to 65535, often 25 or 587"),
    _Rule("smtp_timeout", lambda s: 0 < s.smtp_timeout <= 300, _SECONDS),
    _Rule("smtp_tls", lambda s: s.smtp_tls in ("starttls", "tls", "none"), "it is starttls, tls or none"),
    _Rule(
        "smtp_tls",
        lambda s: s.smtp_tls != "none" or s.smtp_host in LOOPBACK,
        "this is for a loopback mail server only; use starttls or tls",
    ),
    _Rule(
        "smtp_ca_file",
        lambda s: _has_certificates(s.smtp_ca_file),
        "no certificates can be read there; give a PEM file, or leave it out for the system's own",
    ),
    _Rule(
        "smtp_password",
        lambda s: bool(s.smtp_password) or not s.smtp_user,
        "is missing; ESCALATION_SMTP_USER is given, and the two go together",
    ),
    _Rule(
        "smtp_user",
        lambda s: bool(s.smtp_user) or not s.smtp_password,
        "is missing; ESCALATION_SMTP_PASSWORD is given, and the two go together",
    ),
    _Rule(
        "mail_from",
        lambda s: is_address(s.mail_from),
        "it must be a plain address such as challenge@board.example",
    ),
    _Rule(
        "mail_domain",
        lambda s: bool(_HOST.fullmatch(s.mail_domain)),
        "must be a domain such as board.example",
    ),
    _Rule(
        "mail_prefixes",
        _prefixes_fit,
        "write domain=prefix, separated by commas; a prefix has 40 characters at most",
    ),
    _Rule("tick_seconds", lambda s: 0 < s.tick_seconds <= 300, _SECONDS),
    _Rule("ping_url", _pings_safely, "must begin with https://, or http:// to a loopback address"),
    _Rule(
        "mails_per_hour",
        lambda s: s.mails_per_hour == 0 or 10 <= s.mails_per_hour <= 10_000,
        "it is 10 to 10000, or 0 for no limit",
    ),
    _Rule("session_idle_minutes", lambda s: 1 <= s.session_idle_minutes <= 1440, "it is 1 to 1440 minutes"),
    _Rule("session_hours", lambda s: 1 <= s.session_hours <= 168, "it is 1 to 168 hours"),
    _Rule(
        "lapse_after_days",
        lambda s: s.lapse_after_days == 0 or 14 <= s.lapse_after_days <= 366,
        "it is 14 to 366 days, or 0 for never",
    ),
    _Rule("step_up_minutes", lambda s: 1 <= s.step_up_minutes <= 60, "it is 1 to 60 minutes"),
    _Rule(
        "second_factor",
        lambda s: s.second_factor in ("required", "offered"),
        "it is required or offered",
    ),
    _Rule(
        "factor_keys",
        lambda s: bool(s.factor_keys) or s.demo or s.testing,
        f"is missing: second factors are encrypted with it. Each key {_RANDOM}",
    ),
    _Rule(
        "factor_keys",
        lambda s: all(_strong(key) for key in s.factor_keys),
        f"are separated by commas, the newest first; each {_RANDOM}",
    ),
    _Rule(
        "factor_keys",
        lambda s: len({*s.factor_keys, s.secret_key, s.password_salt}) == len(s.factor_keys) + 2,
        "must differ from one another, from ESCALATION_SECRET_KEY and from ESCALATION_PASSWORD_SALT",
    ),
    _Rule(
        "seal_key",
        lambda s: not s.seal_key or Path(s.seal_key).is_file(),
        "there is no such file; `escalation audit make-key FILE` makes a key, and without the setting the "
        "record is not sealed",
    ),
    _Rule(
        "seal_outside",
        lambda s: not s.seal_outside or is_address(s.seal_outside),
        "it must be a plain address such as clerk@council.example",
    ),
    _Rule(
        "seal_keys_before",
        lambda s: all(_PUBLIC_KEY.fullmatch(key) for key in s.seal_keys_before),
        "are separated by commas; each is the 64 letters that `escalation audit public-key` prints",
    ),
    _Rule("log_level", lambda s: s.log_level in LOG_LEVELS, f"it is one of {', '.join(LOG_LEVELS)}"),
)
