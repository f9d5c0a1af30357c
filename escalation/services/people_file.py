"""The file of agencies, posts and people: read, and checked whole before anything is written.

It is CSV in UTF-8 with a heading line. One line says that a person holds a post (or deputises for it); a
line without a person makes the post. Lines that are blank are passed over.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from operator import attrgetter
from typing import Any

from escalation.addresses import is_address
from escalation.errors import InvalidInput
from escalation.models.places import LINES, HoldingKind
from workflows import opening_hours
from workflows.calendar import NATIONS
from workflows.vocabulary import AgencyKind, Tier

REQUIRED = ("agency", "kind", "tier", "title")
OPTIONAL = ("line", "nation", "opens", "closes", "hours", "terms", "closures", "name", "email", "holding")
OPENS, CLOSES = "09:00", "17:00"
LONGEST = 120
LONGEST_OF = {"hours": 200, "terms": 1_000, "closures": 2_000}
ENDS = "ends"
"""In the column `holding`: this person holds this post no more."""
NONE = "none"
"""In the columns of an agency's own time: it has nothing of the kind (any more)."""
_OF_AN_AGENCY = ("nation", "opens", "closes", *LONGEST_OF)
_OWN_TIME: Mapping[str, Callable[[str], object]] = {
    "hours": opening_hours.week,
    "terms": opening_hours.terms,
    "closures": opening_hours.closures,
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs"}
_CLOSED = {
    "kind": tuple(AgencyKind),
    "tier": tuple(Tier),
    "holding": (*HoldingKind, ENDS),
    "nation": NATIONS,
    "line": LINES,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One checked line of the file, by its number in it. What was left out is empty, but for `holding`."""

    number: int
    agency: str
    kind: str
    nation: str
    opens: str
    closes: str
    hours: str
    terms: str
    closures: str
    tier: str
    line: str
    title: str
    name: str
    email: str
    holding: str

    @property
    def post(self) -> tuple[str, str, str, str]:
        """What tells posts apart. A partnership has one board, whatever the file calls it."""
        return "" if self.kind == AgencyKind.BOARD else self.agency, self.tier, self.line, self.title

    def names(self, agency: str, tier: str, line: str, title: str) -> bool:
        """True if this line is about that post. A partnership has one board."""
        here = self.kind == AgencyKind.BOARD or self.agency == agency
        return here and (self.tier, self.line, self.title) == (tier, line, title)


def decoded(raw: bytes) -> str:
    """The text of a file, with or without a byte order mark.

    Raises InvalidInput naming the first line that is not UTF-8.
    """
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = raw.count(b"\n", 0, error.start) + 1
        words = "this is not UTF-8 text; save the file as CSV in UTF-8 (spreadsheets call it “CSV UTF-8”)"
        raise InvalidInput({f"line {number}": [words]}) from error


def read(text: str) -> list[Line]:
    """The checked lines of a CSV text. Raises InvalidInput naming each bad line by its number."""
    rows = _rows(text)
    headings = _headings(rows)
    errors: dict[str, list[str]] = {}
    lines: list[Line] = []
    for number, row in rows:
        values = dict(zip(headings, row, strict=False))
        problems = [*_too_many(headings, row), *_problems(values)]
        if problems:
            errors[f"line {number}"] = problems
        else:
            lines.append(_line(number, values))
    for number, words in _contradictions(lines):
        errors.setdefault(f"line {number}", []).append(words)
    if errors:
        raise InvalidInput(errors)
    if not lines:
        raise InvalidInput({"line 2": ["there is nothing below the headings; add a line for each post"]})
    return list(_filled(lines))


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not blank, trimmed, with the number of the line it begins on."""
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=None))
    number = 1
    try:
        for row in reader:
            trimmed = [value.strip() for value in row]
            if any(trimmed):
                yield number, trimmed
            number = reader.line_num + 1
    except csv.Error as error:
        words = f"this cannot be read as CSV ({error}); look for a quotation mark that is never closed"
        raise InvalidInput({f"line {number}": [words]}) from error


def _headings(rows: Iterator[tuple[int, list[str]]]) -> list[str]:
    number, row = next(rows, (1, []))
    headings = [heading.lower() for heading in row]
    if words := list(_about_headings(headings)):
        raise InvalidInput({f"line {number}": words})
    return headings


def _about_headings(headings: list[str]) -> Iterable[str]:
    if not headings:
        yield f"the file is empty; its first line holds the headings {', '.join(REQUIRED)}"
        return
    for mark, name in _OTHER_SEPARATORS.items():
        if len([h for h in headings if h]) == 1 and mark in headings[0]:
            yield f"this file is separated by {name}; save it with commas"
            return
    yield from (f"the heading {name!r} is missing" for name in REQUIRED if name not in headings)
    for name in dict.fromkeys(headings):
        if name and name not in REQUIRED + OPTIONAL:
            yield f"{name!r} is not a heading; known are {', '.join(REQUIRED + OPTIONAL)}"
        if name and headings.count(name) > 1:
            yield f"the heading {name!r} is there twice"


def _too_many(headings: list[str], row: list[str]) -> Iterable[str]:
    nameless = [value for at, value in enumerate(row) if at >= len(headings) or not headings[at]]
    if any(nameless):
        yield "has a value in a column without a heading"


def _problems(values: Mapping[str, str]) -> Iterable[str]:
    for name in REQUIRED:
        if not values.get(name):
            yield f"{name} is empty"
    for name, text in values.items():
        longest = LONGEST_OF.get(name, LONGEST)
        if _CONTROL.search(text) or len(text) > longest:
            yield f"{name} has control characters or is longer than {longest}"
    for name, known in _CLOSED.items():
        if values.get(name) and values[name] not in known:
            yield f"{name} is {values[name][:LONGEST]!r}; known are {', '.join(known)}"
    if values.get("email") and not is_address(values["email"]):
        yield f"{values['email'][:LONGEST]!r} is not an e-mail address"
    if bool(values.get("email")) != bool(values.get("name")):
        yield "a person needs both a name and an email"
    if values.get("holding") == ENDS and not values.get("email"):
        yield "who holds this post no more? name and email are empty"
    yield from _hours(values)
    yield from _own_time(values)


def _hours(values: Mapping[str, str]) -> Iterable[str]:
    opens, closes = values.get("opens") or OPENS, values.get("closes") or CLOSES
    if not (_TIME.fullmatch(opens) and _TIME.fullmatch(closes)):
        yield "opens and closes are times such as 09:00"
    elif opens >= closes:
        yield f"it closes ({closes}) before it opens ({opens})"


def _own_time(values: Mapping[str, str]) -> Iterable[str]:
    for name, read_it in _OWN_TIME.items():
        try:
            read_it("" if values.get(name) == NONE else values.get(name, ""))
        except ValueError as error:
            yield f"{name}: {error}"


def _line(number: int, values: Mapping[str, str]) -> Line:
    given = {f.name: values.get(f.name, "") for f in fields(Line) if f.name != "number"}
    given["email"] = given["email"].lower()
    given["holding"] = given["holding"] or str(HoldingKind.HOLDER)
    return Line(number=number, **given)


def several_may_hold(tier: str) -> bool:
    """Practitioners hold a post side by side (all GPs of a practice); what answers for an agency is one."""
    return tier == Tier.PRACTITIONER


def _contradictions(lines: list[Line]) -> Iterable[tuple[int, str]]:
    """What no line says alone: two kinds of one agency, two names of one address, two holders of a post."""
    agency, email, post = attrgetter("agency"), attrgetter("email"), attrgetter("post")
    for name in ("kind", *_OF_AN_AGENCY):
        yield from _differs(lines, agency, attrgetter(name), f"this agency's {name} is")
    yield from _differs(lines, email, attrgetter("name"), "the name with this address is")
    held = [line for line in lines if line.email]
    one = [x for x in held if x.holding == HoldingKind.HOLDER and not several_may_hold(x.tier)]
    yield from _differs(one, post, email, "this post has one holder, and others as deputy; its holder is")
    yield from _differs(
        held, attrgetter("post", "email"), attrgetter("holding"), "in this post this person is"
    )


def _filled(lines: list[Line]) -> Iterable[Line]:
    """What one line says of an agency holds for all of its lines."""
    said: dict[tuple[str, str], str] = {}
    for line in lines:
        for name in _OF_AN_AGENCY:
            said[line.agency, name] = said.get((line.agency, name)) or getattr(line, name)
    for line in lines:
        of_agency: dict[str, Any] = {name: said[line.agency, name] for name in _OF_AN_AGENCY}
        yield replace(line, **of_agency)


def _differs(
    lines: list[Line], key: Callable[[Line], object], value: Callable[[Line], str], words: str
) -> Iterable[tuple[int, str]]:
    first: dict[object, Line] = {}
    for line in lines:
        if not key(line) or not value(line):
            continue
        before = first.setdefault(key(line), line)
        if value(before) != value(line):
            yield line.number, f"{words} {value(line)!r} here and {value(before)!r} in line {before.number}"
