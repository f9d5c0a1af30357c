"""The router before the first stage: to which track a concern goes, or where else and why.

Everything it may look at has a closed list of values, so that `lint` can prove that each route can be
taken and that none is missing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from itertools import product

from workflows.case import Terms
from workflows.facts import Facts
from workflows.protocol import Protocol, Route
from workflows.stages import Stage
from workflows.vocabulary import AgencyKind, Urgency, Within

KEYS = ("subject", "topic", "forum", "challenged", "urgency", "within", "raising")
"""What a condition may ask for. `challenged` and `raising` are the kinds of the two agencies."""


def route_of(protocol: Protocol, facts: Facts) -> Route:
    """The first route that fits; without routes everything goes to the first track.

    Raises LookupError when none fits, which `lint` proves cannot happen.
    """
    if not protocol.routes:
        return Route({}, to=next(iter(protocol.tracks)))
    for route in protocol.routes:
        if facts.fit(route.when):
            return route
    raise LookupError(f"no route of {protocol.key} fits {asdict(facts)}")


def entry_of(protocol: Protocol, track: str, wanted: str | None) -> Stage | None:
    """The stage at which a concern begins: the wanted one if the track lets it, None if it does not."""
    entries = protocol.tracks[track].entries
    if wanted is not None and wanted not in entries:
        return None
    return protocol.stages[wanted or entries[0]]


def unfilled(protocol: Protocol, terms: Terms) -> frozenset[str]:
    """The slots that this case has no place for: conditional ones, and those of agencies nobody named."""
    named = max(1, len(terms.named))
    return frozenset(
        slot.id for slot in protocol.conditional if slot.party >= named or not terms.facts.fit(slot.when)
    )


def domain(protocol: Protocol) -> Mapping[str, tuple[str, ...]]:
    """All values of each key that can be met under this protocol."""
    kinds = tuple(str(kind) for kind in AgencyKind if kind is not AgencyKind.BOARD)
    return {
        "subject": tuple(str(subject) for subject in protocol.subjects),
        "topic": ("", *protocol.topics),
        "forum": ("", *protocol.forums),
        "challenged": kinds,
        "urgency": tuple(str(urgency) for urgency in Urgency),
        "within": tuple(str(within) for within in Within),
        "raising": kinds,
    }


def all_facts(protocol: Protocol, keys: Iterable[str]) -> Iterator[Facts]:
    """Every way of raising that differs in these keys; the others keep their first value."""
    values, asked = domain(protocol), set(keys)
    ranges = [values[key] if key in asked else values[key][:1] for key in KEYS]
    return (Facts(**dict(zip(KEYS, point, strict=True))) for point in product(*ranges))
