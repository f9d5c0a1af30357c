"""A board's own words in the sentences of the service: `the {stage}` becomes `the step`.

Sentences name the words that a board may replace in braces (see `vocabulary.Word`), with a capital where
they begin. Where a board's file says nothing, the service's own words stand.
"""

import re
from collections.abc import Mapping

from workflows.vocabulary import Word

NONE: Mapping[str, str] = {}
"""Of a board that says everything as the service does."""
_USUAL: Mapping[str, str] = {
    Word.STAGE: "stage",
    Word.CHALLENGE: "challenge",
    Word.OUTCOME: "outcome",
    Word.RAISER: "person who raised it",
    Word.LEAD: "safeguarding lead",
    Word.HEADS: "heads of service",
    Word.CHAIR: "independent chair",
    Word.OFFICE: "board office",
}
_PLURAL: Mapping[str, str] = {
    Word.STAGES: Word.STAGE,
    Word.CHALLENGES: Word.CHALLENGE,
    Word.OUTCOMES: Word.OUTCOME,
}
_PLACE = re.compile(r"(?P<article>\b[Aa]n? )?\{(?P<word>\w+)\}")
_VOWELS = "aeiou"


def said(sentence: str, words: Mapping[str, str]) -> str:
    """The sentence with a board's own words in it, and `a` or `an` before them as it sounds."""
    return _PLACE.sub(lambda found: _put(found, words), sentence)


def word(name: str, words: Mapping[str, str]) -> str:
    """One word as the board says it, or as the service does; with a capital where `name` has one."""
    key = name.lower()
    one = _PLURAL.get(key)
    own = f"{word(one, words)}s" if one and key not in words else words.get(key, _USUAL.get(key, key))
    return own[:1].upper() + own[1:] if name[:1].isupper() else own


def _put(found: re.Match[str], words: Mapping[str, str]) -> str:
    name, article = found["word"], found["article"] or ""
    own = word(name, words)
    if article:
        article = f"{article[0]}{'n' if own[:1].lower() in _VOWELS else ''} "
    return f"{article}{own}"
