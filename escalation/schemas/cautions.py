"""What is better not written: a name where a reference belongs, an NHS number anywhere.

A machine cannot know either for sure, so each is asked about, and never refused.
"""

import re
from collections.abc import Mapping

from escalation.nhs_numbers import is_nhs_number
from escalation.schemas.concern import EXTRAS, QUESTIONS

_CODED = frozenset({"agency", "role", "urgency"})
_PROSE = frozenset(name for names in (*QUESTIONS, EXTRAS) for name in names) - _CODED
_TEN_DIGITS = re.compile(r"(?<!\d)(?=(\d(?:[ -]?\d){9})(?!\d))")
_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*\.?")
_ORDINARY = frozenset(
    {"adult", "baby", "boy", "brother", "case", "child", "client", "family", "father", "file", "girl", "man",
     "mother", "number", "patient", "person", "pupil", "record", "ref", "reference", "resident", "service",
     "sibling", "sister", "student", "tenant", "the", "user", "woman", "young"}
)  # fmt: skip
"""Words that stand in references and in no name."""

NAME = "This looks like a person’s name. Use a reference of your own, so that it says nothing to others."
NHS_NUMBER = "There seems to be an NHS number in it. Leave it out: both sides will read this."


def cautions(answers: Mapping[str, str]) -> dict[str, str]:
    """What to ask about each answer of a concern before it goes on, by field; empty when there is nothing."""
    found = {name: NHS_NUMBER for name in _PROSE if holds_nhs_number(answers.get(name, ""))}
    if looks_like_a_name(answers.get("person_reference", "")):
        found["person_reference"] = NAME
    return found


def holds_nhs_number(text: str) -> bool:
    """True when ten digits with a right check digit stand in a text, alone or in groups."""
    return any(is_nhs_number(match[1]) for match in _TEN_DIGITS.finditer(text))


def looks_like_a_name(text: str) -> bool:
    """True for two or more words of letters alone, or one that is written as names are."""
    words = text.split()
    if not words or not all(_WORD.fullmatch(word) for word in words):
        return False
    if any(word.lower() in _ORDINARY for word in words):
        return False
    if len(words) > 1:
        return sum(len(word) > 1 for word in words) > 1
    return len(text) > 2 and text.istitle()
