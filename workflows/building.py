"""From the checked values of a file to a `Protocol`: short forms are spelled out here."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from workflows.amount import Amount
from workflows.facts import When
from workflows.protocol import Form, FormField, Notice, Pace, Protocol, Route, Slot, Track
from workflows.stages import CAP, Cap, Clock, Meeting, Move, Stage
from workflows.triggers import Trigger
from workflows.vocabulary import FURTHER, Reason, Side

Values = Mapping[str, Any]
MAIN = "main"
"""The track of a file that names none."""


def protocol_of(values: Values) -> Protocol:
    """The protocol that checked values stand for."""
    paces = [p["id"] for p in values["pace"]]
    first = values["track"][0]["id"] if values["track"] else MAIN
    stages = {s["id"]: _stage(s, first, paces, values["move"]) for s in values["stage"]}
    caps = {CAP + c["id"]: _cap(c, paces) for c in values["cap"]}
    plain = ("key", "version", "title", "nation", "review_by", "source", "words", "welsh", "topics", "forums")
    return Protocol(
        **{name: values[name] for name in plain},
        boards=tuple(values["boards"]),
        subjects=tuple(values["subjects"]),
        example=values.get("example"),
        sittings=tuple(sorted(values["sittings"])),
        slots={s["id"]: _slot(s) for s in values["slot"]},
        paces={p["id"]: _pace(p) for p in values["pace"]},
        tracks={t.id: t for t in _tracks(values["track"], stages)},
        stages={name: _with_time_out(stage, caps.values()) for name, stage in stages.items()},
        routes=tuple(_route(r) for r in values["route"]),
        caps=caps,
        notices=tuple(_notice(n, stages) for n in values["notice"]),
        forms=tuple(_form(f, stages) for f in values["form"]),
    )


def _when(value: Values) -> When:
    return {key: frozenset(map(str, allowed)) for key, allowed in value.items()}


def _slot(value: Values) -> Slot:
    whose = value.get("agency")
    return Slot(
        id=value["id"],
        side=value["side"],
        tier=value["tier"],
        title=value["title"],
        line=value.get("line"),
        alternatives=tuple(value["alternatives"]),
        borrows={str(kind): str(other) for kind, other in value["borrows"].items()},
        party=FURTHER.index(whose) + 1 if whose in FURTHER else 0,
        kind=None if whose in FURTHER else whose,
        neutral=value["neutral"],
        when=_when(value["when"]),
    )


def _pace(value: Values) -> Pace:
    return Pace(value["id"], value["name"], frozenset(value["urgencies"]), value.get("on_risk_rise"))


def _tracks(values: Iterable[Values], stages: Mapping[str, Stage]) -> Iterable[Track]:
    named = list(values) or [{"id": MAIN, "name": "Main", "entries": [], "beside": False}]
    for value in named:
        own = next(s.id for s in stages.values() if s.track == value["id"])
        yield Track(
            value["id"],
            value["name"],
            tuple(value["entries"] or [own]),
            value["beside"],
            value.get("elsewhere"),
            value.get("because", ""),
            value.get("reason", Reason.OTHER_PROCEDURE),
        )


def _route(value: Values) -> Route:
    words = (value.get("to"), value.get("elsewhere"), value["because"])
    return Route(_when(value["when"]), *words, value.get("reason", Reason.OTHER_PROCEDURE))


def _stage(value: Values, first_track: str, paces: list[str], of_many: Iterable[Values]) -> Stage:
    own = {move["do"] for move in value["move"]}
    added = [m for m in of_many if value["phase"] in m["phases"] and m["do"] not in own]
    return Stage(
        id=value["id"],
        name=value["name"],
        phase=value["phase"],
        seats=tuple(value["seats"]),
        clocks=tuple(_clock(c, paces) for c in value["clock"]),
        moves=tuple(_move(m) for m in [*value["move"], *added]),
        track=value.get("track", first_track),
        formal=value["formal"],
        authority=value["authority"],
        closes=value["closes"],
        outcomes=tuple(value["outcomes"]),
        gates={gate["id"]: frozenset(gate["by"]) for gate in value["gate"]},
        meetings=tuple(_meeting(m) for m in value["meeting"]),
        on_deadlock=value.get("on_deadlock"),
    )


def _with_time_out(stage: Stage, caps: Iterable[Cap]) -> Stage:
    """Clocks that repeat or are only recorded run out too; the case then stays where it is."""
    runs = stage.clocks or any(stage.id in cap.stages for cap in caps)
    if not runs or stage.move(Trigger.TIME_OUT):
        return stage
    return replace(stage, moves=(*stage.moves, Move(Trigger.TIME_OUT, frozenset())))


def _move(value: Values) -> Move:
    return Move(
        value["do"],
        frozenset(value["by"]),
        tuple(value["to"]),
        tuple(value["conditions"]),
        tuple(value["needs"]),
        value["because"],
    )


def _meeting(value: Values) -> Meeting:
    return Meeting(
        value["id"], value["title"], tuple(value["convener"]), tuple(value["chair"]), tuple(value["people"])
    )


def _amounts(value: Values, name: str, paces: list[str]) -> Mapping[str, Amount]:
    """`budget` for every pace, or `budgets` pace by pace, in the order of the paces."""
    one: Amount | None = value.get(name)
    if one:
        return dict.fromkeys(paces, one)
    each: Mapping[str, Amount] = value.get(f"{name}s", {})
    return {pace: each[pace] for pace in paces if pace in each}


def _clock(value: Values, paces: list[str]) -> Clock:
    return Clock(
        id=value["id"],
        title=value["title"],
        waits_for=tuple(value["waits_for"]),
        budgets=_amounts(value, "budget", paces),
        on_expiry=value["on_expiry"],
        stopped_by=frozenset(value.get("stopped_by", ())),
        starts_on=frozenset(value["starts_on"]) if "starts_on" in value else None,
        repeat=value.get("repeat"),
        reminders=_amounts(value, "reminder", paces),
        kind=value["kind"],
        calendar=value.get("calendar"),
        hold_for=tuple(value["hold_for"]),
        in_words=value.get("in_words"),
        at_most=value.get("at_most"),
        **{name: value[name] for name in ("anchor", "protective", "negotiable") if name in value},
    )


def _cap(value: Values, paces: list[str]) -> Cap:
    clock = _clock({**value, "id": CAP + value["id"]}, paces)
    return Cap(clock, frozenset(value["stages"]), value.get("to"))


def _notice(value: Values, stages: Mapping[str, Stage]) -> Notice:
    return Notice(
        value["on"],
        frozenset(value["stages"] or stages),
        tuple(value["to"]),
        tuple(value["copy"]),
        value["marking"],
        value["forewarn"],
    )


def _form(value: Values, stages: Mapping[str, Stage]) -> Form:
    return Form(
        value["id"],
        value["title"],
        value["on"],
        frozenset(value["stages"] or stages),
        value["version"],
        tuple(value["sides"]),
        tuple(_field(number, asked, value["sides"]) for number, asked in enumerate(value["fields_"], 1)),
    )


def _field(number: int, value: Values, sides: Iterable[Side]) -> FormField:
    """A field is known by its id or, where it has none, by its number in the form."""
    return FormField(
        value.get("id", str(number)),
        value["label"],
        value["hint"],
        value["required"],
        tuple(value.get("sides", sides)),
        value["readers"],
    )
