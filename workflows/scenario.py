"""A scenario: an invented or past case as a TOML file, with what should come of it.

Local times are those of the protocol's nation. One person sits in each slot.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from workflows.triggers import Trigger
from workflows.vocabulary import AgencyKind, Subject, Urgency, Within

ZONE = ZoneInfo("Europe/London")


class ScenarioError(Exception):
    """A scenario file that cannot be played: which key, and why."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one person does at one instant. `given` has the choices that go with it."""

    at: datetime
    by: str
    do: Trigger
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scenario:
    """How a concern is raised, what people then do, and the trace that was worked out by hand.

    `until` is how far time runs on after the last step. `empty` are slots that nobody fills.
    """

    protocol: str
    title: str
    raised: datetime
    urgency: Urgency = Urgency.NOT_SURE
    subject: Subject = Subject.CHILD
    topic: str | None = None
    forum: str | None = None
    challenged: AgencyKind = AgencyKind.OTHER
    raising: AgencyKind = AgencyKind.OTHER
    within: Within = Within.BETWEEN
    enter: str | None = None
    concern: datetime | None = None
    protect_by: datetime | None = None
    also: bool = False
    empty: frozenset[str] = frozenset()
    until: datetime | None = None
    steps: tuple[Step, ...] = ()
    worked: str = ""
    trace: tuple[str, ...] = ()


class _StepSchema(Schema):
    class Meta:
        unknown = RAISE

    at = fields.Raw(required=True)
    by = fields.String(required=True)
    do = fields.Enum(Trigger, by_value=True, required=True)
    to = fields.String()
    gate = fields.String()
    clock = fields.String()
    end = fields.Raw()
    meeting = fields.String()
    beside = fields.String()
    risk_rose = fields.Boolean()
    freely = fields.Boolean()
    changed = fields.String(validate=validate.OneOf(("yes", "partly", "no")))


class _ScenarioSchema(Schema):
    class Meta:
        unknown = RAISE

    protocol = fields.String(required=True)
    title = fields.String(required=True)
    worked = fields.String()
    raised = fields.Raw(required=True)
    urgency = fields.Enum(Urgency, by_value=True)
    subject = fields.Enum(Subject, by_value=True)
    topic = fields.String()
    forum = fields.String()
    challenged = fields.Enum(AgencyKind, by_value=True)
    raising = fields.Enum(AgencyKind, by_value=True)
    within = fields.Enum(Within, by_value=True)
    enter = fields.String()
    concern = fields.Raw()
    protect_by = fields.Raw()
    also = fields.Boolean()
    empty = fields.List(fields.String())
    until = fields.Raw()
    step = fields.List(fields.Nested(_StepSchema), load_default=list)
    trace = fields.String()


def load(path: Path) -> Scenario:
    """Reads one scenario file. Raises ScenarioError, or OSError."""
    try:
        values = _ScenarioSchema().load(tomllib.loads(path.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{path.name}: not TOML: {error}") from error
    except ValidationError as error:
        raise ScenarioError(f"{path.name}: {'; '.join(_said(error.messages_dict))}") from error
    return _scenario(values)


def _said(messages: Mapping[Any, Any], at: str = "") -> Iterator[str]:
    for key, inner in messages.items():
        where = f"step {key + 1}" if isinstance(key, int) else f"{at} {key}".strip()
        if isinstance(inner, Mapping):
            yield from _said(inner, where if key != "step" else at)
        else:
            remedy = ": it stands above the first [[step]]" if key in _ABOVE and at else ""
            yield f"{where}: {' '.join(map(str, inner))}{remedy}"


_ABOVE = ("trace", "until", "worked", "title")


def _scenario(values: Mapping[str, Any]) -> Scenario:
    times: dict[str, Any] = {
        key: instant(values[key]) for key in ("raised", "concern", "protect_by", "until") if key in values
    }
    rest = {k: v for k, v in values.items() if k not in (*times, "step", "trace", "empty")}
    return Scenario(
        **rest,
        **times,
        empty=frozenset(values.get("empty", ())),
        steps=tuple(_step(step) for step in values["step"]),
        trace=tuple(line.rstrip() for line in values.get("trace", "").splitlines() if line.strip()),
    )


def _step(value: Mapping[str, Any]) -> Step:
    given = {k: v for k, v in value.items() if k not in ("at", "by", "do")}
    if "end" in given:
        given["end"] = instant(given["end"])
    return Step(instant(value["at"]), value["by"], value["do"], given)


def instant(value: Any) -> datetime:
    """A local time of the nation as an instant. Raises ScenarioError for anything else."""
    if not isinstance(value, datetime):
        raise ScenarioError(f"{value!r} is not a time; write for example 2026-03-02T10:00:00, without quotes")
    return (value if value.tzinfo else value.replace(tzinfo=ZONE)).astimezone(UTC)
