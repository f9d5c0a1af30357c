"""How a concern was raised: what the router and conditional places look at."""

from collections.abc import Mapping
from dataclasses import dataclass

from workflows.vocabulary import AgencyKind, Subject, Urgency, Within

When = Mapping[str, frozenset[str]]
"""A condition on how a concern was raised: for each key the words that fit; a missing key fits all.
Keys are those of `Facts`."""


@dataclass(frozen=True, slots=True)
class Facts:
    """How a concern was raised. Topic and forum are empty when none was given.

    `challenged` and `raising` are the kinds of the agencies on both sides (of the one named first).
    """

    subject: str = Subject.CHILD
    topic: str = ""
    forum: str = ""
    challenged: str = AgencyKind.OTHER
    urgency: str = Urgency.NOT_SURE
    within: str = Within.BETWEEN
    raising: str = AgencyKind.OTHER

    def fit(self, when: When) -> bool:
        """Whether they fulfil a condition."""
        return all(getattr(self, key) in allowed for key, allowed in when.items())
