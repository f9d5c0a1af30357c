"""The names in a protocol file: does each point to something that is there, and stand there once?

It works on the checked values of a file, before they become a `Protocol`, so that every mistake can
still be shown with its key.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from workflows.did_you_mean import did_you_mean
from workflows.guards import CONDITIONS
from workflows.names_of_words import form_names, own_words
from workflows.positions import Path as KeyPath
from workflows.triggers import Trigger
from workflows.vocabulary import FURTHER, Expiry, Gate, Phase, Side, Tier, Urgency

Found = Iterable[tuple[KeyPath, str]]
Values = Mapping[str, Any]

MUST_LEAVE = frozenset(
    {
        Trigger.ESCALATE,
        Trigger.TIME_OUT,
        Trigger.AGREE_SETTLEMENT,
        Trigger.WITHDRAW,
        Trigger.RECORD_DECISION,
        Trigger.ANSWER_FOLLOW_UP,
        Trigger.SKIP,
        Trigger.RETURN_DOWN,
        Trigger.CHOOSE_FORUM,
        Trigger.HAND_OVER,
    }
)
MAY_CHOOSE = frozenset({Trigger.SKIP, Trigger.RETURN_DOWN, Trigger.CHOOSE_FORUM, Trigger.HAND_OVER})


@dataclass(frozen=True, slots=True)
class _Known:
    """What there is to point to."""

    slots: Sequence[str]
    paces: Sequence[str]
    tracks: Sequence[str]
    stages: Sequence[str]

    def slot(self, given: Iterable[str], path: KeyPath) -> Found:
        """Each of these names is a slot."""
        return _known(given, self.slots, path, "slot")

    def stage(self, given: Iterable[str], path: KeyPath) -> Found:
        """Each of these names is a stage."""
        return _known(given, self.stages, path, "stage")


def names(values: Values) -> Found:
    """Every name that points to something: does it exist, and is it there once?"""
    kinds = ("slot", "pace", "track", "stage")
    ids = {kind: [v["id"] for v in values[kind]] for kind in kinds}
    known = _Known(ids["slot"], ids["pace"], ids["track"], ids["stage"])
    for kind in kinds:
        yield from _twice(kind, ids[kind])
    for kind in ("cap", "form"):
        yield from _twice(kind, [v["id"] for v in values[kind]])
    yield from _dates(values)
    yield from _slots(values)
    yield from _paces(values["pace"], known.paces)
    yield from _tracks(values, known)
    yield from _routes(values, known)
    for index, stage in enumerate(values["stage"]):
        yield from _stage(stage, ("stage", index), known)
    yield from _moves(values["move"], (), known, None)
    yield from _caps(values["cap"], known)
    yield from _notices(values, known)
    yield from form_names(values["form"])
    yield from own_words(values["words"])


def _twice(kind: str, ids: Sequence[str], at: KeyPath = (), key: str = "id") -> Found:
    for index, name in enumerate(ids):
        if name in ids[:index]:
            yield (*at, kind, index, key), f"{name!r} stands there twice"


def _known(given: Iterable[str], known: Sequence[str], path: KeyPath, kind: str) -> Found:
    for name in given:
        if name not in known:
            yield path, f"{name!r} is no {kind}{did_you_mean(name, known)}"


def _dates(values: Values) -> Found:
    # A datetime is a date, too, but has a time of day.
    if type(values["review_by"]) is not date:
        yield ("review_by",), "is a date; write for example 2027-09-01, without quotes"
    if any(type(day) is not date for day in values["sittings"]):
        yield ("sittings",), "is a list of dates; write for example [2027-01-12], without quotes"


def _slots(values: Values) -> Found:
    raisers = [i for i, s in enumerate(values["slot"]) if _is_raiser(s)]
    if len(raisers) != 1:
        at: KeyPath = ("slot", raisers[1]) if raisers else ("slot",)
        yield at, "exactly one slot is the raiser: side = 'raising' with tier = 'practitioner'"
    for index, slot in enumerate(values["slot"]):
        yield from _when(slot["when"], ("slot", index, "when"), values)
        yield from _whose(slot, ("slot", index, "agency"), values)


def _whose(slot: Values, path: KeyPath, values: Values) -> Found:
    whose = slot.get("agency")
    if whose in FURTHER and slot["side"] is not Side.CHALLENGED:
        yield path, f"{whose!r} is a further challenged agency; only a slot of side 'challenged' can be its"
    if whose == "third" and not any(other.get("agency") == "also" for other in values["slot"]):
        yield path, "is a third agency's, and no slot is the second's; write agency = 'also'"
    if whose is not None and whose not in FURTHER and (slot["side"] is Side.BOARD or _is_raiser(slot)):
        yield path, "is fixed to a kind of agency, which the raiser's and the board's slots cannot be"


def _is_raiser(slot: Values) -> bool:
    return (slot["side"], slot["tier"]) == (Side.RAISING, Tier.PRACTITIONER)


def _when(when: Values, path: KeyPath, values: Values) -> Found:
    for key, kind in (("topic", "topics"), ("forum", "forums")):
        yield from _known([v for v in when.get(key, []) if v], list(values[kind]), (*path, key), key)
    for subject in when.get("subject", []):
        if subject not in values["subjects"]:
            yield (*path, "subject"), f"{subject!s} is not among the subjects of this file"


def _paces(paces: Sequence[Values], ids: Sequence[str]) -> Found:
    chosen: dict[Urgency, str] = {}
    for index, pace in enumerate(paces):
        for urgency in pace["urgencies"]:
            if urgency in chosen:
                yield ("pace", index, "urgencies"), f"{urgency!s} chooses {chosen[urgency]!r} already"
            chosen.setdefault(urgency, pace["id"])
        if "on_risk_rise" in pace:
            yield from _known([pace["on_risk_rise"]], ids, ("pace", index, "on_risk_rise"), "pace")
    for urgency in Urgency:
        if urgency not in chosen:
            yield ("pace",), f"no pace is chosen by the urgency {urgency!s}"


def _tracks(values: Values, known: _Known) -> Found:
    of_track = {s["id"]: s.get("track") for s in values["stage"]}
    for index, track in enumerate(values["track"]):
        path: KeyPath = ("track", index)
        yield from _reasons(track, path, "track")
        yield from known.stage(track["entries"], (*path, "entries"))
        for entry in track["entries"]:
            if entry in of_track and of_track[entry] not in (track["id"], None):
                yield (*path, "entries"), f"{entry!r} is a stage of another track"
        if len(values["track"]) > 1 and track["id"] not in of_track.values():
            yield path, f"no stage has track = {track['id']!r}"
    for index, stage in enumerate(values["stage"]):
        if len(values["track"]) > 1 and "track" not in stage:
            yield ("stage", index), "there are several tracks; add track = '...'"
        elif "track" in stage:
            yield from _known([stage["track"]], known.tracks, ("stage", index, "track"), "track")


def _routes(values: Values, known: _Known) -> Found:
    for index, route in enumerate(values["route"]):
        path: KeyPath = ("route", index)
        yield from _when(route["when"], (*path, "when"), values)
        if ("to" in route) == ("elsewhere" in route):
            yield path, "says where: either to = 'a track' or elsewhere = 'another process'"
        if "to" in route:
            yield from _known([route["to"]], known.tracks or ["main"], (*path, "to"), "track")
        yield from _reasons(route, path, "route")
    if values["route"] and values["route"][-1]["when"]:
        yield (
            ("route", len(values["route"]) - 1, "when"),
            "the last route fits everything; take its conditions out",
        )


def _reasons(entry: Values, path: KeyPath, kind: str) -> Found:
    """What goes elsewhere has its reason in words; what does not has none."""
    if "elsewhere" in entry and not entry["because"]:
        yield path, "says elsewhere: add because = '...', the reason a person is given"
    if "reason" in entry and "elsewhere" not in entry:
        yield (*path, "reason"), f"is why a concern goes elsewhere, and this {kind} does not; take it out"


def _stage(stage: Values, at: KeyPath, known: _Known) -> Found:
    yield from known.slot(stage["seats"], (*at, "seats"))
    yield from _twice("clock", [c["id"] for c in stage["clock"]], at)
    yield from _twice("gate", [g["id"] for g in stage["gate"]], at)
    yield from _twice("meeting", [m["id"] for m in stage["meeting"]], at)
    for index, clock in enumerate(stage["clock"]):
        yield from _clock(clock, (*at, "clock", index), known)
    yield from _moves(stage["move"], at, known, stage["id"])
    for index, gate in enumerate(stage["gate"]):
        yield from known.slot(gate["by"], (*at, "gate", index, "by"))
        if gate["id"] in (Gate.PLAN_RECORDED, Gate.MEETING_HELD):
            yield (*at, "gate", index, "id"), f"{gate['id']!s} opens by itself; take this gate out"
    for index, meeting in enumerate(stage["meeting"]):
        for key in ("convener", "chair", "people"):
            yield from known.slot(meeting[key], (*at, "meeting", index, key))


def _clock(clock: Values, path: KeyPath, known: _Known) -> Found:
    for key in ("waits_for", "hold_for"):
        yield from known.slot(clock[key], (*path, key))
    for key in ("budgets", "reminders"):
        yield from _known(clock.get(key, {}), known.paces, (*path, key), "pace")
    yield from _budgets(clock, path, known.paces)
    expiry = clock["on_expiry"]
    if expiry in (Expiry.REPEAT, Expiry.HOLD) and "repeat" not in clock:
        yield (*path, "on_expiry"), f"says {expiry!s}: add how long, for example repeat = '2 working_days'"
    if expiry not in (Expiry.REPEAT, Expiry.HOLD) and "repeat" in clock:
        yield (*path, "repeat"), f"belongs to repeat and hold, not to {expiry!s}; take it out"
    yield from _plain_amounts(clock, path)
    if (expiry is Expiry.HOLD) != bool(clock["hold_for"]):
        yield (*path, "on_expiry"), "hold and hold_for belong together: hold_for = ['business_manager']"


def _plain_amounts(clock: Values, path: KeyPath) -> Found:
    """What is counted back from an end, or on from it, is one counted length."""
    reminders = [("reminders", amount) for amount in clock.get("reminders", {}).values()]
    for key, amount in [("reminder", clock.get("reminder")), *reminders, ("at_most", clock.get("at_most"))]:
        if amount is not None and (amount.at_most is not None or (key == "at_most" and not amount.count)):
            yield (
                (*path, key),
                f"'{amount}' cannot stand here; write one length, for example '1 working_days'",
            )


def _budgets(clock: Values, path: KeyPath, paces: Sequence[str]) -> Found:
    if ("budget" in clock) == ("budgets" in clock):
        yield path, "has one of budget = '5 working_days' and budgets = { ... }"
    for pace in paces:
        if "budgets" in clock and pace not in clock["budgets"]:
            yield (*path, "budgets"), f"has no time for the pace {pace!r}"
    if "reminder" in clock and "reminders" in clock:
        yield (*path, "reminder"), "stands beside reminders; keep one of them"


def _moves(moves: Sequence[Values], at: KeyPath, known: _Known, stage: str | None) -> Found:
    yield from _twice("move", [str(m["do"]) for m in moves], at, "do")
    for index, move in enumerate(moves):
        path: KeyPath = (*at, "move", index)
        yield from known.slot(move["by"], (*path, "by"))
        yield from known.stage(move["to"], (*path, "to"))
        yield from _known(move["conditions"], list(CONDITIONS), (*path, "conditions"), "condition")
        yield from _doers(move, path)
        yield from _targets(move, path, stage)
    for index, move in enumerate(moves if stage is None else ()):
        if {Phase.CLOSED, Phase.DRAFT} & set(move["phases"]):
            yield (
                (*at, "move", index, "phases"),
                "nothing is done in a draft or a closed case; take that phase out",
            )


def _doers(move: Values, path: KeyPath) -> Found:
    if move["do"] is Trigger.RAISE:
        yield (*path, "do"), "raise begins a case and is no move in a stage; take this move out"
    elif move["do"] is Trigger.TIME_OUT:
        for key in ("by", "conditions", "needs"):
            if move[key]:
                yield (
                    (*path, key),
                    "time_out is for the clock alone, and time waits for nothing; take this out",
                )
    elif not move["by"]:
        yield path, "says nobody who may do it; add by = [...]"


def _targets(move: Values, path: KeyPath, stage: str | None) -> Found:
    if move["do"] in MUST_LEAVE and not move["to"]:
        yield path, f"{move['do']!s} leads to another stage; add to = '...'"
    if move["do"] not in MUST_LEAVE and move["to"]:
        yield (*path, "to"), f"{move['do']!s} does not leave the stage"
    if len(move["to"]) > 1 and move["do"] not in MAY_CHOOSE:
        yield (*path, "to"), f"{move['do']!s} leads to one stage only"
    if stage is not None and stage in move["to"]:
        yield (*path, "to"), "leads to the stage itself; name another one"


def _caps(caps: Sequence[Values], known: _Known) -> Found:
    for index, cap in enumerate(caps):
        path: KeyPath = ("cap", index)
        yield from _clock(cap, path, known)
        yield from known.stage(cap["stages"], (*path, "stages"))
        yield from known.stage([cap["to"]] if "to" in cap else [], (*path, "to"))
        if (cap["on_expiry"] is Expiry.CLIMB) != ("to" in cap):
            yield (*path, "on_expiry"), "climb and to belong together: to = 'the stage above'"
        if cap.get("to") in cap["stages"]:
            yield (*path, "to"), "is one of the stages under this cap; name one above them"
        if cap["on_expiry"] is Expiry.UNSATISFACTORY:
            yield (*path, "on_expiry"), "a cap asks for no answer; use climb, repeat or record"


def _notices(values: Values, known: _Known) -> Found:
    for kind in ("notice", "form"):
        for index, entry in enumerate(values[kind]):
            yield from known.stage(entry["stages"], (kind, index, "stages"))
    for index, notice in enumerate(values["notice"]):
        for key in ("to", "copy"):
            yield from known.slot(notice[key], ("notice", index, key))
        if not notice["to"] and not notice["copy"]:
            yield ("notice", index), "tells nobody; add to = [...] or copy = [...]"
