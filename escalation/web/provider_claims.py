"""What an id token says, read for what we ask of it: who it is, how they proved it, and when.

Roles, groups and agencies in it are not read at all: posts come from our own directory.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from escalation.addresses import is_address
from escalation.provider_file import Provider
from escalation.services.identities import Asserted

Claims = Mapping[str, Any]

LEEWAY = timedelta(seconds=60)
"""How far a provider's clock may be from ours."""
LONGEST = timedelta(hours=1)
"""How long somebody may be away at a provider."""
_LETTERS = 255


def asserted(provider: Provider, claims: Claims) -> Asserted:
    """Who it is, by issuer and subject. Raises ValueError for a subject that cannot be kept."""
    subject = claims.get(provider.subject_claim)
    if not isinstance(subject, str) or not 0 < len(subject) <= _LETTERS or not subject.isprintable():
        raise ValueError("the subject is no text of 1 to 255 letters")
    return Asserted(provider.issuer, subject, vouched_for(provider, claims))


def vouched_for(provider: Provider, claims: Claims) -> str:
    """The address, when it is verified and of a domain that the provider is trusted for; else empty."""
    given = claims.get("email")
    address = given.strip().lower() if isinstance(given, str) else ""
    of_theirs = address.rpartition("@")[2] in provider.mail_domains
    verified = claims.get(provider.verified_claim) in (True, "true", "1")  # 1 equals True
    return address if verified and of_theirs and address.isascii() and is_address(address) else ""


def second_factor(provider: Provider, claims: Claims) -> bool:
    """Whether the person proved more than a password, by the list in the provider's settings."""
    return any(_words(claims.get(name)) & set(values) for name, values in provider.second_factor.items())


def proved_since(claims: Claims, begun: datetime) -> bool:
    """Whether the person proved who they are after that instant: for a provider a claim, never a guess."""
    at = claims.get("auth_time")
    if isinstance(at, bool) or not isinstance(at, int | float):
        return False
    return (begun - LEEWAY).timestamp() <= at <= (begun + LONGEST).timestamp()


def _words(value: Any) -> set[str]:
    """A claim may hold one word or a list of them."""
    return {str(word) for word in (value if isinstance(value, list) else [value])}
