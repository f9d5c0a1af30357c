"""From a TOML file to a `Protocol`, or to a list of what is wrong with it, with file, line and key.

The only file here that imports marshmallow: shapes are checked by schemas, names by `names`.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from workflows.calendar import NATIONS
from workflows.names import did_you_mean, names
from workflows.positions import Path as KeyPath
from workflows.positions import lines_of, nearest
from workflows.protocol import (
    Amount,
    Clock,
    Expiry,
    Move,
    Phase,
    Protocol,
    Side,
    Slot,
    Stage,
    Tier,
    Track,
    Unit,
    Urgency,
)
from workflows.triggers import Trigger

SHIPPED = Path(__file__).parent / "protocols"
LINES = ("challenged_role",)


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: where it is, what is wrong, and a likely remedy."""

    line: int
    key: str
    reason: str

    def __str__(self) -> str:
        return (
            f"line {self.line}: {self.key}: {self.reason}" if self.key else f"line {self.line}: {self.reason}"
        )


class ProtocolError(Exception):
    """A protocol file that cannot be used. `problems` has every mistake found, in order of lines."""

    def __init__(self, name: str, problems: Sequence[Problem]) -> None:
        self.name, self.problems = name, tuple(sorted(problems, key=lambda p: p.line))
        super().__init__("\n".join(f"{name}, {problem}" for problem in self.problems))


def load(path: Path) -> Protocol:
    """Reads one protocol file. Raises ProtocolError, or OSError when it cannot be read."""
    raw = path.read_bytes()
    try:
        # Some editors put a mark in front of UTF-8; it is no part of the text.
        return loads(raw.decode("utf-8-sig"), path.name)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ProtocolError(path.name, [Problem(line, "", "not UTF-8: save the file as UTF-8")]) from error


def shipped() -> Mapping[str, Path]:
    """The protocol files that come with the service, by file name without ending."""
    return {path.stem: path for path in sorted(SHIPPED.glob("*.toml"))}


def body_sha256(text: str) -> str:
    """The hash by which a published version is known."""
    return hashlib.sha256(text.encode()).hexdigest()


def loads(text: str, name: str) -> Protocol:
    """A protocol from the text of a file called `name`. Raises ProtocolError."""
    try:
        parsed = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProtocolError(name, [_syntax(error, text)]) from error
    lines = lines_of(text)
    try:
        values = _ProtocolSchema().load(parsed)
    except ValidationError as error:
        found = _flat(error.messages_dict, ())
        raise ProtocolError(name, [_problem(lines, path, reason) for path, reason in found]) from error
    problems = [_problem(lines, path, reason) for path, reason in names(values)]
    if problems:
        raise ProtocolError(name, problems)
    return _protocol(values)


def _syntax(error: tomllib.TOMLDecodeError, text: str) -> Problem:
    words = str(error)
    line = words.rpartition("(at line ")[2].partition(",")[0]
    return Problem(int(line) if line.isdigit() else text.count("\n") + 1, "", f"not TOML: {words}")


def _flat(messages: Any, path: KeyPath) -> Iterable[tuple[KeyPath, str]]:
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            yield from _flat(inner, path if key in _NO_KEYS else (*path, key))
    else:
        for message in messages:
            yield path, str(message)


_NO_KEYS = ("_schema", "value")
"""What marshmallow puts between a key and its messages."""

_PLAIN = {
    "Missing data for required field.": "is missing; add it",
    "Not a valid string.": "is text; put it between quotation marks",
    "Not a valid list.": "is a list; put it between square brackets, as in ['one', 'two']",
    "Not a valid mapping type.": "has a time for each track, as in { standard = '5 working_days' }",
    "Invalid input type.": "is a table; write its keys below a line in square brackets",
    "Shorter than minimum length 1.": "is empty; name at least one",
}
"""marshmallow's own words, said so that a board officer can act on them."""


def _problem(lines: Mapping[KeyPath, int], path: KeyPath, reason: str) -> Problem:
    words = ".".join(str(part) for part in path)
    if reason == "Unknown field.":
        reason = f"is not a key here{did_you_mean(str(path[-1]), _KEYS)}"
    return Problem(nearest(lines, path), words, _PLAIN.get(reason, reason))


class _Word(fields.Enum[Any]):
    """A word of a closed list, given by value."""

    def __init__(self, words: type[Any], **kwargs: Any) -> None:
        self._known = [str(word) for word in words]
        super().__init__(words, by_value=fields.String(), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or value not in self._known:
            raise ValidationError(f"{value!r} is not known{did_you_mean(str(value), self._known)}")
        return super()._deserialize(value, attr, data, **kwargs)


_COUNT = re.compile(r"[1-9][0-9]{0,2}|1000")


class _AmountField(fields.Field[Amount]):
    """A length of time such as `5 working_days`."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Amount:
        count, _, unit = value.partition(" ") if isinstance(value, str) else ("", "", "")
        if not _COUNT.fullmatch(count):
            raise ValidationError(f"{value!r} is not a length of time; write for example '5 working_days'")
        known = [str(u) for u in Unit]
        if unit not in known:
            raise ValidationError(f"{unit!r} is not a unit{did_you_mean(unit, known)}")
        return Amount(int(count), Unit(unit))


class _Strict(Schema):
    class Meta:
        unknown = RAISE


def _text(longest: int = 200) -> Any:
    return validate.Length(min=1, max=longest, error=f"write between 1 and {longest} characters")


_ID = validate.Regexp(r"^[a-z0-9][a-z0-9_-]{0,39}$", error="use small letters, digits, _ and - (40 at most)")


class _SlotSchema(_Strict):
    id = fields.String(required=True, validate=_ID)
    side = _Word(Side, required=True)
    tier = _Word(Tier, required=True)
    title = fields.String(required=True, validate=_text())
    line = fields.String(validate=validate.OneOf(LINES, error="can only be 'challenged_role'"))


class _TrackSchema(_Strict):
    id = fields.String(required=True, validate=_ID)
    name = fields.String(required=True, validate=_text())
    urgencies = fields.List(_Word(Urgency), required=True)
    on_risk_rise = fields.String()


class _ClockSchema(_Strict):
    id = fields.String(required=True, validate=_ID)
    title = fields.String(required=True, validate=_text())
    waits_for = fields.List(fields.String(), required=True, validate=validate.Length(min=1))
    budgets = fields.Dict(keys=fields.String(), values=_AmountField(), required=True)
    on_expiry = _Word(Expiry, required=True)
    repeat = _AmountField()
    reminders = fields.Dict(keys=fields.String(), values=_AmountField())
    starts_on = fields.List(_Word(Trigger))
    stopped_by = fields.List(_Word(Trigger), load_default=list)


class _MoveSchema(_Strict):
    do = _Word(Trigger, required=True)
    by = fields.List(fields.String(), load_default=list)
    to = fields.String()
    conditions = fields.List(fields.String(), load_default=list)


class _StageSchema(_Strict):
    id = fields.String(required=True, validate=_ID)
    name = fields.String(required=True, validate=_text())
    phase = _Word(Phase, required=True)
    seats = fields.List(fields.String(), load_default=list)
    clock = fields.List(fields.Nested(_ClockSchema), load_default=list)
    move = fields.List(fields.Nested(_MoveSchema), load_default=list)


class _ProtocolSchema(_Strict):
    key = fields.String(required=True, validate=_ID)
    version = fields.String(required=True, validate=_text(40))
    title = fields.String(required=True, validate=_text())
    nation = fields.String(
        required=True, validate=validate.OneOf(NATIONS, error="is one of ENG, WLS, SCT, NIR")
    )
    review_by = fields.Raw(required=True)
    source = fields.String(required=True, validate=_text(1000))
    slot = fields.List(fields.Nested(_SlotSchema), required=True, validate=validate.Length(min=1))
    track = fields.List(fields.Nested(_TrackSchema), required=True, validate=validate.Length(min=1))
    stage = fields.List(fields.Nested(_StageSchema), required=True, validate=validate.Length(min=1))


_KEYS = sorted(
    {
        name
        for schema in (_ProtocolSchema, _SlotSchema, _TrackSchema, _StageSchema, _ClockSchema, _MoveSchema)
        for name in schema._declared_fields
    }
)


def _protocol(values: Mapping[str, Any]) -> Protocol:
    return Protocol(
        key=values["key"],
        version=values["version"],
        title=values["title"],
        nation=values["nation"],
        review_by=values["review_by"],
        source=values["source"],
        slots={s["id"]: Slot(**s) for s in values["slot"]},
        tracks={t["id"]: Track(**{**t, "urgencies": frozenset(t["urgencies"])}) for t in values["track"]},
        stages={s["id"]: _stage(s) for s in values["stage"]},
    )


def _stage(value: Mapping[str, Any]) -> Stage:
    moves = [Move(m["do"], frozenset(m["by"]), m.get("to"), tuple(m["conditions"])) for m in value["move"]]
    if value["clock"] and not any(m.trigger is Trigger.TIME_OUT for m in moves):
        # Clocks that repeat or are only recorded run out too; the case then stays where it is.
        moves.append(Move(Trigger.TIME_OUT, frozenset()))
    return Stage(
        id=value["id"],
        name=value["name"],
        phase=value["phase"],
        seats=tuple(value["seats"]),
        clocks=tuple(_clock(c) for c in value["clock"]),
        moves=tuple(moves),
    )


def _clock(value: Mapping[str, Any]) -> Clock:
    return Clock(
        id=value["id"],
        title=value["title"],
        waits_for=tuple(value["waits_for"]),
        budgets=value["budgets"],
        on_expiry=value["on_expiry"],
        stopped_by=frozenset(value["stopped_by"]),
        starts_on=frozenset(value["starts_on"]) if "starts_on" in value else None,
        repeat=value.get("repeat"),
        reminders=value.get("reminders", {}),
    )
