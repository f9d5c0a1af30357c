"""Whether the providers of a file can be right: each mistake by the key at fault, with the remedy."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from joserfc.errors import JoseError

if TYPE_CHECKING:
    from escalation.provider_file import Provider

LOOPBACK = ("localhost", "127.0.0.1", "::1")
SIGNING = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
_KEY = re.compile(r"[a-z][a-z0-9-]{0,30}")
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_CLAIM = re.compile(r"[A-Za-z][A-Za-z0-9_.:/-]{0,60}")
_PLACE = tuple[str | int, ...]


def problems(found: "Sequence[Provider]", *, plain: bool) -> Iterator[tuple[_PLACE, str]]:
    """Where a mistake is, and what is wrong there."""
    if not found:
        yield ("provider",), "has none; add [[provider]] with its keys, or take the setting out"
    for number, provider in enumerate(found):
        here = ("provider", number)
        for name, holds, needs in _RULES:
            if not holds(provider):
                yield (*here, name), needs
        if not _is_issuer(provider.issuer, plain=plain):
            yield (*here, "issuer"), "must begin with https:// and have no ? or # in it"
    yield from _twice(found)


def _twice(found: "Sequence[Provider]") -> Iterator[tuple[_PLACE, str]]:
    """Keys and issuers tell providers apart."""
    for name in ("key", "issuer"):
        counts = Counter(getattr(provider, name) for provider in found)
        for number, provider in enumerate(found):
            if counts[getattr(provider, name)] > 1:
                yield ("provider", number, name), "is there twice; each provider has its own"


def _is_issuer(issuer: str, *, plain: bool) -> bool:
    try:
        address = urlsplit(issuer)
        address.port  # noqa: B018 (raises for a port that is none)
    except ValueError:
        return False
    here = plain and address.scheme == "http" and address.hostname in LOOPBACK
    clean = not (address.query or address.fragment or address.username) and issuer.isascii()
    whole = bool(address.hostname) and " " not in issuer and len(issuer) <= 255
    return whole and clean and (address.scheme == "https" or here)


def _one_proof(provider: "Provider") -> bool:
    return bool(provider.client_secret) != bool(provider.private_key_file)


def _strong_key(provider: "Provider") -> bool:
    if not provider.private_key_file:
        return True
    try:
        key = provider.private_key
        return key.is_private and key.raw_value.key_size >= 2048
    except (OSError, ValueError, TypeError, JoseError):
        return False


def _named_key(provider: "Provider") -> bool:
    return bool(provider.key_id) == bool(provider.private_key_file)


def _is_question(provider: "Provider") -> bool:
    """`claims` is handed on as it stands: an object of JSON."""
    try:
        return not provider.claims or isinstance(json.loads(provider.claims), dict)
    except ValueError:
        return False


_RULES: "Sequence[tuple[str, Callable[[Provider], object], str]]" = (
    ("key", lambda p: _KEY.fullmatch(p.key), "is a word in small letters, as in entra or nhs-cis2"),
    ("button", lambda p: 0 < len(p.button.strip()) <= 60, "is what the button says, 1 to 60 letters"),
    ("client_id", lambda p: p.client_id.strip(), "is empty; the provider gives it at registration"),
    ("client_secret", _one_proof, "or private_key_file: give exactly one of the two"),
    ("private_key_file", _strong_key, "is no private RSA key of 2048 bits or more, in PEM"),
    ("key_id", _named_key, "and private_key_file go together"),
    ("signing", lambda p: p.signing in SIGNING, f"is one of {', '.join(SIGNING)}"),
    ("scopes", lambda p: "openid" in p.scopes, "must hold 'openid'"),
    (
        "mail_domains",
        lambda p: all(_DOMAIN.fullmatch(domain) for domain in p.mail_domains),
        "are domains in small letters, as in ['northtown.gov.uk']",
    ),
    ("subject_claim", lambda p: _CLAIM.fullmatch(p.subject_claim), "is the name of a claim, most often sub"),
    ("verified_claim", lambda p: _CLAIM.fullmatch(p.verified_claim), "is the name of a claim"),
    ("claims", _is_question, 'is JSON, as in \'{"id_token": {"acrs": {"value": "c1"}}}\''),
    (
        "second_factor",
        lambda p: all(_CLAIM.fullmatch(name) and values for name, values in p.second_factor.items()),
        "has a list of values for each claim, as in { amr = ['mfa'] }",
    ),
)
