"""The shapes of a protocol file: which keys, which kinds of value, by marshmallow.

Names that must point to something are checked by `names`, what the whole means by `lint`.
"""

from collections.abc import Iterable
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from workflows import amount
from workflows.amount import Amount
from workflows.calendar import NATIONS
from workflows.did_you_mean import did_you_mean
from workflows.triggers import Trigger
from workflows.vocabulary import (
    FURTHER,
    AgencyKind,
    Anchor,
    Authority,
    ClockKind,
    Closer,
    Expiry,
    Gate,
    Occasion,
    Outcome,
    Phase,
    Readers,
    Reason,
    Side,
    Subject,
    Tier,
    Urgency,
)

LINES = ("challenged_role",)
NOT_KNOWN = "Unknown field."
NO_KEYS = ("_schema", "value")
"""What marshmallow puts between a key and its messages."""
NO_LIST, NO_TABLE, NO_TEXT = "Not a valid list.", "Invalid input type.", "Not a valid string."
TABLES = (
    "slot",
    "pace",
    "track",
    "route",
    "stage",
    "move",
    "cap",
    "notice",
    "form",
    "clock",
    "gate",
    "meeting",
)
"""Lists of tables, which stand in two brackets."""
PLAIN = {
    "Missing data for required field.": "is missing; add it",
    "Not a valid string.": "is text; put it between quotation marks",
    "Not a valid list.": "is a list; put it between square brackets, as in ['one', 'two']",
    "Not a valid mapping type.": "is a table, as in { standard = '5 working_days' }",
    "Not a valid boolean.": "is true or false, without quotes",
    "Invalid input type.": "is a table; write its keys below a line in square brackets",
    "Shorter than minimum length 1.": "is empty; name at least one",
}
"""marshmallow's own words, said so that a board officer can act on them."""


class _Word(fields.Enum[Any]):
    """A word of a closed list, given by value."""

    def __init__(self, words: type[Any], **kwargs: Any) -> None:
        self._known = [str(word) for word in words]
        super().__init__(words, by_value=fields.String(), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or value not in self._known:
            raise ValidationError(f"{value!r} is not known{did_you_mean(str(value), self._known)}")
        return super()._deserialize(value, attr, data, **kwargs)


class _Whose(fields.Field[str]):
    """Whose slot it is: the second's or third's challenged agency, or always that of one kind of agency."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        known = [*FURTHER, *(str(kind) for kind in AgencyKind if kind is not AgencyKind.BOARD)]
        if value not in known:
            raise ValidationError(f"{value!r} is not known{did_you_mean(str(value), known)}")
        return str(value)


class _AmountField(fields.Field[Amount]):
    """A length of time such as `5 working_days`."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Amount:
        try:
            return amount.parse(value if isinstance(value, str) else repr(value))
        except ValueError as error:
            raise ValidationError(str(error)) from error


class _Strict(Schema):
    class Meta:
        unknown = RAISE


def _length(longest: int) -> Any:
    return validate.Length(min=1, max=longest, error=f"write between 1 and {longest} characters")


def _text(longest: int = 200, **kwargs: Any) -> Any:
    return fields.String(validate=_length(longest), **kwargs)


def _ids(**kwargs: Any) -> Any:
    return fields.List(fields.String(), **kwargs)


def _id() -> Any:
    return fields.String(required=True, validate=_ID)


_SOME = validate.Length(min=1)
_ID = validate.Regexp(
    r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$", error="use letters, digits, '.', '_' and '-' (40 at most)"
)
_PLAIN_WORDS = validate.Regexp(
    r"^[^\W\d_](?:[^\W\d_]|['’-]| (?! )){0,38}[^\W\d_]$",
    error="is a word or a few, letters only (40 at most): it stands in the middle of sentences and in mails",
)
_KEY = validate.Regexp(r"^[a-z0-9][a-z0-9_-]{0,39}$", error="use small letters, digits, _ and - (40 at most)")


class _WhenSchema(_Strict):
    subject = fields.List(_Word(Subject))
    topic = _ids()
    forum = _ids()
    challenged = fields.List(_Word(AgencyKind))
    raising = fields.List(_Word(AgencyKind))
    urgency = fields.List(_Word(Urgency))
    within = _ids(validate=validate.ContainsOnly(("agency", "between"), error="can be 'agency' or 'between'"))


class _SlotSchema(_Strict):
    id = _id()
    side = _Word(Side, required=True)
    tier = _Word(Tier, required=True)
    title = _text(required=True)
    line = fields.String(validate=validate.OneOf(LINES, error="can only be 'challenged_role'"))
    alternatives = fields.List(_Word(Tier), load_default=list)
    borrows = fields.Dict(keys=_Word(AgencyKind), values=_Word(AgencyKind), load_default=dict)
    agency = _Whose()
    neutral = fields.Boolean(load_default=False)
    when = fields.Nested(_WhenSchema, load_default=dict)


class _PaceSchema(_Strict):
    id = _id()
    name = _text(required=True)
    urgencies = fields.List(_Word(Urgency), required=True)
    on_risk_rise = fields.String()


class _TrackSchema(_Strict):
    id = _id()
    name = _text(required=True)
    entries = _ids(load_default=list)
    beside = fields.Boolean(load_default=False)
    elsewhere = _text()
    because = _text(500, load_default="")
    reason = _Word(Reason)


class _RouteSchema(_Strict):
    when = fields.Nested(_WhenSchema, load_default=dict)
    to = fields.String()
    elsewhere = _text()
    because = _text(500, load_default="")
    reason = _Word(Reason)


class _TimesSchema(_Strict):
    """What a clock of a stage and a cap over several have in common."""

    id = _id()
    title = _text(required=True)
    kind = _Word(ClockKind, load_default=ClockKind.ANSWER)
    waits_for = _ids(required=True, validate=_SOME)
    budget = _AmountField()
    budgets = fields.Dict(keys=fields.String(), values=_AmountField())
    reminder = _AmountField()
    reminders = fields.Dict(keys=fields.String(), values=_AmountField())
    on_expiry = _Word(Expiry, required=True)
    repeat = _AmountField()
    hold_for = _ids(load_default=list)
    calendar = _Word(Side)
    at_most = _AmountField()
    in_words = _text()


class _ClockSchema(_TimesSchema):
    starts_on = fields.List(_Word(Trigger))
    stopped_by = fields.List(_Word(Trigger), load_default=list)
    anchor = _Word(Anchor, data_key="from", load_default=Anchor.ENTRY)
    protective = fields.Boolean(load_default=False)
    negotiable = fields.Boolean(load_default=False)


class _CapSchema(_TimesSchema):
    stages = _ids(required=True, validate=_SOME)
    to = fields.String()


class _Targets(fields.Field[list[str]]):
    """One stage, or a list of stages from which a person picks."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[str]:
        given = [value] if isinstance(value, str) else value
        if not isinstance(given, list) or not given or not all(isinstance(v, str) for v in given):
            raise ValidationError("is a stage, or a list of stages, as in 'senior' or ['senior', 'board']")
        return given


class _MoveSchema(_Strict):
    do = _Word(Trigger, required=True)
    by = _ids(load_default=list)
    to = _Targets(load_default=list)
    conditions = _ids(load_default=list)
    needs = fields.List(_Word(Gate), load_default=list)
    because = _text(500, load_default="")


class _MoveOfManySchema(_MoveSchema):
    phases = fields.List(
        _Word(Phase),
        load_default=lambda: [Phase.INFORMAL, Phase.MANAGER, Phase.SENIOR, Phase.ARBITRATION],
    )


class _GateSchema(_Strict):
    id = _Word(Gate, required=True)
    by = _ids(required=True, validate=_SOME)


class _MeetingSchema(_Strict):
    id = _id()
    title = _text(required=True)
    convener = _ids(required=True, validate=_SOME)
    chair = _ids(required=True, validate=_SOME)
    people = _ids(load_default=list)


class _StageSchema(_Strict):
    id = _id()
    name = _text(required=True)
    phase = _Word(Phase, required=True)
    track = fields.String()
    formal = fields.Boolean(load_default=True)
    authority = _Word(Authority, load_default=Authority.DECIDES)
    closes = _Word(Closer, load_default=Closer.BOTH)
    outcomes = fields.List(_Word(Outcome), load_default=list)
    seats = _ids(load_default=list)
    on_deadlock = _text(500)
    clock = fields.List(fields.Nested(_ClockSchema), load_default=list)
    move = fields.List(fields.Nested(_MoveSchema), load_default=list)
    gate = fields.List(fields.Nested(_GateSchema), load_default=list)
    meeting = fields.List(fields.Nested(_MeetingSchema), load_default=list)


class _NoticeSchema(_Strict):
    on = _Word(Occasion, required=True)
    stages = _ids(load_default=list)
    to = _ids(load_default=list)
    copy = _ids(load_default=list)
    marking = _text(60, load_default="")
    forewarn = fields.Boolean(load_default=False)


class _FieldSchema(_Strict):
    id = fields.String(validate=_ID)
    label = _text(required=True)
    hint = _text(300, load_default="")
    required = fields.Boolean(load_default=True)
    sides = fields.List(_Word(Side), validate=_SOME)
    readers = _Word(Readers, load_default=Readers.EVERYBODY)


class _Asked(fields.Nested):
    """One field of a form: its words, or a table with more about it."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Any, partial: Any = None, **kwargs: Any
    ) -> Any:
        given = {"label": value} if isinstance(value, str) else value
        return super()._deserialize(given, attr, data, partial, **kwargs)


class _FormSchema(_Strict):
    id = _id()
    title = _text(required=True)
    on = _Word(Trigger, required=True)
    stages = _ids(load_default=list)
    version = _text(40, required=True)
    sides = fields.List(_Word(Side), required=True, validate=_SOME)
    fields_ = fields.List(_Asked(_FieldSchema), data_key="fields", required=True, validate=_SOME)


class ProtocolSchema(_Strict):
    """A whole file, its layers put together."""

    key = fields.String(required=True, validate=_KEY)
    version = _text(40, required=True)
    title = _text(required=True)
    boards = _ids(load_default=list)
    subjects = fields.List(
        _Word(Subject), load_default=lambda: [Subject.CHILD, Subject.ADULT], validate=_SOME
    )
    nation = fields.String(
        required=True, validate=validate.OneOf(NATIONS, error="is one of ENG, WLS, SCT, NIR")
    )
    review_by = fields.Raw(required=True)
    source = _text(1000, required=True)
    example = _text(500)
    words = fields.Dict(keys=fields.String(), values=fields.String(validate=_PLAIN_WORDS), load_default=dict)
    welsh = fields.Dict(keys=fields.String(), values=_text(), load_default=dict)
    topics = fields.Dict(keys=fields.String(validate=_ID), values=_text(), load_default=dict)
    forums = fields.Dict(keys=fields.String(validate=_ID), values=_text(), load_default=dict)
    sittings = fields.List(fields.Raw(), load_default=list)
    slot = fields.List(fields.Nested(_SlotSchema), required=True, validate=_SOME)
    pace = fields.List(fields.Nested(_PaceSchema), required=True, validate=_SOME)
    track = fields.List(fields.Nested(_TrackSchema), load_default=list)
    route = fields.List(fields.Nested(_RouteSchema), load_default=list)
    stage = fields.List(fields.Nested(_StageSchema), required=True, validate=_SOME)
    move = fields.List(fields.Nested(_MoveOfManySchema), load_default=list)
    cap = fields.List(fields.Nested(_CapSchema), load_default=list)
    notice = fields.List(fields.Nested(_NoticeSchema), load_default=list)
    form = fields.List(fields.Nested(_FormSchema), load_default=list)


_SCHEMAS: tuple[type[Schema], ...] = (
    ProtocolSchema, _SlotSchema, _PaceSchema, _TrackSchema, _RouteSchema, _WhenSchema, _StageSchema,
    _ClockSchema, _CapSchema, _MoveOfManySchema, _GateSchema, _MeetingSchema, _NoticeSchema, _FormSchema,
    _FieldSchema,
)  # fmt: skip


def keys_at(path: Iterable[str | int]) -> list[str]:
    """The keys that may stand in the table to which a path leads."""
    here: type[Schema] = ProtocolSchema
    for step in (step for step in path if isinstance(step, str)):
        found = (f for n, f in here._declared_fields.items() if step == (f.data_key or n))
        field = next(found, None)
        inner = field.inner if isinstance(field, fields.List) else field
        if not isinstance(inner, fields.Nested):
            break
        here = type(inner.schema)
    return sorted(field.data_key or name for name, field in here._declared_fields.items())


KEYS = sorted(
    {field.data_key or name for schema in _SCHEMAS for name, field in schema._declared_fields.items()}
    | {"extends", "without"}
)
"""Every key that a file may have somewhere."""
