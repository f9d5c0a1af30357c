"""Who may call what: every endpoint of this door with every method it takes. What is not here is closed."""

from collections.abc import Mapping
from enum import StrEnum


class Policy(StrEnum):
    """Who is let in at all. What they then may see or do is for the use cases to say."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"


POLICY: Mapping[str, Mapping[str, Policy]] = {
    "api-docs.openapi_json": {"GET": Policy.PUBLIC},
    "health.alive": {"GET": Policy.PUBLIC},
    "health.deep": {"GET": Policy.PUBLIC},
    "api.partnerships": {"GET": Policy.SIGNED_IN},
    "api.agencies": {"GET": Policy.SIGNED_IN},
    "api.raise_concern": {"POST": Policy.SIGNED_IN},
    "api.my_work": {"GET": Policy.SIGNED_IN},
    "api.read_case": {"GET": Policy.SIGNED_IN},
    "api.make_move": {"POST": Policy.SIGNED_IN},
}


def policy_of(endpoint: str, method: str) -> Policy | None:
    """Who may call this, or None for nobody. HEAD is a GET without its body; OPTIONS tells only methods."""
    if method == "OPTIONS":
        return Policy.PUBLIC
    return POLICY.get(endpoint, {}).get("GET" if method == "HEAD" else method)
