"""The names in the forms and in the own words of a protocol file (see `names`)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workflows.asked import LONGEST, kept_name
from workflows.did_you_mean import did_you_mean
from workflows.positions import Path as KeyPath
from workflows.triggers import Trigger
from workflows.vocabulary import Readers, Side, Word

Found = Iterable[tuple[KeyPath, str]]
Values = Mapping[str, Any]


def form_names(forms: Sequence[Values]) -> Found:
    """Each field of a form once, answered by a side that fills it in, and short enough to be kept."""
    for index, form in enumerate(forms):
        at: KeyPath = ("form", index)
        if form["on"] is Trigger.TIME_OUT:
            yield (*at, "on"), "time_out is for the clock alone, which fills in no form; name another move"
        if form["on"] is Trigger.RAISE and form["stages"]:
            yield (*at, "stages"), "raising comes before all stages; take this out"
        ids = [field.get("id", str(number)) for number, field in enumerate(form["fields_"], 1)]
        for number, field in enumerate(form["fields_"]):
            yield from _field(form, field, ids, number, (*at, "fields", number))


def _field(form: Values, field: Values, ids: Sequence[str], number: int, at: KeyPath) -> Found:
    if ids[number] in ids[:number]:
        yield at, f"{ids[number]!r} stands there twice; give each field an id of its own"
    if len(kept_name(form["id"], form["version"], ids[number])) > LONGEST:
        words = f"is kept under the ids of form and field and the version: {LONGEST - 2} characters at most"
        yield at, f"{words} together; shorten one of them"
    sides = field.get("sides", form["sides"])
    for side in sides:
        if side not in form["sides"]:
            yield (*at, "sides"), f"{side!s} is not among the sides of the form; add it there"
    if field["readers"] is Readers.RAISING_SIDE and Side.CHALLENGED in sides:
        yield (*at, "readers"), "the challenged side would write what it may not read; take it from the sides"
    if field["readers"] is Readers.BOARD and not set(sides) <= {Side.BOARD}:
        yield (*at, "readers"), "what only the board and the raiser read is for sides = ['board']"


def own_words(words: Values) -> Found:
    """Each word that a board says in its own way is one that the pages use."""
    for name in words:
        if name not in list(Word):
            yield ("words", name), f"{name!r} is no word of the pages{did_you_mean(name, map(str, Word))}"
